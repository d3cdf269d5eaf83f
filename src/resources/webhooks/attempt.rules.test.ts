import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Attempted, judge, RETRY_SCHEDULE_MS } from './attempt.rules.ts'

const answered = (status: number, retryAfter: string | null = null): Attempted => ({
  kind: 'answered',
  status,
  retryAfter,
})
const NOW = Date.parse('2026-03-25T10:00:00Z')

function verdict(attempted: Attempted, attempt = 1, retryCount = 3, random = 0.5) {
  return judge(attempted, { attempt, retryCount, nowMs: NOW, random })
}

test('2xx is success, and nothing else is', () => {
  for (const status of [200, 201, 202, 204, 299]) {
    assert.deepEqual(verdict(answered(status)), {
      state: 'DELIVERED',
      status,
      says: null,
      delayMs: null,
      isGone: false,
    })
  }
  for (const status of [100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 404, 429, 500, 503, 599])
    assert.equal(verdict(answered(status)).state, 'RETRYING', String(status))
})

test('the delivery log says in our words what became of an attempt', () => {
  for (const [reason, words] of Object.entries({
    timeout: 'The endpoint gave no complete answer in time',
    address_refused: 'The address of the endpoint is not one that this server calls',
    name_not_resolved: 'The name of the endpoint was not found',
    connection_failed: 'The connection to the endpoint failed',
    tls_failed: 'The endpoint did not prove its name with a valid certificate',
    bad_answer: 'The endpoint did not answer in HTTP',
    new: 'The endpoint was not reached',
  })) {
    const { state, status, says } = verdict({ kind: 'failed', reason })
    assert.deepEqual([state, status, says], ['RETRYING', null, words])
  }
  assert.equal(verdict(answered(503)).says, 'The endpoint answered with status 503')
})

test('the waits are a minute, doubling, within ten percent, until the retries are used up', () => {
  assert.deepEqual(RETRY_SCHEDULE_MS, [60_000, 120_000, 240_000, 480_000, 960_000])
  for (const [index, scheduled] of RETRY_SCHEDULE_MS.entries()) {
    assert.equal(verdict(answered(500), index + 1, 5, 0).delayMs, scheduled * 0.9)
    assert.equal(verdict(answered(500), index + 1, 5, 0.5).delayMs, scheduled)
    assert.ok((verdict(answered(500), index + 1, 5, 0.999999).delayMs ?? 0) <= scheduled * 1.1)
  }
  assert.equal(verdict(answered(500), 5, 5).state, 'RETRYING')
  assert.deepEqual([verdict(answered(500), 6, 5).state, verdict(answered(500), 6, 5).delayMs], ['FAILED', null])
  assert.equal(verdict(answered(500), 1, 0).state, 'FAILED')
})

test('Retry-After in seconds or as a date makes the wait longer, never shorter, 24 hours at most', () => {
  const waits: [string | null, number][] = [
    [null, 60_000],
    ['1', 60_000],
    ['0', 60_000],
    ['-5', 60_000],
    ['soon', 60_000],
    ['3600', 3_600_000],
    [' 3600 ', 3_600_000],
    ['Wed, 25 Mar 2026 11:00:00 GMT', 3_600_000],
    ['Wed, 25 Mar 2026 09:00:00 GMT', 60_000],
    ['86401', 86_400_000],
    ['999999999', 86_400_000],
    ['9'.repeat(400), 60_000],
    ['Wed, 25 Mar 2036 11:00:00 GMT', 86_400_000],
  ]
  for (const [retryAfter, delayMs] of waits)
    assert.equal(verdict(answered(429, retryAfter)).delayMs, delayMs, String(retryAfter))
})

test('410 ends it at once, with no retry', () => {
  assert.deepEqual(verdict(answered(410, '60')), {
    state: 'FAILED',
    status: 410,
    says: 'The endpoint answered with status 410',
    delayMs: null,
    isGone: true,
  })
})
