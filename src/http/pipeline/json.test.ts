import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { CORPUS } from '../../../test/kit/corpus.ts'
import { JsonProblem, readJson } from './json.ts'

const read = (text: string) => readJson(Buffer.from(text, 'utf8')).value

/** The sentence a body is refused with. Fails when it is accepted, or when anything else is thrown. */
function refusal(body: string | Buffer): string {
  try {
    readJson(Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8'))
  } catch (error) {
    assert.ok(error instanceof JsonProblem, `threw ${inspect(error)}`)
    assert.equal(error.cause, undefined)
    assert.equal(error.message, error.says)
    return error.says
  }
  assert.fail('the body was accepted')
}

const nest = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join(',')}}`

const ACCEPTED = [
  '{}',
  ' \t\r\n{ \t\r\n"a" \t\r\n: \t\r\n1 \t\r\n, "b" : [ ] } \t\r\n',
  '{"":0}',
  '{"a":null,"b":true,"c":false,"d":"","e":[],"f":{}}',
  '{"a":[1,[2,[3,{"b":[4]}]]]}',
  '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t"}',
  '{"a":"\\\\"}',
  '{"a\\\\":"\\\\\\\\","b":"\\\\\\""}',
  '{"a":"{[:,]}","b:":"\\":\\"","c":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
  '{"a":"\\u0041\\u00e9\\u2028\\uFFFE"}',
  '{"a":"\\ud83d\\ude00"}',
  '{"a":"\\uD83D\\uDE00\\uD83D\\uDE01"}',
  '{"a":"\\\\u0000 \\\\ud800"}',
  '{"a":"é 😀 \u200f\u202e\u200b \u007f \u2028"}',
  '{"a":0,"b":-0,"c":1E+2,"d":0.1,"e":-1.5e-3,"f":1e-400,"g":123.456}',
  '{"a":9007199254740991,"b":-9007199254740991}',
  '{"a":"1e400 99999999999999999999"}',
  '{"a":{"a":{"a":1}},"b":{"a":1}}',
  '{"a":[{"a":1},{"a":2}]}',
  '{"A":1,"a":2}',
  '{"a":1,"a ":2}',
  '{"toString":1,"hasOwnProperty":2,"valueOf":3,"__PROTO__":4,"Constructor":5,"prototypes":6}',
  '{"a":"__proto__","b":["constructor","prototype"]}',
]

const MALFORMED = [
  ' ',
  '\n',
  '{',
  '}',
  '{"a"',
  '{"a"}',
  '{"a":',
  '{"a":}',
  '{"a":1',
  '{"a":1,}',
  '{,}',
  '{"a":1,,"b":2}',
  '{"a":1 "b":2}',
  '{a:1}',
  "{'a':1}",
  '{1:1}',
  '{"a"::1}',
  '{"a":1}{}',
  '{"a":1} x',
  '{"a":1}//',
  '{"a":/**/1}',
  '{"a":[1,]}',
  '{"a":[1}',
  '{"a":]1[}',
  '{"a":01}',
  '{"a":+1}',
  '{"a":.5}',
  '{"a":5.}',
  '{"a":1e}',
  '{"a":--1}',
  '{"a":0x10}',
  '{"a":1_000}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":-Infinity}',
  '{"a":undefined}',
  '{"a":True}',
  '{"a":nul}',
  '{"a":"',
  '{"a":"\\',
  '{"a":"\\"}',
  '{"a":"\\u"}',
  '{"a":"\\u12"}',
  '{"a":"\\u12G4"}',
  '{"a":"\\x41"}',
  '{"a":"\\\'"}',
  '{"a":"\n"}',
  '{"a":"\t"}',
  '{"a":"\u001f"}',
  '{"a":"\u0000"}',
  '\u0000{}',
  '{}\u0000',
  '{\\"a":1}',
  '\\u007b}',
  '{\u00a0}',
  '{\u2028}',
  '\u200b{}',
  '[1',
  'hello',
]

describe('readJson', () => {
  it('takes no bytes for no body', () => {
    assert.deepEqual(readJson(null), { value: null })
    assert.deepEqual(readJson(Buffer.alloc(0)), { value: null })
  })

  it('reads every valid object as JSON.parse does', () => {
    for (const text of ACCEPTED) assert.deepEqual(read(text), JSON.parse(text), text)
  })

  it('refuses text that is not JSON', () => {
    for (const text of MALFORMED) assert.equal(refusal(text), 'The body is not valid JSON.', text)
  })

  it('refuses a value that is no object', () => {
    for (const text of ['[]', '[{}]', '"a"', '1', '-0', 'true', 'null', ' null ']) {
      assert.equal(refusal(text), 'The body must be a JSON object.', text)
    }
  })

  it('refuses bytes that are not UTF-8', () => {
    const inString = (...bytes: number[]) => Buffer.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}')])
    const bodies = [
      inString(0xff),
      inString(0x80),
      inString(0xe9),
      inString(0xc0, 0x80),
      inString(0xc1, 0xbf),
      inString(0xe0, 0x80, 0xaf),
      inString(0xf0, 0x80, 0x80, 0xaf),
      inString(0xf8, 0x88, 0x80, 0x80, 0x80),
      inString(0xed, 0xa0, 0x80),
      inString(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
      inString(0xf4, 0x90, 0x80, 0x80),
      inString(0xe2, 0x82),
      Buffer.from([0x7b, 0x7d, 0xc3]),
      Buffer.from('\ufeff{"a":1}', 'utf16le'),
      Buffer.from('\ufeff{"a":1}', 'utf16le').swap16(),
    ]
    for (const body of bodies) assert.equal(refusal(body), 'The body must be UTF-8.', body.toString('hex'))
    assert.deepEqual(readJson(inString(0xf4, 0x8f, 0xbf, 0xbf)).value, { a: '\u{10ffff}' })
  })

  it('refuses UTF-16 without a byte order mark', () => {
    const text = Buffer.from('{"a":1}', 'utf16le')
    assert.equal(refusal(text), 'The body is not valid JSON.')
    assert.equal(refusal(Buffer.from(text).swap16()), 'The body is not valid JSON.')
  })

  it('refuses a byte order mark by name', () => {
    assert.equal(refusal('\ufeff{}'), 'The body must not begin with a byte order mark.')
    assert.equal(refusal('\ufeff'), 'The body must not begin with a byte order mark.')
    assert.deepEqual(read('{"a":"\ufeff"}'), { a: '\ufeff' })
  })

  it('takes 32 levels and refuses 33, however many more follow', () => {
    assert.ok(read(nest(32)))
    assert.ok(read(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`))
    for (const text of [
      nest(33),
      `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
      nest(1_000_000),
      '['.repeat(1_000_000),
      '{"a":'.repeat(1_000_000),
      `{"a":"\\"",${'"b":{'.repeat(40)}`,
    ]) {
      assert.equal(refusal(text), 'The body must not be nested deeper than 32 levels.')
    }
  })

  it('takes 1,000 keys and refuses 1,001, wherever they are', () => {
    assert.equal(Object.keys(read(keys(1000)) ?? {}).length, 1000)
    assert.equal(refusal(keys(1001)), 'The body must not have more than 1000 keys.')
    const spread = `{"all":[${Array.from({ length: 1000 }, () => '{"a":0}').join(',')}]}`
    assert.equal(refusal(spread), 'The body must not have more than 1000 keys.')
  })

  it('refuses a key named twice in one object, however it is written', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"a":1,"b":2,"a":3}',
      '{"a":1,"\\u0061":2}',
      '{"\\u00e9":1,"é":2}',
      '{"\\ud83d\\ude00":1,"😀":2}',
      '{"\\/":1,"/":2}',
      '{"":1,"":2}',
      '{"1":1,"1":2}',
      '{"x":{"y":[{"z":1,"z":2}]}}',
      '{"x":{"a":1},"x":{"b":1}}',
    ]) {
      assert.equal(refusal(text), 'The body must not name a key twice in one object.', text)
    }
  })

  it('refuses __proto__, constructor and prototype as keys at every depth', () => {
    const reserved = ['__proto__', 'constructor', 'prototype', '\\u005f_proto__', 'constr\\u0075ctor']
    for (const key of reserved) {
      for (const depth of [0, 1, 5, 30]) {
        const text = `${'{"a":'.repeat(depth)}{"${key}":{"polluted":true}}${'}'.repeat(depth)}`
        assert.equal(refusal(text), 'The body must not have a key named __proto__, constructor or prototype.', text)
      }
      assert.match(refusal(`{"a":[[{"${key}":1}]]}`), /__proto__/)
    }
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  })

  it('refuses U+0000 in keys and strings', () => {
    for (const text of [
      '{"a":"\\u0000"}',
      '{"a\\u0000":1}',
      '{"a":"x\\\\\\u0000y"}',
      '{"a":["\\ud83d\\ude00\\u0000"]}',
    ]) {
      assert.equal(refusal(text), 'The body must not contain the character U+0000.', text)
    }
  })

  it('refuses half of a surrogate pair in keys and strings', () => {
    for (const text of [
      '{"a":"\\ud800"}',
      '{"a":"\\udfff"}',
      '{"a":"\\uDBFF\\uDBFF"}',
      '{"a":"\\ude00\\ud83d"}',
      '{"a":"\\ud83dx\\ude00"}',
      '{"a":"\\ud83d\\n"}',
      '{"a":"\\ud83d😀"}',
      '{"a":"\\ud83d\\\\ude00"}',
      '{"a":"\\ud83d\\ude00\\ude00"}',
      '{"\\ud800":1}',
    ]) {
      assert.equal(refusal(text), 'The body must not contain half of a surrogate pair.', text)
    }
  })

  it('refuses numbers that a double cannot hold, and absurdly long ones', () => {
    const says = 'Numbers must be finite, at most 40 characters long, and exact when they are whole.'
    for (const number of [
      '1e400',
      '-1e400',
      '1e999999999',
      '9007199254740992',
      '-9007199254740993',
      '12345678901234567890',
      '1e308',
      '123456789012345678.5',
      `0.${'1'.repeat(39)}`,
      '9'.repeat(100_000),
      `-${'0.'.padEnd(50, '0')}`,
      `1e${'0'.repeat(60)}1`,
    ]) {
      assert.equal(refusal(`{"a":${number}}`), says, number.slice(0, 60))
      assert.equal(refusal(`{"a":[{"b":[0,${number}]}]}`), says, number.slice(0, 60))
    }
    assert.deepEqual(read(`{"a":0.${'1'.repeat(38)}}`), { a: 0.1111111111111111 })
  })

  it('E9: says where, in lines and characters, and what to do', () => {
    const problem = (text: string) => {
      try {
        read(text)
      } catch (error) {
        assert.ok(error instanceof JsonProblem)
        return [error.saysWhere, error.hint]
      }
      assert.fail('the body was accepted')
    }
    const cases: [text: string, says: string, hint: RegExp | null][] = [
      ['{\n  "name": "x",\n}', 'The body is not valid JSON: line 2, column 14 (byte 15).', /take it out/],
      ["{'name':'x'}", 'The body is not valid JSON: line 1, column 2 (byte 1).', /double quotation marks/],
      ['{"a":1,"a":2}', 'The body must not name a key twice in one object: line 1, column 8 (byte 7).', /send it once/],
      ['{"é":"\\u0000"}', 'The body must not contain the character U+0000: line 1, column 7 (byte 7).', null],
      [
        `{"a":${'1'.repeat(41)}}`,
        'Numbers must be finite, at most 40 characters long, and exact when they are whole: line 1, column 6 (byte 5).',
        /quotation marks/,
      ],
      [nest(33), 'The body must not be nested deeper than 32 levels: line 1, column 161 (byte 160).', null],
      ['[]', 'The body must be a JSON object.', /one object/],
      [
        '{"a":1e400}',
        'Numbers must be finite, at most 40 characters long, and exact when they are whole.',
        /quotation marks/,
      ],
    ]
    for (const [text, says, hint] of cases) {
      const [saysWhere, told] = problem(text)
      assert.equal(saysWhere, says)
      if (hint === null) assert.equal(told, null)
      else assert.match(told ?? '', hint)
    }
    for (const text of MALFORMED) assert.match(problem(text)[0] ?? '', /: line \d+, column \d+ \(byte \d+\)\.$/, text)
  })

  it('never quotes its input', () => {
    const canary = '4242424242424242'
    for (const text of [
      canary,
      `{"card":${canary}`,
      `{"card":"${canary}" x}`,
      `{"card":"\\u0000${canary}"}`,
      `{"${canary}":1,"${canary}":2}`,
      `{"a":${canary}99999}`,
      `[${canary}]`,
    ]) {
      try {
        read(text)
        assert.fail('the body was accepted')
      } catch (error) {
        assert.ok(error instanceof JsonProblem)
        assert.doesNotMatch(inspect(error, { depth: null, showHidden: true }), /4242/)
        assert.doesNotMatch(`${error.saysWhere} ${error.hint}`, /4242/)
      }
    }
    assert.throws(() => JSON.parse(`{"card":${canary} x`), /4242|position/, 'the parser is what must not be passed on')
  })

  it('gives what JSON.parse gives for any object it writes, compact or indented', () => {
    const sound = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    const key = sound.filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('value'), { maxLength: 4 }),
        tie('object'),
      ),
      leaf: fc.oneof(
        sound,
        fc.boolean(),
        fc.constant(null),
        fc.maxSafeInteger(),
        fc.float({ noNaN: true, noDefaultInfinity: true, max: 1e9, min: -1e9 }),
      ),
      object: fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
    }))
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true }),
        fc.boolean(),
        (object, indented) => {
          const text = JSON.stringify(object, null, indented ? 2 : 0)
          assert.deepEqual(read(text), JSON.parse(text))
        },
      ),
    )
  })

  it('answers any bytes with an object, no body or a problem', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      '\\u',
      '0000',
      'd800',
      'a',
      '1',
      '-',
      'e',
      ' ',
      'null',
      '\0',
      'é',
    )
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.array(token, { maxLength: 40 }).map((tokens) => Buffer.from(tokens.join(''))),
      fc.array(token, { maxLength: 20 }).map((tokens) => Buffer.from(`{"a":"${tokens.join('')}"}`)),
    )
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          const { value } = readJson(body)
          assert.deepEqual(value, body.length === 0 ? null : JSON.parse(body.toString('utf8')))
        } catch (error) {
          assert.ok(error instanceof JsonProblem, inspect(error))
        }
      }),
      { numRuns: 2000, examples: CORPUS.bodies.map((body) => [Buffer.from(body)]) },
    )
  })
})
