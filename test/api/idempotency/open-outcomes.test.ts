import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type SimulatedPayments, simulatedPayments } from '../../../src/adapters/simulator/payments.ts'
import { statement } from '../../../src/db/statement.ts'
import type { Payments } from '../../../src/ports/payments.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCard } from '../../kit/builders/requests.ts'
import { type Gate, gate } from '../../kit/gate.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json, Reply } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf, until } from '../../kit/tally.ts'

const KEYED = { 'idempotency-key': 'open' }
const ROW_LOCK_MS = 800

const endWaiting = statement<object>(
  'test_end_waiting',
  `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and wait_event_type = 'Lock'`,
)

describe('a request with a card of which nobody knows whether it was written', () => {
  let app: TestApp
  let org: TestOrganization
  let simulated: SimulatedPayments
  /** The processor keeps its answers back until it is open. */
  let barrier: Gate
  let id: string
  let path: string

  before(async () => {
    simulated = simulatedPayments()
    const payments: Payments = {
      ...simulated,
      attachCard: async (request) => {
        const outcome = await simulated.attachCard(request)
        await barrier.opened
        return outcome
      },
    }
    const env = { POOL_WAIT_MS: '700', ROW_LOCK_MS: String(ROW_LOCK_MS) }
    app = await testApp({ env, ports: { payments } })
  })
  beforeEach(async () => {
    barrier = gate()
    org = await app.organization()
    id = (await org.profile()).id
    path = `/v3/profiles/${id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const withCard: Json = { name: 'Paid for', payment_details: aCard() }
  const callsOf = () => simulated.calls.filter(({ profileId }) => profileId === id)

  async function stored(): Promise<{ version: number; last_four: string | null; keys: string[]; method: Json | null }> {
    const [profile] = await app.sql<{ version: number; last_four: string | null }>(
      "select version::int, payment_method ->> 'last_four' as last_four from profiles where id = $1",
      [id],
    )
    const claims = await app.sql<{ state: string; payment_method: Json | null }>(
      'select state, payment_method from idempotency_keys where organization_id = $1',
      [org.id],
    )
    assert.ok(profile !== undefined)
    return { ...profile, keys: claims.map(({ state }) => state), method: claims[0]?.payment_method ?? null }
  }

  /** Somebody holds a row while `work` runs. */
  async function whileHeld<T>(text: string, work: () => Promise<T>): Promise<T> {
    await using holder = await ownerSession(app)
    await holder.query('begin')
    await holder.query(text)
    return await work()
  }

  /** The connection of the write breaks while it waits for the profile's row. */
  function interrupted(headers: Record<string, string>): Promise<Reply> {
    barrier.open()
    app.expectErrors('request_failed')
    return whileHeld(`select version from profiles where id = '${id}' for update`, async () => {
      const changing = org.admin.patch(path, withCard, headers)
      await untilBlocked(app, 1)
      await app.app.db.runUnscoped(endWaiting, [])
      return await changing
    })
  }

  test('a connection that breaks during its write is a 504, and the same key finishes it with the same method', async () => {
    const reply = await interrupted(KEYED)
    assert.equal(kindOf(reply), '504 INTERNAL_004')
    assert.equal(reply.headers['x-should-retry'], undefined)
    const left = await stored()
    assert.deepEqual([left.version, left.last_four, left.keys], [1, null, ['claimed']])
    assert.equal(kindOf(await org.admin.patch(path, withCard, KEYED)), '200')
    const done = await stored()
    assert.deepEqual([done.version, done.last_four, done.keys], [2, '4242', ['kept']])
    assert.equal(new Set(callsOf().map(({ onceKey }) => onceKey)).size, 1)
  })

  test('without a key nobody can ask what became of it, so the client is told not to repeat it blindly', async () => {
    const reply = await interrupted({})
    assert.deepEqual([kindOf(reply), reply.headers['x-should-retry']], ['504 INTERNAL_004', 'false'])
  })

  /** The request has the processor's answer and cannot write it down: its claim's row is held for as long as told. */
  async function unrecorded(held: (reply: Promise<Reply>) => Promise<unknown>): Promise<Reply> {
    const changing = org.admin.patch(path, withCard, KEYED)
    await until('the processor has the card', () => callsOf().length === 1)
    await whileHeld(`select id from idempotency_keys where organization_id = '${org.id}' for update`, async () => {
      barrier.open()
      await untilBlocked(app, 1)
      await held(changing)
    })
    return changing
  }

  const leftBehind = () =>
    app.lines.filter(
      (line) => line.includes('payment_method_left_behind') && line.includes(callsOf()[0]?.onceKey.slice(0, 36) ?? '-'),
    )
  async function abandoned(): Promise<number> {
    const [, count] =
      /^letterhead_idempotency_abandoned_total (\d+)$/m.exec(await app.app.context.metrics.render()) ?? []
    assert.ok(count !== undefined)
    return Number(count)
  }

  test('a payment method that cannot be written down is named for the operator, counted, and the outcome is open', async () => {
    app.expectErrors('payment_method_left_behind')
    const before = await abandoned()
    const reply = await unrecorded((changing) => changing)
    assert.equal(kindOf(reply), '504 INTERNAL_004')
    const [line, ...others] = leftBehind()
    assert.equal(others.length, 0)
    const { processor, reference, reason } = JSON.parse(line ?? '{}') as Record<string, string>
    assert.deepEqual([processor, reason], ['simulator', 'not_recorded'])
    assert.equal(await abandoned(), before + 1)
    const left = await stored()
    assert.deepEqual([left.version, left.last_four, left.method], [1, null, null])
    // The processor knows it under this name, and gives it again to the same request.
    await app.sql("update idempotency_keys set lease_until = now() - interval '1 second' where organization_id = $1", [
      org.id,
    ])
    assert.equal(kindOf(await org.admin.patch(path, withCard, KEYED)), '200')
    const [profile] = await app.sql<{ reference: string }>(
      "select payment_method ->> 'reference' as reference from profiles where id = $1",
      [id],
    )
    assert.equal(profile?.reference, reference)
  })

  test('one that is written down at the second attempt is not reported', async () => {
    const reply = await unrecorded(() => new Promise((resolve) => setTimeout(resolve, ROW_LOCK_MS * 1.3)))
    assert.equal(kindOf(reply), '200')
    assert.deepEqual(leftBehind(), [])
    assert.equal((await stored()).last_four, '4242')
  })
})
