import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../contract/failure.ts'
import type { Executor } from '../../db/database.ts'
import type { Caller } from '../caller.ts'
import { type RateClass, RateLimiter, type Turn } from './rate-limit.ts'

const ORGANIZATION = '550e8400-e29b-41d4-a716-446655440000'
const PROFILE = '770e8400-e29b-41d4-a716-446655440002'

/** The table of rate windows as the lease statement leaves it, under a clock of the test. */
function windows() {
  const clock = { ms: 7_000 }
  const leased = new Map<string, { window: number; leased: number }>()
  const queries: string[] = []
  const fault = { isOn: false }
  const db: Executor = {
    run: async <Row extends object>(
      _organizationId: string,
      statement: { name: string },
      params: readonly unknown[],
    ) => {
      queries.push(statement.name)
      if (fault.isOn) throw new Error('no database')
      const [organization, customer, rateClass, block] = params as [string, string, string, number]
      const name = `${organization} ${customer} ${rateClass}`
      const window = Math.floor(clock.ms / 60_000)
      const known = leased.get(name)
      const now = known?.window === window ? known.leased + block : block
      leased.set(name, { window, leased: now })
      return [
        { leased: now, window_start: window, seconds_left: (window + 1) * 60 - clock.ms / 1000 },
      ] as unknown as Row[]
    },
  }
  const limited = { count: 0 }
  const onLimited = () => {
    limited.count += 1
  }
  const limiter = (isOn = true, factor = 1) => new RateLimiter({ db, isOn, factor, onLimited, now: () => clock.ms })
  return { clock, queries, limited, limiter, fault }
}

function caller(options: { customerId?: string; isScopedByHeader?: boolean } = {}): Caller {
  return {
    organization: { organization_id: ORGANIZATION },
    customerId: ORGANIZATION,
    isScopedByHeader: false,
    ...options,
  } as unknown as Caller
}

interface Tried {
  accepted: boolean
  retryAfter: string | undefined
  headers: Record<string, string>
}

async function attempt(limiter: RateLimiter, rateClass: RateClass = 'standard', as = caller()): Promise<Tried> {
  const headers: Record<string, string> = {}
  try {
    const turn = await limiter.enter(as, rateClass, headers)
    turn.leave()
    return { accepted: true, retryAfter: undefined, headers }
  } catch (error) {
    assert.ok(error instanceof Failure)
    assert.equal(error.code, 'BUSINESS_002')
    return { accepted: false, retryAfter: error.headers['retry-after'], headers }
  }
}

/** Fires `count` requests, at most `perSecond` in each second of the clock. */
async function fire(
  clock: { ms: number },
  limiters: readonly RateLimiter[],
  options: { count: number; perSecond: number; rateClass?: RateClass },
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (let index = 0; index < options.count; index += 1) {
    if (index > 0 && index % options.perSecond === 0) clock.ms += 1_000
    const limiter = limiters[index % limiters.length] as RateLimiter
    tried.push(await attempt(limiter, options.rateClass))
  }
  return tried
}

const accepted = (tried: readonly Tried[]) => tried.filter((one) => one.accepted).length

test('one instance accepts exactly 200 requests in a minute, with eleven leases at most', async () => {
  const { clock, limiter, queries } = windows()
  const tried = await fire(clock, [limiter()], { count: 300, perSecond: 40 })
  assert.equal(accepted(tried), 200)
  assert.ok(queries.length <= 11, `${queries.length} leases`)
})

test('two instances accept 200 together, never more, whatever their shares', async () => {
  const { clock, limiter } = windows()
  const [one, other] = [limiter(), limiter()]
  assert.equal(accepted(await fire(clock, [one, other, one, one], { count: 400, perSecond: 40 })), 200)
})

test('what one instance has leased and not used is the most that can be lost: a block', async () => {
  const { clock, limiter } = windows()
  const [idle, busy] = [limiter(), limiter()]
  assert.equal((await attempt(idle)).accepted, true)
  assert.equal(accepted(await fire(clock, [busy], { count: 300, perSecond: 40 })), 180)
})

test('a used-up window costs no more queries, and the next minute starts afresh', async () => {
  const { clock, limiter, queries } = windows()
  const one = limiter()
  await fire(clock, [one], { count: 210, perSecond: 40 })
  const before = queries.length
  const refused = await attempt(one)
  assert.deepEqual([refused.accepted, queries.length], [false, before])
  assert.equal(refused.retryAfter, String(Math.ceil((60_000 - clock.ms) / 1000)))
  clock.ms = 60_000
  assert.equal((await attempt(one)).accepted, true)
})

