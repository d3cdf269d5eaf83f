import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWithin } from './limits.ts'

test('lengths are counted in characters, both bounds included', () => {
  const bounds = { min: 3, max: 5 }
  assert.deepEqual(
    ['ab', 'abc', 'abcde', 'abcdef'].map((text) => isWithin(text, bounds)),
    [false, true, true, false],
  )
  assert.equal(isWithin('😀😀', bounds), false)
  assert.equal(isWithin('😀😀😀😀😀', bounds), true)
  assert.equal(isWithin('😀😀😀😀😀😀', bounds), false)
})
