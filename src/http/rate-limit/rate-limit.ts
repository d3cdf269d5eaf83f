import { Failure } from '../../contract/failure.ts'
import type { Executor } from '../../db/database.ts'
import type { Caller } from '../caller.ts'
import { leaseBlock } from './rate-limit.store.ts'

/**
 * Rate limits (contract 4, decision 24): a window of 60 s with the documented figure, and a burst, which is the most in
 * any one second. An instance leases a tenth of the limit at a time from one row, so the sum over all instances never
 * passes the limit and most requests cost no write. Besides, a customer has at most 20 requests in flight on an instance.
 */
export const RATE_CLASSES = {
  standard: { perMinute: 200, burst: 50 },
  sensitive: { perMinute: 10, burst: 5 },
  webhook_test: { perMinute: 60, burst: 10 },
} as const
export type RateClass = keyof typeof RATE_CLASSES

const IN_FLIGHT_MAX = 20
const POOLS_MAX = 20_000

interface Pool {
  /** Leased and not yet used. */
  tokens: number
  /** What no instance has leased yet, as far as this one knows. */
  remaining: number
  windowEndsMs: number
  resetAtSeconds: number
  second: number
  usedInSecond: number
  leasing: Promise<void> | null
}

/** A place in flight. */
export interface Turn {
  leave(): void
}

const FREE: Turn = { leave: () => {} }

export class RateLimiter {
  readonly #db: Executor
  readonly #isOn: boolean
  readonly #factor: number
  readonly #onLimited: () => void
  readonly #now: () => number
  readonly #pools = new Map<string, Pool>()
  readonly #inFlight = new Map<string, number>()

  /**
   * @param options.factor multiplies every limit; 1 unless told.
   * @param options.now milliseconds of a clock that never goes back.
   */
  constructor(options: { db: Executor; isOn: boolean; factor?: number; onLimited: () => void; now?: () => number }) {
    this.#db = options.db
    this.#isOn = options.isOn
    this.#factor = options.factor ?? 1
    this.#onLimited = options.onLimited
    this.#now = options.now ?? (() => performance.now())
  }

  /**
   * Counts a request against its customer and adds the three X-RateLimit headers. A scoped request draws from the
   * organization's pool, a profile's own key from its profile's (contract 1.4).
   *
   * @throws Failure BUSINESS_002 with Retry-After.
   */
  async enter(caller: Caller, rateClass: RateClass, headers: Record<string, string>): Promise<Turn> {
    if (!this.#isOn) return FREE
    const organizationId = caller.organization.organization_id
    const customerId = caller.isScopedByHeader ? organizationId : caller.customerId
    const pool = this.#poolOf(`${customerId} ${rateClass}`)
    while (needsLease(pool, this.#now())) await this.#lease(pool, organizationId, customerId, rateClass)
    const { perMinute, burst } = RATE_CLASSES[rateClass]
    const waitSeconds = take(pool, burst * this.#factor, this.#now())
    headers['x-ratelimit-limit'] = String(perMinute * this.#factor)
    headers['x-ratelimit-remaining'] = String(waitSeconds === 0 ? pool.tokens + pool.remaining : 0)
    headers['x-ratelimit-reset'] = String(pool.resetAtSeconds)
    if (waitSeconds > 0) throw this.#limited(waitSeconds)
    return this.#takePlace(customerId)
  }

  #limited(waitSeconds: number): Failure {
    this.#onLimited()
    return new Failure('BUSINESS_002', { headers: { 'retry-after': String(waitSeconds) } })
  }

  #takePlace(customerId: string): Turn {
    const running = this.#inFlight.get(customerId) ?? 0
    if (running >= IN_FLIGHT_MAX * this.#factor) throw this.#limited(1)
    this.#inFlight.set(customerId, running + 1)
    return {
      leave: () => {
        const left = (this.#inFlight.get(customerId) ?? 1) - 1
        if (left === 0) this.#inFlight.delete(customerId)
        else this.#inFlight.set(customerId, left)
      },
    }
  }

  #poolOf(key: string): Pool {
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    if (this.#pools.size >= POOLS_MAX) this.#forgetEnded()
    const fresh = {
      tokens: 0,
      remaining: 0,
      windowEndsMs: 0,
      resetAtSeconds: 0,
      second: 0,
      usedInSecond: 0,
      leasing: null,
    }
    this.#pools.set(key, fresh)
    return fresh
  }

  #forgetEnded(): void {
    const now = this.#now()
    for (const [key, pool] of this.#pools) if (pool.windowEndsMs < now && pool.leasing === null) this.#pools.delete(key)
  }

  /** One lease at a time a pool: requests that arrive meanwhile wait for it and share the block. */
  async #lease(pool: Pool, organizationId: string, customerId: string, rateClass: RateClass): Promise<void> {
    pool.leasing ??= this.#leaseNow(pool, organizationId, customerId, rateClass).finally(() => {
      pool.leasing = null
    })
    await pool.leasing
  }

  async #leaseNow(pool: Pool, organizationId: string, customerId: string, rateClass: RateClass): Promise<void> {
    const perMinute = RATE_CLASSES[rateClass].perMinute * this.#factor
    const block = Math.max(1, Math.floor(perMinute / 10))
    const [row] = await this.#db.run(organizationId, leaseBlock, [organizationId, customerId, rateClass, block])
    if (row === undefined) throw new Error('a rate window was not answered')
    const before = row.leased - block
    pool.tokens = Math.max(0, Math.min(block, perMinute - before))
    pool.remaining = Math.max(0, perMinute - row.leased)
    pool.windowEndsMs = this.#now() + row.seconds_left * 1000
    pool.resetAtSeconds = (row.window_start + 1) * 60
  }
}

/** In a window that all instances together have used up there is nothing to ask for. */
function needsLease(pool: Pool, now: number): boolean {
  if (now >= pool.windowEndsMs) return true
  return pool.tokens === 0 && pool.remaining > 0
}

/** Takes one token. @returns 0, or the seconds to wait when there is none. */
function take(pool: Pool, burst: number, now: number): number {
  if (pool.tokens === 0) return Math.max(1, Math.ceil((pool.windowEndsMs - now) / 1000))
  const second = Math.floor(now / 1000)
  if (second !== pool.second) Object.assign(pool, { second, usedInSecond: 0 })
  if (pool.usedInSecond >= burst) return 1
  pool.usedInSecond += 1
  pool.tokens -= 1
  return 0
}