test('a sensitive operation has a pool of its own: 10 a minute, 5 in a second', async () => {
  const { clock, limiter } = windows()
  const one = limiter()
  const burst = await fire(clock, [one], { count: 6, perSecond: 6, rateClass: 'sensitive' })
  assert.deepEqual(
    burst.map((tried) => tried.accepted),
    [true, true, true, true, true, false],
  )
  assert.equal(burst[5]?.retryAfter, '1')
  clock.ms += 1_000
  assert.equal(accepted(await fire(clock, [one], { count: 30, perSecond: 5, rateClass: 'sensitive' })), 5)
  assert.equal((await attempt(one, 'standard')).accepted, true)
})

test('at most 50 requests pass in any one second; the 51st waits one second and spends nothing', async () => {
  const { clock, limiter } = windows()
  const one = limiter()
  const tried = await fire(clock, [one], { count: 60, perSecond: 60 })
  assert.equal(accepted(tried), 50)
  assert.equal(tried[59]?.retryAfter, '1')
  clock.ms += 1_000
  const next = await attempt(one)
  assert.deepEqual([next.accepted, next.headers['x-ratelimit-remaining']], [true, '149'])
})

test('every answer says limit, remaining and reset; a refusal says remaining 0', async () => {
  const { clock, limiter } = windows()
  const one = limiter()
  const tried = await fire(clock, [one], { count: 201, perSecond: 40 })
  assert.deepEqual(tried[0]?.headers, {
    'x-ratelimit-limit': '200',
    'x-ratelimit-remaining': '199',
    'x-ratelimit-reset': '60',
  })
  assert.deepEqual(
    tried.slice(0, 200).map((one) => Number(one.headers['x-ratelimit-remaining'])),
    Array.from({ length: 200 }, (_, index) => 199 - index),
  )
  assert.deepEqual([tried[200]?.accepted, tried[200]?.headers['x-ratelimit-remaining']], [false, '0'])
})

test("a profile's own key has a pool of its own; x-profile-id draws from the organization's", async () => {
  const { clock, limiter } = windows()
  const one = limiter()
  await fire(clock, [one], { count: 201, perSecond: 40 })
  clock.ms += 1_000
  const own = await attempt(one, 'standard', caller({ customerId: PROFILE }))
  const scoped = await attempt(one, 'standard', caller({ customerId: PROFILE, isScopedByHeader: true }))
  assert.deepEqual([own.accepted, own.headers['x-ratelimit-remaining'], scoped.accepted], [true, '199', false])
})

test('requests that arrive together share one lease', async () => {
  const { limiter, queries } = windows()
  const one = limiter()
  const tried = await Promise.all(Array.from({ length: 20 }, () => attempt(one)))
  assert.deepEqual([accepted(tried), queries.length], [20, 1])
})

test('20 requests of a customer run at once on an instance, the next gets 429, and a place that is left is free', async () => {
  const { limiter, limited } = windows()
  const one = limiter()
  const turns: Turn[] = []
  for (let index = 0; index < 20; index += 1) turns.push(await one.enter(caller(), 'standard', {}))
  const refused = await attempt(one)
  assert.deepEqual([refused.accepted, refused.retryAfter, limited.count], [false, '1', 1])
  assert.equal((await attempt(one, 'standard', caller({ customerId: PROFILE }))).accepted, true)
  turns.pop()?.leave()
  assert.equal((await attempt(one)).accepted, true)
})

test('a factor raises the minute, the burst and the cap together', async () => {
  const { clock, limiter } = windows()
  const raised = limiter(true, 3)
  const first = await attempt(raised)
  assert.deepEqual([first.headers['x-ratelimit-limit'], first.headers['x-ratelimit-remaining']], ['600', '599'])
  assert.equal(accepted(await fire(clock, [raised], { count: 160, perSecond: 160 })), 149)
  clock.ms += 1_000
  assert.equal(accepted(await fire(clock, [raised], { count: 600, perSecond: 150 })), 450)
  clock.ms = 60_000
  for (let index = 0; index < 60; index += 1) await raised.enter(caller(), 'standard', {})
  assert.equal((await attempt(raised)).accepted, false)
})

test('switched off, there are no headers, no queries and no limit of any kind', async () => {
  const { limiter, queries } = windows()
  const off = limiter(false)
  for (let index = 0; index < 500; index += 1) {
    const headers = {}
    await off.enter(caller(), 'sensitive', headers)
    assert.deepEqual(headers, {})
  }
  assert.deepEqual(queries, [])
})

test('a lease that fails fails its requests and leaves the pool usable', async () => {
  const { limiter, fault } = windows()
  const one = limiter()
  fault.isOn = true
  await assert.rejects(one.enter(caller(), 'standard', {}), /no database/)
  fault.isOn = false
  assert.equal((await attempt(one)).accepted, true)
})
