import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findJsonFault, placeIn } from './json-fault.ts'

const isReserved = (key: string) => key === '__proto__'

/** The text up to the fault, and what is said of it. */
function fault(text: string): [before: string, says: string] | null {
  const found = findJsonFault(text, isReserved)
  return found === null ? null : [text.slice(0, found.at), found.says]
}

const CASES: [text: string, before: string, says: RegExp][] = [
  ['', '', /too early/],
  ['{', '{', /too early/],
  ['{"a":1', '{"a":1', /too early/],
  ['{"a":"x', '{"a":"x', /too early/],
  ['{"a":"x\\', '{"a":"x', /backslash/],
  ['{"a"', '{"a"', /too early/],
  ['{"a":1,}', '{"a":1', /comma before a closing bracket/],
  ['{"a":[1, 2,\n]}', '{"a":[1, 2', /comma before a closing bracket/],
  ["{'a':1}", '{', /straight double quotation marks/],
  ['{\u201ca\u201d:1}', '{', /straight double quotation marks/],
  ['{"a":\'x\'}', '{"a":', /straight double quotation marks/],
  ['{a:1}', '{', /name of a member is expected/],
  ['{,}', '{', /name of a member is expected/],
  ['{"a":1 "b":2}', '{"a":1 ', /comma or a closing bracket is missing/],
  ['{"a":[1}', '{"a":[1', /comma or a closing bracket is missing/],
  ['{"a" 1}', '{"a" ', /colon is missing/],
  ['{"a":True}', '{"a":', /value is expected/],
  ['{"a":nullx}', '{"a":', /value is expected/],
  ['{"a":,"b":1}', '{"a":', /value is expected/],
  ['{"a":01}', '{"a":', /leading zero/],
  ['{"a":+1}', '{"a":', /leading zero/],
  ['{"a":.5}', '{"a":', /leading zero/],
  ['{"a":1.}', '{"a":', /leading zero/],
  ['{"a":1_000}', '{"a":', /leading zero/],
  ['{"a":"line\nbreak"}', '{"a":"line', /line break/],
  ['{"a":"\\x41"}', '{"a":"', /backslash/],
  ['{"a":"\\u12G4"}', '{"a":"', /backslash/],
  ['{"a":1}{}', '{"a":1}', /follows the end/],
  ['{"a":1} // yes', '{"a":1} ', /no comments/],
  ['{/* no */"a":1}', '{', /no comments/],
  ['{\n  # no\n}', '{\n  ', /no comments/],
  ['{"a":1,"b":{"a":1},"a":2}', '{"a":1,"b":{"a":1},', /stands in the same object before/],
  ['{"a":1,"\\u0061":2}', '{"a":1,', /stands in the same object before/],
  ['{"x":{"__proto__":1}}', '{"x":{', /cannot have this name/],
]

test('E9: a fault is told by its place and by what to do, in fixed words', () => {
  for (const [text, before, says] of CASES) {
    const found = fault(text)
    assert.ok(found !== null, text)
    assert.equal(found[0], before, text)
    assert.match(found[1], says, text)
  }
})

test('text that JSON.parse takes has no fault, and text that it refuses has one', () => {
  const accepts = (text: string) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const spoilt = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', ',', '{', '}', ']', ':', '\\', '0', '.', 'e', '\n', '/'),
    )
    .map(([text, at, drop, add]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + add + text.slice(place + drop)
    })
  fc.assert(
    fc.property(fc.oneof(fc.json(), spoilt), (text) => {
      const found = findJsonFault(text, () => false)
      if (accepts(text)) assert.ok(found === null || /same object before/.test(found.says), text)
      else assert.ok(found !== null && found.at >= 0 && found.at <= text.length, text)
    }),
    { numRuns: 2000 },
  )
})

test('a place is counted as editors count: lines and characters from 1, bytes from 0', () => {
  assert.deepEqual(placeIn('', 0), { line: 1, column: 1, offset: 0 })
  assert.deepEqual(placeIn('{"a":1,}', 7), { line: 1, column: 8, offset: 7 })
  const text = '{\n  "é😀": 1,\r\n  "b"\r}'
  assert.deepEqual(placeIn(text, 12), { line: 2, column: 10, offset: 15 })
  assert.deepEqual(placeIn(text, 21), { line: 4, column: 1, offset: 24 })
  assert.deepEqual(placeIn('a\rb', 2), { line: 2, column: 1, offset: 2 })
})
