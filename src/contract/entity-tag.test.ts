import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readEntityTags } from './entity-tag.ts'

describe('C13: readEntityTags', () => {
  it('takes what proxies make of a tag when they compress for the tag itself', () => {
    for (const sent of [
      '"id.3"',
      'W/"id.3"',
      '"id.3-gzip"',
      '"id.3-br"',
      '"id.3-zstd"',
      '"id.3-deflate"',
      '"id.3--gzip"',
      'W/"id.3-gzip"',
      '"id.3--br--gzip"',
    ]) {
      assert.deepEqual(readEntityTags(sent), ['"id.3"'], sent)
    }
  })

  it('keeps any other tag as it is', () => {
    for (const tag of ['""', '"a-gz"', '"gzip"', '"a-GZIP"', '"a;gzip"', '"a-gzip-1"', '"a,b"', '"é"', '"\\"']) {
      assert.deepEqual(readEntityTags(tag), [tag], tag)
    }
  })

  it('reads lists as RFC 9110 has them: commas inside of tags, empty elements, spaces and tabs', () => {
    assert.deepEqual(readEntityTags('"a,b", "id.3"'), ['"a,b"', '"id.3"'])
    assert.deepEqual(readEntityTags(', "id.3" ,'), ['"id.3"'])
    assert.deepEqual(readEntityTags(' \t"a"\t,\t, ,W/"b","c"  '), ['"a"', '"b"', '"c"'])
    assert.deepEqual(readEntityTags('"a" ,, , "b"'), ['"a"', '"b"'])
  })

  it('takes * alone, and nothing that is no list', () => {
    assert.equal(readEntityTags('*'), '*')
    assert.equal(readEntityTags('\t* '), '*')
    for (const header of [
      '',
      ' ',
      ',',
      ', ,',
      'abc',
      'id.3',
      '"open',
      'open"',
      '"a" "b"',
      '"a""b"',
      '*, "a"',
      '"a", *',
      "'a'",
      '"a b"',
      'w/"a"',
      'W/ "a"',
      'W/"a',
      '"a"; "b"',
      '\u00a0"a"',
    ]) {
      assert.equal(readEntityTags(header), null, JSON.stringify(header))
    }
  })

  it('reads a header of any length in one pass', () => {
    const long = '"a-gzip", '.repeat(100_000)
    const startedMs = performance.now()
    assert.equal(readEntityTags(long)?.length, 100_000)
    assert.equal(readEntityTags(`"${'-gzip'.repeat(100_000)}x"`)?.length, 1)
    assert.ok(performance.now() - startedMs < 2_000)
  })
})
