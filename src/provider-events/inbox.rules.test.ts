import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitMs } from './inbox.rules.ts'

test('an event that concerns nothing yet is tried soon, then every hour', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 100].map(waitMs)
  assert.deepEqual(waits, [1_000, 1_000, 5_000, 30_000, 300_000, 3_600_000, 3_600_000, 3_600_000])
})
