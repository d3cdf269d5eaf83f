import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import pg from 'pg'
import { type SimulatedPayments, simulatedPayments } from '../../../src/adapters/simulator/payments.ts'
import type { DuplicateWaitLimit } from '../../../src/http/idempotency/duplicate-limit.ts'
import type { Payments } from '../../../src/ports/payments.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCard } from '../../kit/builders/requests.ts'
import { type Gate, gate } from '../../kit/gate.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json, Reply } from '../../kit/servers/client.ts'
import { kindOf, tally, until } from '../../kit/tally.ts'

const DECLINED = '4000000000000002'
const TIMEOUT = '4000000000005043'
const OUTAGE = '4000000000005027'
const OTHER = '5555555555554444'

interface ClaimRow {
  id: string
  state: string
  attempt: number
  fence: number
  is_expired: boolean
  payment_method: Json | null
}

describe('a request that forwards a card', () => {
  let app: TestApp
  let org: TestOrganization
  let simulated: SimulatedPayments
  /** While there is one, the processor keeps its answers back. */
  let barrier: Gate | null
  let path: string
  let callsBefore: number

  before(async () => {
    simulated = simulatedPayments({ timeoutMs: 100 })
    const payments: Payments = {
      ...simulated,
      attachCard: async (request) => {
        const outcome = await simulated.attachCard(request)
        await barrier?.opened
        return outcome
      },
    }
    const env = { KEY_WAIT_MS: '2500' }
    app = await testApp({ instances: 2, env, ports: { payments } })
    app.expectErrors('request_failed')
  })
  beforeEach(async () => {
    barrier = null
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
    callsBefore = simulated.calls.length
  })
  after(() => app[Symbol.asyncDispose]())

  const withCard = (cardNumber = aCard().card_number, more: Json = {}) => ({
    ...more,
    payment_details: { ...aCard(), card_number: cardNumber },
  })
  const patch = (body: Json, key?: string, instance = 0): Promise<Reply> =>
    org.admin.at(app.urls[instance] ?? '').patch(path, body, key === undefined ? {} : { 'idempotency-key': key })
  const calls = () => simulated.calls.slice(callsBefore)
  const methods = () => new Set(calls().flatMap((call) => (call.outcome === 'done' ? [call.onceKey] : [])))

  async function claimRow(): Promise<ClaimRow | undefined> {
    const [row] = await app.sql<ClaimRow>(
      `select id, state, attempt, fence, expires_at <= now() as is_expired, payment_method
         from idempotency_keys where organization_id = $1`,
      [org.id],
    )
    return row
  }

  async function stored(): Promise<{ version: number; method: Json | null; changes: number }> {
    const [row] = await app.sql<{ version: number; method: Json | null; changes: number }>(
      `select version::int, payment_method as method,
              (select count(*)::int from profile_history h where h.organization_id = p.organization_id and operation = 'updateProfile') as changes
         from profiles p where organization_id = $1`,
      [org.id],
    )
    assert.ok(row !== undefined)
    return row
  }

  const jobs = async () => (await app.sql('select id from jobs where organization_id = $1', [org.id])).length
  const dueJobs = async () =>
    (await app.sql('select id from jobs where organization_id = $1 and due_at <= now()', [org.id])).length
  const endLease = () =>
    app.sql("update idempotency_keys set lease_until = now() - interval '1 second' where organization_id = $1", [
      org.id,
    ])

  /** Starts a request and waits until the processor has its card but has not answered. */
  async function running(body: Json, key: string): Promise<{ reply: Promise<Reply>; answer: () => void }> {
    const held = gate()
    barrier = held
    const reply = patch(body, key)
    await until('the processor has the card', () => calls().length > 0)
    return { reply, answer: held.open }
  }

  test('attaches one method, keeps the answer, and leaves neither claim nor job behind', async () => {
    const first = await patch(withCard(), 'plain')
    assert.equal(first.status, 200)
    const again = await patch(withCard(), 'plain', 1)
    assert.deepEqual([kindOf(again), again.text], ['200 replay', first.text])
    assert.equal(calls().length, 1)
    const { version, method } = await stored()
    assert.deepEqual([version, method?.last_four, method?.processor], [2, '4242', 'simulator'])
    assert.deepEqual([(await claimRow())?.state, await jobs()], ['kept', 0])
  })

  test('works without a key, under a claim that no client can name and that expires at once', async () => {
    assert.equal((await patch(withCard())).status, 200)
    const row = await claimRow()
    assert.deepEqual([row?.state, row?.is_expired, (await stored()).method?.last_four], ['kept', true, '4242'])
    const [{ key = '' } = {}] = await app.sql<{ key: string }>(
      'select key from idempotency_keys where organization_id = $1',
      [org.id],
    )
    assert.match(key, /^~/)
    assert.equal((await patch({ name: 'Guessed' }, key)).error.code, 'VALIDATION_007')
  })

  test('while it runs, two duplicates wait on each instance, the next is turned away, and all who wait replay', async () => {
    const { reply, answer } = await running(withCard(), 'slow')
    const waiting = [0, 1, 0, 1].map((instance) => patch(withCard(), 'slow', instance))
    await until('four wait', () => app.apps.every(({ context }) => !tryPlace(context.duplicateWaits, org.id, 'slow')))
    const startedMs = performance.now()
    const turnedAway = await patch(withCard(), 'slow', 1)
    assert.deepEqual([turnedAway.status, turnedAway.error.code], [409, 'CONFLICT_001'])
    assert.ok(Number(turnedAway.headers['retry-after']) >= 1)
    assert.equal(turnedAway.headers['x-should-retry'], undefined)
    assert.ok(performance.now() - startedMs < 2_000, 'at once')
    answer()
    assert.equal(kindOf(await reply), '200')
    assert.deepEqual(tally(await Promise.all(waiting)), { '200 replay': 4 })
    assert.deepEqual([calls().length, (await stored()).changes], [1, 1])
  })

  function tryPlace(duplicateWaits: DuplicateWaitLimit, customer: string, key: string) {
    const waiter = { organizationId: customer, key: `${customer} ${key}` }
    const entered = duplicateWaits.enter(waiter)
    if (entered) duplicateWaits.leave(waiter)
    return entered
  }

  test('a duplicate that has waited its time gets 409 CONFLICT_001 with Retry-After, and the answer when it asks later', async () => {
    const { reply, answer } = await running(withCard(), 'long')
    const startedMs = performance.now()
    const late = await patch(withCard(), 'long', 1)
    const waitedMs = performance.now() - startedMs
    assert.equal(kindOf(late), '409 CONFLICT_001')
    assert.ok(Number(late.headers['retry-after']) >= 1)
    assert.ok(waitedMs >= 2_500 && waitedMs < 5_000, `${waitedMs} ms`)
    answer()
    const first = await reply
    const again = await patch(withCard(), 'long', 1)
    assert.deepEqual([kindOf(again), again.text], ['200 replay', first.text])
  })

  test('a request of another kind under the key of a running one is a 409 CONFLICT_002 at once', async () => {
    const { reply, answer } = await running(withCard(), 'misused')
    const other = await org.admin.post('/v3/profiles', { name: 'Other' }, { 'idempotency-key': 'misused' })
    assert.equal(kindOf(other), '409 CONFLICT_002')
    answer()
    assert.equal((await reply).status, 200)
  })

  test('after a decline the same key takes a corrected card, under another once-key', async () => {
    const declined = await patch(withCard(DECLINED), 'decline')
    assert.deepEqual([declined.status, declined.error.code], [400, 'VALIDATION_001'])
    assert.match(JSON.stringify(declined.error.details), /payment_details.*declined/)
    assert.equal((await stored()).version, 1)
    const corrected = await patch(withCard(), 'decline', 1)
    assert.equal(kindOf(corrected), '200')
    assert.deepEqual(
      calls().map(({ outcome }) => outcome),
      ['refused', 'done'],
    )
    assert.equal(new Set(calls().map(({ onceKey }) => onceKey)).size, 2)
    assert.deepEqual([(await stored()).method?.last_four, (await stored()).changes], ['4242', 1])
  })

  test('after a timeout the same request gets the method that was made the first time', async () => {
    const timedOut = await patch(withCard(TIMEOUT), 'timeout')
    assert.deepEqual([timedOut.status, timedOut.error.code], [504, 'INTERNAL_004'])
    assert.equal((await stored()).version, 1)
    const again = await patch(withCard(TIMEOUT), 'timeout', 1)
    assert.equal(kindOf(again), '200')
    assert.deepEqual(
      calls().map(({ outcome }) => outcome),
      ['timeout', 'done'],
    )
    assert.equal(new Set(calls().map(({ onceKey }) => onceKey)).size, 1)
    assert.equal((await stored()).changes, 1)
    assert.equal(kindOf(await patch(withCard(TIMEOUT), 'timeout')), '200 replay')
  })

  test('after a timeout another card is a 409 CONFLICT_002 that says not to try again, and changes nothing', async () => {
    await patch(withCard(TIMEOUT), 'other-card')
    const other = await patch(withCard(OTHER), 'other-card')
    assert.equal(kindOf(other), '409 CONFLICT_002')
    assert.equal(other.headers['x-should-retry'], 'false')
    assert.equal((await stored()).version, 1)
    assert.equal(kindOf(await patch(withCard(TIMEOUT), 'other-card')), '200')
    assert.equal(methods().size, 1)
  })

  test('an outage is a 502 with Retry-After, leaves the key usable, and ends with one method', async () => {
    const down = await patch(withCard(OUTAGE), 'outage')
    assert.deepEqual([down.status, down.error.code], [502, 'INTERNAL_003'])
    assert.ok(Number(down.headers['retry-after']) >= 1)
    assert.equal(kindOf(await patch(withCard(OUTAGE), 'outage', 1)), '502 INTERNAL_003')
    assert.equal(kindOf(await patch(withCard(), 'outage')), '200')
    assert.deepEqual([methods().size, (await stored()).changes], [1, 1])
  })

  /** Somebody holds the profile's row, so that the write after the card fails. */
  async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
    const holder = new pg.Client(app.database.owner)
    await holder.connect()
    try {
      await holder.query('begin')
      await holder.query('select id from profiles where organization_id = $1 for update', [org.id])
      return await work()
    } finally {
      await holder.end()
    }
  }

  test('when its write cannot be done now, the same request finishes it later with the same method', async () => {
    const blocked = await whileLocked(() => patch(withCard(), 'blocked'))
    assert.equal(kindOf(blocked), '409 CONFLICT_001')
    const row = await claimRow()
    assert.deepEqual([row?.state, row?.payment_method?.last_four, (await stored()).version], ['claimed', '4242', 1])
    assert.deepEqual([await jobs(), await dueJobs()], [1, 0], 'the method is not taken back while a retry may come')
    assert.equal(kindOf(await patch(withCard(), 'blocked', 1)), '200')
    assert.deepEqual([methods().size, (await stored()).changes, await jobs()], [1, 1, 0])
  })

  test('what was interrupted after the card cannot be finished without it: the method would be of nobody', async () => {
    await whileLocked(() => patch(withCard(), 'dropped', 0))
    const without = await patch({ name: 'No card' }, 'dropped')
    assert.equal(kindOf(without), '409 CONFLICT_002')
    assert.equal(without.headers['x-should-retry'], 'false')
    assert.deepEqual([(await stored()).version, await jobs()], [1, 1])
    assert.equal(kindOf(await patch(withCard(), 'dropped')), '200')
  })

  test('an owner that was silent beyond its lease is overtaken, and its own end changes nothing', async () => {
    const zombie = await running(withCard(), 'zombie')
    barrier = null
    await endLease()
    const successor = await patch(withCard(), 'zombie', 1)
    assert.equal(kindOf(successor), '200')
    const after = { row: await claimRow(), stored: await stored() }
    assert.deepEqual([after.row?.fence, after.stored.changes], [2, 1])
    zombie.answer()
    const late = await zombie.reply
    assert.equal(kindOf(late), '200 replay')
    assert.equal(late.text, successor.text)
    assert.deepEqual({ row: await claimRow(), stored: await stored() }, after)
    assert.equal(methods().size, 1)
  })

  test('an owner that is overtaken while its successor still runs is told so, and leaves the claim to it', async () => {
    const zombie = await running(withCard(), 'two')
    const successorHeld = gate()
    barrier = successorHeld
    await endLease()
    const successor = patch(withCard(), 'two', 1)
    await until('the successor has the claim', async () => (await claimRow())?.fence === 2 && calls().length === 2)
    zombie.answer()
    assert.equal(kindOf(await zombie.reply), '409 CONFLICT_001')
    const row = await claimRow()
    assert.deepEqual([row?.state, row?.fence, row?.payment_method], ['claimed', 2, null])
    successorHeld.open()
    assert.equal(kindOf(await successor), '200')
    assert.deepEqual([methods().size, (await stored()).changes], [1, 1])
  })

  test('an owner that is overtaken in the middle of its write loses the write', async () => {
    const { zombie, successor } = await whileLocked(async () => {
      const zombie = patch(withCard(), 'writing')
      await until(
        'the card is recorded',
        async () => (await claimRow())?.payment_method !== null && calls().length === 1,
      )
      await endLease()
      const successor = patch(withCard(), 'writing', 1)
      await until('the successor has the claim', async () => (await claimRow())?.fence === 2)
      return { zombie, successor }
    })
    assert.equal(kindOf(await successor), '200')
    assert.ok(['409 CONFLICT_001', '200 replay'].includes(kindOf(await zombie)))
    assert.deepEqual([methods().size, (await stored()).changes, await jobs()], [1, 1, 0])
  })

  test('before the lease has ended nobody overtakes', async () => {
    const { reply, answer } = await running(withCard(), 'leased')
    assert.equal(kindOf(await patch(withCard(), 'leased', 1)), '409 CONFLICT_001')
    assert.equal((await claimRow())?.fence, 1)
    answer()
    assert.equal((await reply).status, 200)
  })

  test('when the profile is deleted meanwhile it is a 404, and the method is left to the job at once', async () => {
    const { reply, answer } = await running(withCard(), 'deleted')
    assert.equal((await org.admin.delete(path)).status, 204)
    answer()
    assert.equal(kindOf(await reply), '404 RESOURCE_014')
    assert.equal(await dueJobs(), 1)
  })

  test('a profile is created with its card once, whatever the timeout', async () => {
    const body = withCard(TIMEOUT, { name: 'With a card' })
    const post = (instance: number) =>
      org.admin.at(app.urls[instance] ?? '').post('/v3/profiles', body, { 'idempotency-key': 'create' })
    assert.equal(kindOf(await post(0)), '504 INTERNAL_004')
    const made = await post(1)
    assert.equal(kindOf(made), '201')
    assert.equal(kindOf(await post(0)), '201 replay')
    const profiles = (await org.admin.get('/v3/profiles')).data.profiles as Json[]
    assert.equal(profiles.filter(({ name }) => name === 'With a card').length, 1)
    assert.deepEqual([...new Set(calls().map(({ profileId }) => profileId))], [made.data.id])
  })
})

test('without a payment processor a card is refused by name with 503 PROVIDER_001, and nothing is written', async () => {
  await using app = await testApp({ ports: { payments: null } })
  app.expectErrors('request_failed')
  const org = await app.organization()
  const profile = await org.profile()
  const key = { 'idempotency-key': 'unconfigured' }
  for (const headers of [key, {}]) {
    const reply = await org.admin.patch(`/v3/profiles/${profile.id}`, { payment_details: aCard() }, headers)
    assert.deepEqual([reply.status, reply.error.code], [503, 'PROVIDER_001'])
    assert.deepEqual(Object.keys(reply.error.details ?? {}), ['payment_details'])
    assert.equal(reply.headers['x-should-retry'], 'false')
    assert.equal(reply.headers['retry-after'], undefined)
  }
  const written = await app.sql(
    'select (select count(*)::int from idempotency_keys) as keys, (select count(*)::int from jobs) as jobs, (select max(version)::int from profiles) as version',
  )
  assert.deepEqual(written, [{ keys: 0, jobs: 0, version: 1 }])
  assert.equal((await org.admin.patch(`/v3/profiles/${profile.id}`, { name: 'No card' }, key)).status, 200)
})
