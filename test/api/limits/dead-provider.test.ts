import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payments } from '../../../src/ports/payments.ts'
import { aBillingContact, aCard } from '../../kit/builders/requests.ts'
import { testApp } from '../../kit/servers/app.ts'
import { until } from '../../kit/tally.ts'

/** A processor that takes every call and answers none. */
function silentPayments(): Payments & { asked: number } {
  const silent = {
    name: 'silent',
    isSimulated: false,
    asked: 0,
    attachCard: () => {
      silent.asked += 1
      return new Promise<never>(() => {})
    },
    detachCard: async () => ({ kind: 'done', value: null }) as const,
  }
  return silent
}

test('a provider that answers nothing holds a few requests, and no other', async () => {
  const payments = silentPayments()
  await using app = await testApp({
    env: { PROVIDER_CALLS_MAX: '2', PROVIDER_MS: '7600', QUERY_MS: '7500' },
    ports: { payments },
  })
  app.expectErrors('request_failed')
  const org = await app.organization()
  const profiles = await Promise.all(Array.from({ length: 8 }, () => org.profile()))
  const started = performance.now()
  const early: number[] = []
  const withCards = profiles.map(async ({ id }) => {
    const body = { payment_details: aCard(), billing_contact: aBillingContact() }
    const reply = await org.admin.patch(`/v3/profiles/${id}`, body)
    early.push(reply.status)
    return reply
  })
  await until('six refused', () => early.length >= 6)
  assert.deepEqual(early, Array(6).fill(502))
  const other = await org.profile()
  const { status } = await org.admin.patch(`/v3/profiles/${other.id}`, { description: 'Unharmed' })
  assert.equal(status, 200)
  assert.ok(performance.now() - started < 7_000, 'nobody waited for the provider')

  const replies = await Promise.all(withCards)
  assert.equal(payments.asked, 2)
  assert.deepEqual(replies.map(({ status }) => status).sort(), [502, 502, 502, 502, 502, 502, 504, 504])
})

test('a provider that keeps failing is left alone: requests learn it at once', async () => {
  let asked = 0
  const failing: Payments = {
    ...silentPayments(),
    attachCard: async () => {
      asked += 1
      return { kind: 'unavailable', of: 'service', retryAfterSeconds: 5 }
    },
  }
  await using app = await testApp({ ports: { payments: failing } })
  app.expectErrors('request_failed')
  const org = await app.organization()
  const profile = await org.profile()
  const attempt = () =>
    org.admin.patch(`/v3/profiles/${profile.id}`, { payment_details: aCard(), billing_contact: aBillingContact() })
  for (let time = 0; time < 7; time += 1) assert.equal((await attempt()).status, 502)
  assert.equal(asked, 5)
  const { headers } = await attempt()
  assert.ok(Number(headers['retry-after']) >= 1)
  assert.ok(app.lines.some((line) => line.includes('provider.breaker_opened')))
})
