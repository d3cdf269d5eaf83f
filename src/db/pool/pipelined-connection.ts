import type pg from 'pg'
import {
  BatchRefused,
  databaseTrouble,
  isRefusal,
  mustBeDestroyed,
  NotAnswered,
  NotConnected,
} from '../database-error.ts'
import type { QueryTimeouts } from './query-timeouts.ts'
import { type ScopedItem, ScopedQuery, type SharedLimits } from './tenant-query.ts'

export interface PipelineOptions {
  /** A connection of the pool; fails where none is to be had. */
  connect(): Promise<pg.PoolClient>
  /** Of each of its round trips, by its statements; null where it carries one statement, which has the limits of the connection. */
  limits: ((statements: number) => SharedLimits) | null
  /** Tells of a round trip that lasts too long, counted from when the one before it was answered. */
  timeouts: QueryTimeouts
  /** Told what became of the round trip that is being answered: whether the database is well. */
  onOutcome(error: Error | null): void
}

interface RoundTrip {
  query: ScopedQuery
  settle(error: Error | null, rows: object[][]): void
  /** Ends the watch over how long it lasts. */
  unwatch(): void
}

/**
 * One connection that carries round trips, each behind the one before: PostgreSQL has the next at hand when it is done with
 * one, where it would sleep until this process had read the answer and sent more. Each has its Sync, so each is a transaction
 * of its own: one that is refused undoes no other. When the connection breaks, all that are under way are told.
 */
export class PipelinedConnection {
  readonly #options: PipelineOptions
  readonly #client: Promise<pg.PoolClient>
  /** In the order in which they are sent; the first is being answered. */
  readonly #trips: RoundTrip[] = []
  #isSpent = false
  #underway = 0
  #since = performance.now()

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#client = options.connect()
  }

  /** Round trips that have no answer yet. */
  get inFlight(): number {
    return this.#underway
  }

  /** Whether its connection ends with what is under way, so that nothing more may be sent on it. */
  get isSpent(): boolean {
    return this.#isSpent
  }

  /**
   * When the first of the round trips under way began, in milliseconds of `performance.now()`: when its turn came, or when it was
   * given to a line that was not connected yet.
   */
  get since(): number {
    return this.#since
  }

  /**
   * Answers the rows of each statement; they happen all or none.
   *
   * @throws NotConnected when nothing was sent, BatchRefused when nothing was done because of one of them, PostgreSQL's
   *   own refusal of a statement without limits, and any other error when nobody knows what was done.
   */
  async send(items: readonly ScopedItem[]): Promise<object[][]> {
    if (this.#underway === 0) this.#since = performance.now()
    this.#underway += 1
    try {
      return await this.#carry(await this.#client, items)
    } finally {
      this.#underway -= 1
    }
  }

  #carry(client: pg.PoolClient, items: readonly ScopedItem[]): Promise<object[][]> {
    return new Promise((resolve, reject) => {
      const limits = this.#options.limits?.(items.length) ?? null
      const query = new ScopedQuery(items, limits, (error, rows) => this.#answered(client, trip, error, rows))
      const trip: RoundTrip = {
        query,
        settle: (error, rows) => (error === null ? resolve(rows) : reject(this.#told(error, query))),
        unwatch: () => undefined,
      }
      const last = this.#trips.at(-1)
      this.#trips.push(trip)
      if (last === undefined) this.#begin(client, trip)
      else last.query.sendBehind(query)
    })
  }

  /** node-postgres knows the first alone: what comes behind it is in its hands when that one is answered. */
  #begin(client: pg.PoolClient, trip: RoundTrip): void {
    this.#since = performance.now()
    trip.unwatch = this.#options.timeouts.begin(() => trip.query.handleError(new NotAnswered()))
    client.query(trip.query)
  }

  #answered(client: pg.PoolClient, trip: RoundTrip, error: Error | null, rows: object[][]): void {
    // A connection that breaks tells of what it had been told of before.
    if (this.#trips[0] !== trip) return
    this.#trips.shift()
    trip.unwatch()
    this.#options.onOutcome(error)
    trip.settle(error, rows)
    // What was sent behind a statement that is stale is answered all the same; nothing more goes out on the connection.
    if (error !== null && databaseTrouble(error).kind === 'stale') this.#isSpent = true
    else if (error !== null && mustBeDestroyed(error)) this.#break(error)
    const [next] = this.#trips
    if (next !== undefined) this.#begin(client, next)
    // What had to wait for its turn held up what came behind it.
    for (const [at, { query }] of this.#trips.entries()) this.#trips[at - 1]?.query.sendBehind(query)
  }

  /** What was sent behind the first may have been done, whatever was wrong with that one. */
  #break(error: Error): void {
    this.#isSpent = true
    const told = databaseTrouble(error).kind === 'unreachable' ? error : new NotAnswered()
    for (const { query, settle } of this.#trips.splice(0)) {
      settle(query.isSent ? told : new NotConnected(error), [])
      // A connection breaks once, however much is under way on it; silence is onOutcome by each.
      if (error instanceof NotAnswered) this.#options.onOutcome(error)
    }
  }

  #told(error: Error, query: ScopedQuery): Error {
    return this.#options.limits !== null && isRefusal(error) ? new BatchRefused(error, query.inFlight) : error
  }

  /** Gives the connection back, once no round trip is under way. */
  async close(): Promise<void> {
    const client = await this.#client.catch(() => null)
    client?.release(this.#isSpent)
  }
}
