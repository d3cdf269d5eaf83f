import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptsJson, parseContentType } from './media-type.ts'

describe('parseContentType', () => {
  it('knows the two request media types, with or without charset=utf-8', () => {
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
      ]) {
        assert.equal(parseContentType(`application/${subtype}${end}`), expected, subtype + end)
        assert.equal(parseContentType(`Application/${subtype.toUpperCase()}${end}`), expected, subtype + end)
      }
    }
  })

  it('knows nothing else', () => {
    for (const header of [
      undefined,
      '',
      'json',
      'application',
      'application/',
      'application/jsonp',
      'application/json5',
      'application/x-json',
      'application/problem+json',
      'application/json-patch+json',
      'application/mergexpatch+json',
      'text/json',
      'text/plain',
      '*/*',
      'application/*',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf8',
      'application/json; charset=utf-16',
      'application/json; charset=iso-8859-1',
      'application/json; charset=utf-8; charset=utf-8',
      'application/json; charset="utf-8',
      'application/json; charset = utf-8',
      'application/json; version=1',
      'application/json; charset=utf-8; version=1',
      'application/json, application/json',
      'application/json application/json',
      ' application/json',
      'application/json\n',
      `application/json${' '.repeat(100)}`,
      `application/json;${' '.repeat(50_000)}`,
    ]) {
      assert.equal(parseContentType(header), null, header)
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
