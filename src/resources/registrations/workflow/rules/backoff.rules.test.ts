import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outageMs, type WaitKind, waitMs } from './backoff.rules.ts'

/** Seconds, as they are planned. */
const PLANNED: Record<WaitKind, number[]> = {
  poll: [3, 5, 10, 30, 60, 120, 300, 600],
  review: [5, 30, 120, 600, 1_800, 3_600],
  lookup: [5, 15, 30, 60, 120, 240],
}

for (const [kind, seconds] of Object.entries(PLANNED) as [WaitKind, number[]][]) {
  test(`${kind}: each wait is its table's, a quarter less to a quarter more, and the last goes on`, () => {
    for (const [looks, planned] of [...seconds, seconds.at(-1) ?? 0].entries()) {
      assert.equal(waitMs(kind, looks, 0), planned * 750)
      assert.equal(waitMs(kind, looks, 0.5), planned * 1_000)
      assert.equal(waitMs(kind, looks, 0.99999), Math.floor(planned * 1_000 * 1.249995))
    }
    assert.equal(waitMs(kind, 1_000, 0.5), (seconds.at(-1) ?? 0) * 1_000)
  })
}

test('after a failure: anywhere between a second and a ceiling that doubles to a minute, behind what was asked for', () => {
  for (const [looks, ceiling] of [4, 8, 16, 32, 60, 60].entries()) {
    assert.equal(outageMs(looks, 0, 0), 1_000)
    assert.equal(outageMs(looks, 0.5, 0), 500 + ceiling * 500)
    assert.equal(outageMs(looks, 0.999_999, 0), ceiling * 1_000 - 1)
  }
  assert.equal(outageMs(1_000, 0.5, 0), 30_500)
  assert.equal(outageMs(0, 0, 10_000), 11_000)
  assert.equal(outageMs(0, 0.999_999, 10_000), 13_999)
})
