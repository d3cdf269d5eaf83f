import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type WaitKind, waitMs } from './wait.rules.ts'

/** Seconds, as they are planned. */
const PLANNED: Record<WaitKind, number[]> = {
  poll: [3, 5, 10, 30, 60, 120, 300, 600],
  review: [5, 30, 120, 600, 1_800, 3_600],
  lookup: [5, 15, 30, 60, 120, 240],
  outage: [2, 5, 15, 30, 60, 120, 300],
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
