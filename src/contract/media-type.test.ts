import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptsJson, readContentType } from './media-type.ts'

describe('readContentType', () => {
  const kindOf = (header: string | undefined) => readContentType(header).kind

  it('C10: knows the two request media types with UTF-8 in any spelling, and with parameters that mean nothing here', () => {
    for (const subtype of ['json', 'merge-patch+json'] as const) {
      const expected = subtype === 'json' ? 'json' : 'merge-patch'
      for (const end of [
        '',
        ';charset=utf-8',
        '; charset=utf-8',
        ' ; charset=UTF-8',
        '; Charset="utf-8"',
        '; charset=utf-8;',
        ';',
        '; charset=utf8',
        ';CHARSET=UTF8',
        '; charset="UTF8"',
        '; charset="utf\\-8"',
        '; charset=us-ascii',
        '; charset=utf-8; charset=UTF8',
        '; version=1',
        '; charset=utf-8; version=1',
        '; odata.metadata=minimal; IEEE754Compatible=true; charset=utf8',
        '; profile="https://example.com/a;b, c"',
        '; boundary=x',
        '; q=1',
        ';;; charset=utf-8 ;',
        ' ',
        ' '.repeat(100),
        `;${' '.repeat(50_000)}`,
      ]) {
        assert.equal(kindOf(`application/${subtype}${end}`), expected, subtype + end)
        assert.equal(kindOf(`Application/${subtype.toUpperCase()}${end}`), expected, subtype + end)
      }
    }
  })

  it('C10: tells a charset that is another encoding', () => {
    for (const [header, charset] of [
      ['application/json; charset=utf-16', 'utf-16'],
      ['application/json; charset=ISO-8859-1', 'ISO-8859-1'],
      ['application/json; charset="latin1"', 'latin1'],
      ['application/json; charset=utf-8; charset=utf-16', 'utf-16'],
      ['application/json; charset=windows-1252; charset=utf-8', 'windows-1252'],
      ['application/json; charset=""', ''],
      ['application/merge-patch+json;charset=utf-7', 'utf-7'],
      ['application/json; charset=utf-8x', 'utf-8x'],
    ] as const) {
      assert.deepEqual(readContentType(header), { kind: 'charset', charset }, header)
    }
  })

  it('knows no other type', () => {
    for (const header of [
      'application/jsonp',
      'application/json5',
      'application/x-json',
      'application/problem+json',
      'application/json-patch+json',
      'application/mergexpatch+json',
      'text/json',
      'text/plain',
      'text/plain; charset=utf-8',
      '*/*',
      'application/*',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ]) {
      assert.equal(kindOf(header), 'other', header)
    }
  })

  it('takes nothing that cannot be read', () => {
    for (const header of [
      undefined,
      '',
      ' ',
      ';',
      'json',
      'application',
      'application/',
      '/json',
      'application/json; charset="utf-8',
      'application/json; charset = utf-8',
      'application/json; charset',
      'application/json; charset=',
      'application/json; =utf-8',
      'application/json; charset=utf-8 x',
      'application/json; charset="utf-8"x',
      'application/json, application/json',
      'application/json; charset=utf-8, application/json',
      'application/json application/json',
      'application/json charset=utf-8',
      `application/json; ${'a'.repeat(50_000)}`,
      `application/json; a="${'\\"'.repeat(50_000)}`,
    ]) {
      assert.equal(kindOf(header), 'malformed', header?.slice(0, 80))
    }
  })
})

describe('acceptsJson', () => {
  it('takes a header that covers JSON, and none at all', () => {
    for (const header of [
      undefined,
      '',
      ' ',
      '*/*',
      'application/*',
      'application/json',
      'Application/JSON',
      'application/json; charset=utf-8',
      'application/json, text/plain, */*',
      'text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8',
      'text/html, application/json;q=0.001',
      'text/html;q=1 , , application/json ; q=0.5',
      'application/json;q=1.000',
      'application/*;q=0.5, text/html',
      '*/*;q=0, application/json',
      'application/*;q=0, application/json;q=0.1',
      'application/json;q=0, application/json',
      'text/x;a="b,c;d\\"e", application/json',
    ]) {
      assert.equal(acceptsJson(header), true, header)
    }
  })

  it('takes no header that leaves JSON out or excludes it', () => {
    for (const header of [
      'text/html',
      'text/html, text/plain;q=0.5',
      'application/xml',
      'application/problem+json',
      'application/vnd.api+json',
      'application/json;q=0',
      'application/json;q=0.0',
      'application/json; q=0.000',
      'application/json;Q=0, */*',
      'application/json;q=0, application/*;q=1, */*',
      'application/*;q=0, */*;q=1',
      '*/*;q=0',
      'text/x;a="application/json,*/*"',
      'text/x;a="\\",application/json"',
    ]) {
      assert.equal(acceptsJson(header), false, header)
    }
  })

  it('takes a header that nobody can read', () => {
    for (const header of [
      'json',
      'text',
      'text/',
      '/html',
      '*/json',
      '*',
      'text/html;q=2',
      'text/html;q=-1',
      'text/html;q=0.1234',
      'text/html;q=',
      'text/html;q',
      'text/html;q="0"',
      'text/html text/plain',
      'text/html;a="b',
      'text/html;a=b c',
      '<script>',
    ]) {
      assert.equal(acceptsJson(header), true, header)
    }
  })
})
