import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATTEMPTS_MAX, backoffMs, fullJitterMs, notAskedMs, spreadMs } from './backoff.rules.ts'

const LAST = 0.999_999

test('waits double up to a ceiling, anywhere between almost nothing and the whole of it', () => {
  const longest = Array.from({ length: ATTEMPTS_MAX }, (_, index) => Math.ceil(backoffMs(index + 1, LAST) / 60_000))
  assert.deepEqual(longest, [2, 4, 8, 16, 32, 64, 120, 120])
  assert.equal(backoffMs(3, 0.5), 240_500)
  assert.equal(backoffMs(1, 0), 1_000)
  assert.equal(backoffMs(8, 0), 1_000)
})

test('a short wait too is spread evenly over all of it, and no attempt is too many', () => {
  const bounds = { firstMs: 4_000, longestMs: 60_000 }
  const shares = Array.from({ length: 4 }, (_, quarter) => fullJitterMs(bounds, 1, quarter / 4))
  assert.deepEqual(shares, [1_000, 1_750, 2_500, 3_250])
  assert.equal(fullJitterMs(bounds, 5, LAST), 59_999)
  assert.equal(fullJitterMs(bounds, 5_000, LAST), 59_999)
})

test('all waits together stay far below the 24 hours of a once-key', () => {
  let total = 0
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) total += backoffMs(attempt, LAST)
  assert.ok(total < 5 * 3_600_000, `${total} ms`)
})

test('a spread wait is half to one and a half times the wait', () => {
  assert.equal(spreadMs(500, 0), 250)
  assert.equal(spreadMs(500, 0.5), 500)
  assert.equal(spreadMs(500, LAST), 749)
})

test('A1: what could not be asked comes back behind the wait, within half a minute', () => {
  assert.equal(notAskedMs(10, 0), 11_000)
  assert.equal(notAskedMs(10, LAST), 39_999)
  assert.equal(notAskedMs(1, 0.5), 16_500)
})
