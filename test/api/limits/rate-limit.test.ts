import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { simulatedPayments } from '../../../src/adapters/simulator/payments.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCard } from '../../kit/builders/requests.ts'
import { type Gate, gate } from '../../kit/gate.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Reply } from '../../kit/servers/client.ts'
import { kindOf, tally, until } from '../../kit/tally.ts'

const LIMITED = '429 BUSINESS_002'

describe('rate limits', () => {
  let app: TestApp
  let org: TestOrganization
  /** While there is one, the processor keeps its answers back. */
  let barrier: Gate | null = null
  let cardsHeld = 0

  before(async () => {
    const simulated = simulatedPayments()
    const attachCard: typeof simulated.attachCard = async (request) => {
      const outcome = await simulated.attachCard(request)
      cardsHeld += 1
      await barrier?.opened
      return outcome
    }
    app = await testApp({
      instances: 2,
      env: { RATE_LIMITS: 'on' },
      ports: { payments: { ...simulated, attachCard } },
    })
  })
  beforeEach(async () => {
    await untilFreshWindow()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  /** Windows are minutes of the database's clock: a test that would cross into the next one waits for it. */
  async function untilFreshWindow(): Promise<void> {
    const [row] = await app.sql<{ left: number }>(
      'select (60 - extract(epoch from clock_timestamp())::numeric % 60)::double precision as left',
    )
    if ((row?.left ?? 0) < 15) await sleep(((row?.left ?? 0) + 0.2) * 1000)
  }

  /** Nothing is left of this minute for the customer, as if other instances had leased it all. */
  const useUp = (customerId: string) =>
    app.sql(
      `insert into rate_windows (organization_id, customer_id, rate_class, window_start, leased)
       values ($1, $2, 'standard', floor(extract(epoch from clock_timestamp()) / 60)::bigint, 200)
       on conflict (organization_id, customer_id, rate_class) do update set leased = 200`,
      [org.id, customerId],
    )

  /** A window that is used up and begins so many minutes ahead, as a clock that was wrong left it. */
  const usedUpAhead = (minutes: number) =>
    app.sql(
      `insert into rate_windows (organization_id, customer_id, rate_class, window_start, leased)
       values ($1, $1, 'standard', floor(extract(epoch from clock_timestamp()) / 60)::bigint + $2, 200)`,
      [org.id, minutes],
    )

  test('E4: a window more than a minute ahead is none, and the row is of this minute again', async () => {
    await usedUpAhead(60)
    const reply = await org.admin.get('/v3/me')
    assert.deepEqual([reply.status, reply.headers['x-ratelimit-remaining']], [200, '199'])
    const [row] = await app.sql<{ ahead: number; leased: number }>(
      `select (window_start - floor(extract(epoch from clock_timestamp()) / 60))::integer as ahead, leased::integer
         from rate_windows where organization_id = $1`,
      [org.id],
    )
    assert.deepEqual(row, { ahead: 0, leased: 20 })
  })

  test('E4: the window of the next minute holds: instances may be a moment apart', async () => {
    await usedUpAhead(1)
    const refused = await org.admin.get('/v3/me')
    assert.equal(kindOf(refused), LIMITED)
    assert.ok(Number(refused.headers['retry-after']) <= 120)
  })

  test('two instances together accept 200 in a minute, and everything after is a 429 that says until when', async () => {
    const replies: Reply[] = []
    for (let second = 0; second < 3; second += 1) {
      const startedMs = performance.now()
      for (let batch = 0; batch < 9; batch += 1) {
        const asked = Array.from({ length: 10 }, (_, index) => org.admin.at(app.urls[index % 2] ?? '').get('/v3/me'))
        replies.push(...(await Promise.all(asked)))
      }
      await sleep(Math.max(0, 1_050 - (performance.now() - startedMs)))
    }
    // In a second that the burst does not bound, past what either instance may still have in hand of the minute.
    for (let index = 0; index < 40; index += 1)
      replies.push(await org.admin.at(app.urls[index % 2] ?? '').get('/v3/me'))
    const counts = tally(replies)
    assert.deepEqual(Object.keys(counts).sort(), ['200', LIMITED])
    assert.ok((counts[200] ?? 0) <= 200 && (counts[200] ?? 0) >= 180, `${counts[200]} accepted`)
    const refused = replies.filter(({ status }) => status === 429).at(-1)
    assert.equal(refused?.error.message, 'Rate limit exceeded')
    assert.equal(refused?.headers['x-ratelimit-remaining'], '0')
    const reset = Number(refused?.headers['x-ratelimit-reset'])
    const retryAfter = Number(refused?.headers['retry-after'])
    assert.equal(reset % 60, 0)
    const secondsLeft = reset - Date.parse(refused?.json.meta.timestamp ?? '') / 1000
    assert.ok(Math.abs(retryAfter - secondsLeft) <= 2, `Retry-After ${retryAfter}, ${secondsLeft} s left`)
    for (const { headers } of replies) assert.equal(headers['x-ratelimit-limit'], '200')
  })

  test('every answer carries the three headers, refusals and replays too, and each costs one', async () => {
    const key = { 'idempotency-key': 'counted' }
    const replies = [
      await org.admin.get('/v3/profiles'),
      await org.admin.get('/v3/profiles/string'),
      await org.developer.post('/v3/profiles', { name: 'Not allowed' }),
      await org.admin.post('/v3/profiles', {}),
      await org.admin.post('/v3/profiles', { name: 'Made' }, key),
      await org.admin.post('/v3/profiles', { name: 'Made' }, key),
    ]
    assert.deepEqual(replies.map(kindOf), [
      '200',
      '404 RESOURCE_014',
      '403 AUTH_004',
      '400 VALIDATION_001',
      '201',
      '201 replay',
    ])
    assert.deepEqual(
      replies.map(({ headers }) => headers['x-ratelimit-remaining']),
      ['199', '198', '197', '196', '195', '194'],
    )
  })

  test('a request that is not let in by its key is not counted and says nothing of limits', async () => {
    for (const reply of [await app.nobody.get('/v3/me'), await app.nobody.get('/v3/nothing')]) {
      assert.equal(reply.headers['x-ratelimit-limit'], undefined)
    }
  })

  test('a burst of more than 50 in a second is a 429 that says to wait a second', async () => {
    const startedMs = performance.now()
    const replies: Reply[] = []
    while (replies.length < 190 && !replies.some(({ status }) => status === 429)) {
      replies.push(...(await Promise.all(Array.from({ length: 19 }, () => org.admin.get('/v3/me')))))
    }
    const seconds = Math.ceil((performance.now() - startedMs) / 1000) + 1
    const accepted = replies.filter(({ status }) => status === 200).length
    assert.ok(accepted <= 50 * seconds, `${accepted} in ${seconds} s`)
    const refused = replies.find(({ status }) => status === 429)
    assert.deepEqual([refused?.headers['retry-after'], refused?.headers['x-ratelimit-remaining']], ['1', '0'])
    await sleep(1_000)
    assert.equal((await org.admin.get('/v3/me')).status, 200)
  })

  test("the organization's pool is drawn from with and without x-profile-id; a profile's own key has its own", async () => {
    const { id } = await org.profile()
    const other = org.admin.at(app.urls[1] ?? '')
    await useUp(org.id)
    const own = (await org.profileKey(id)).at(app.urls[1] ?? '')
    assert.equal(kindOf(await other.get('/v3/me')), LIMITED)
    assert.equal(kindOf(await other.get('/v3/me', { 'x-profile-id': id })), LIMITED)
    const counted = await own.get('/v3/me')
    assert.deepEqual([counted.status, counted.headers['x-ratelimit-remaining']], [200, '199'])
  })

  test('a profile key cannot draw from the pool of a sibling by naming it', async () => {
    const [mine, sibling] = [await org.profile(), await org.profile()]
    const key = await org.profileKey(mine.id)
    const reply = await key.get('/v3/me', { 'x-profile-id': sibling.id })
    assert.equal(kindOf(reply), '403 AUTH_004')
    const pools = await app.sql<{ customer_id: string }>(
      'select customer_id from rate_windows where organization_id = $1',
      [org.id],
    )
    const customers = pools.map(({ customer_id: customer }) => customer)
    assert.deepEqual([customers.includes(mine.id), customers.includes(sibling.id)], [true, false])
  })

  test('one organization that has used up its pool does not touch another', async () => {
    await useUp(org.id)
    const other = await app.organization()
    assert.equal(kindOf(await org.admin.get('/v3/me')), LIMITED)
    assert.equal((await other.admin.get('/v3/me')).status, 200)
  })

  test('of one customer 20 requests run at once on an instance; the next gets 429 at once, another customer none', async () => {
    const other = await app.organization()
    const held = gate()
    barrier = held
    cardsHeld = 0
    try {
      const running = Array.from({ length: 20 }, (_, index) =>
        org.admin.post('/v3/profiles', { name: `Held ${index}`, payment_details: aCard() }),
      )
      await until('20 requests run', () => cardsHeld === 20)
      const refused = await org.admin.get('/v3/me')
      assert.deepEqual([kindOf(refused), refused.headers['retry-after']], [LIMITED, '1'])
      assert.equal((await other.admin.get('/v3/me')).status, 200)
      assert.equal((await org.admin.at(app.urls[1] ?? '').get('/v3/me')).status, 200, 'each instance counts its own')
      held.open()
      assert.deepEqual(tally(await Promise.all(running)), { 201: 20 })
      assert.equal((await org.admin.get('/v3/me')).status, 200)
    } finally {
      held.open()
      barrier = null
    }
  })
})

test('RATE_LIMITS=off lifts the limits and the cap, and no answer speaks of them', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } })
  const { admin } = await app.organization()
  const replies: Reply[] = []
  for (let batch = 0; batch < 6; batch += 1) {
    replies.push(...(await Promise.all(Array.from({ length: 40 }, () => admin.get('/v3/me')))))
  }
  assert.deepEqual(tally(replies), { 200: 240 })
  for (const { headers } of replies) assert.equal(headers['x-ratelimit-limit'], undefined)
  assert.deepEqual(await app.sql('select customer_id from rate_windows'), [])
})
