import { setImmediate as nextTurn } from 'node:timers/promises'
import { NotConnected } from './database-error.ts'
import { type ScopedItem, toWireValues } from './scoped-query.ts'
import type { Param, Statement } from './statement.ts'

/**
 * A round trip that lasts longer than this waits for something, and what comes after it does not wait with it. Longer than a
 * machine that has too much to do takes: more connections would give it more to do.
 */
const PATIENCE_MS = 100
/** How often those that wait are looked at, where no round trip comes back. */
const LOOK_MS = 20

/** PostgreSQL refused a round trip: nothing of it was done. */
export class TripRefused extends Error {
  /** Place of the statement that was refused; null when it was the commit. */
  readonly at: number | null

  constructor(cause: unknown, at: number | null) {
    super('a round trip was refused', { cause })
    this.name = 'TripRefused'
    this.at = at
  }
}

export interface TogetherOptions {
  /**
   * Sends statements in one round trip; they happen all or none. Answers the rows of each.
   *
   * @throws TripRefused when none of them happened because of one; any other error when nobody knows.
   */
  send(items: readonly ScopedItem[]): Promise<object[][]>
  /** Round trips at one time, beside those that have lasted too long. */
  lanes: number
  /** Most statements in one round trip: its transaction lasts as long as all of them. */
  itemsMax: number
  /** Round trips at one time, however long they last: each has a connection. */
  tripsMax: number
  /** Milliseconds until a statement that found no round trip is refused. */
  waitMs: number
}

interface Waiting {
  item: ScopedItem
  /** What was refused once runs by itself, with all the patience that the database is given. */
  isAlone: boolean
  since: number
  resolve(rows: object[]): void
  reject(error: unknown): void
}

/**
 * Runs statements of several requests in one round trip and one transaction, each as its own organization. What arrives while
 * the round trips before are under way goes out together with the next: a server that has little to do sends each statement at
 * once, and a busy one spends a commit and a change of process on many.
 *
 * When PostgreSQL refuses a statement, nothing of its round trip was done: that one runs again by itself, the others together
 * once more, and their callers never learn of it. When the connection breaks it may have happened, and all are told.
 */
export class Together {
  readonly #options: TogetherOptions
  #queue: Waiting[] = []
  /** When each round trip under way began; one of a statement that may wait is nobody's lane. */
  readonly #trips = new Set<{ since: number; isAlone: boolean }>()
  #isScheduled = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: TogetherOptions) {
    this.#options = options
  }

  /** Statements that wait for a round trip. */
  get waiting(): number {
    return this.#queue.length
  }

  /** @throws NotConnected when no round trip was to be had in time, and whatever the statement failed with. */
  run<Row extends object>(
    organizationId: string,
    { name, text }: Statement<Row>,
    params: readonly Param[],
  ): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const item = { name, text, organizationId, values: toWireValues(params) }
      const settle = { resolve: resolve as Waiting['resolve'], reject }
      this.#queue.push({ item, isAlone: false, since: performance.now(), ...settle })
      this.#schedule()
    })
  }

  /** After this turn of the event loop, in which an answer may bring the next statement of several requests. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#sendNext()
    })
  }

  #sendNext(): void {
    const { lanes, tripsMax } = this.#options
    while (this.#queue.length > 0 && this.#trips.size < tripsMax && this.#quickTrips() < lanes) {
      void this.#carry(this.#takeNext())
    }
    if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#lookAgain(), LOOK_MS)
  }

  #takeNext(): Waiting[] {
    const { itemsMax } = this.#options
    const firstAlone = this.#queue.findIndex(({ isAlone }) => isAlone)
    return this.#queue.splice(0, firstAlone === -1 ? itemsMax : Math.min(itemsMax, Math.max(1, firstAlone)))
  }

  #lookAgain(): void {
    this.#timer = undefined
    const oldest = performance.now() - this.#options.waitMs
    const isLate = ({ since }: Waiting) => since < oldest
    const late = this.#queue.filter(isLate)
    if (late.length > 0) this.#queue = this.#queue.filter((waiting) => !isLate(waiting))
    for (const { reject } of late) reject(new NotConnected(new Error('every connection was taken for too long')))
    this.#sendNext()
  }

  #quickTrips(): number {
    const oldest = performance.now() - PATIENCE_MS
    let count = 0
    for (const { since, isAlone } of this.#trips) if (!isAlone && since >= oldest) count += 1
    return count
  }

  async #carry(batch: readonly Waiting[]): Promise<void> {
    const trip = { since: performance.now(), isAlone: batch[0]?.isAlone === true }
    this.#trips.add(trip)
    try {
      const rows = await this.#options.send(batch.map(({ item }) => item))
      void answer(batch, rows)
    } catch (error) {
      this.#failed(batch, error)
    } finally {
      this.#trips.delete(trip)
      this.#schedule()
    }
  }

  #failed(batch: readonly Waiting[], error: unknown): void {
    if (!(error instanceof TripRefused) || batch.length === 1) {
      const reason = error instanceof TripRefused ? error.cause : error
      for (const { reject } of batch) reject(reason)
      return
    }
    const since = performance.now()
    const isGuilty = (index: number) => error.at === null || error.at === index
    this.#queue.unshift(...batch.map((waiting, index) => ({ ...waiting, isAlone: isGuilty(index), since })))
  }
}

/**
 * Gives each its rows. What is made of many keeps the process busy for milliseconds, so everybody else, who may only want to
 * be refused or to be told that the process lives, has a turn after it.
 */
async function answer(batch: readonly Waiting[], rows: readonly object[][]): Promise<void> {
  for (const [index, { resolve }] of batch.entries()) {
    const own = rows[index] ?? []
    resolve(own)
    if (own.length > 1) await nextTurn()
  }
}
