import { setImmediate as nextTurn } from 'node:timers/promises'
import { databaseTrouble, NotConnected, TripRefused } from './database-error.ts'
import { type ScopedItem, toWireValues } from './scoped-query.ts'
import type { Param, Statement } from './statement.ts'

/**
 * A round trip that lasts longer than this waits for something, and what comes after it does not wait with it. Longer than a
 * machine that has too much to do takes: more connections would give it more to do.
 */
const PATIENCE_MS = 100
/** How often those that wait are looked at, where no round trip comes back. */
const LOOK_MS = 20

/** A connection that carries round trips, each behind the one before (`src/db/line.ts`). */
export interface TogetherLine {
  /** Round trips that have no answer yet. */
  readonly underway: number
  /** When the turn of the first of those came, in milliseconds of `performance.now()`. */
  readonly since: number
  /**
   * Sends statements in one round trip; they happen all or none. Answers the rows of each.
   *
   * @throws NotConnected when nothing was sent, TripRefused when none of them happened because of one, and any other error when
   *   nobody knows, or when it was alone.
   */
  send(items: readonly ScopedItem[]): Promise<object[][]>
  /** Called once nothing is under way on it. */
  close(): Promise<void>
}

export interface TogetherOptions {
  /** A line for statements that travel together, or for one by itself that may wait. */
  open(of: { isAlone: boolean }): TogetherLine
  /** Lines at one time, beside those on which something takes too long. */
  lines: number
  /** Round trips under way at one time on each. */
  depth: number
  /** Most statements in one round trip: its transaction lasts as long as all of them. */
  itemsMax: number
  /** Lines at one time, however long something takes on them: each has a connection. */
  linesMax: number
  /** Milliseconds until a statement that found no round trip is refused. */
  waitMs: number
  /** Whether somebody else waits for a connection: then a line ends with what is under way. */
  areOthersWaiting(): boolean
}

interface SharedLine {
  readonly line: TogetherLine
  readonly isAlone: boolean
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
  readonly #lines = new Set<SharedLine>()
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
    while (this.#queue.length > 0) {
      const line = this.#lineFor(this.#queue[0]?.isAlone === true)
      if (line === null) break
      void this.#carry(line, this.#takeNext())
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

  /** What the next statement goes out on; null when it has to wait. */
  #lineFor(isAlone: boolean): SharedLine | null {
    const { lines, linesMax, depth, areOthersWaiting, open } = this.#options
    if (!isAlone) {
      const quick = this.#quickLines()
      // One that was opened for a while comes to its end.
      const free = quick.slice(0, lines).find(({ line }) => line.underway < depth)
      if (free !== undefined && !areOthersWaiting()) return free
      if (quick.length >= lines) return null
    }
    if (this.#lines.size >= linesMax) return null
    const opened = { line: open({ isAlone }), isAlone }
    this.#lines.add(opened)
    return opened
  }

  /** Those that statements share, without the ones on which something takes too long. */
  #quickLines(): SharedLine[] {
    const oldest = performance.now() - PATIENCE_MS
    return [...this.#lines].filter(({ line, isAlone }) => !isAlone && line.since >= oldest)
  }

  async #carry(shared: SharedLine, batch: readonly Waiting[]): Promise<void> {
    const { line } = shared
    try {
      const rows = await line.send(batch.map(({ item }) => item))
      void answer(batch, rows)
    } catch (error) {
      this.#failed(batch, error)
    } finally {
      // Several that end in one turn find nothing under way.
      if (line.underway === 0 && this.#lines.delete(shared)) void line.close()
      this.#schedule()
    }
  }

  #failed(batch: readonly Waiting[], error: unknown): void {
    if (!(error instanceof TripRefused)) {
      for (const { reject } of batch) reject(error)
      return
    }
    if (batch.length === 1 && !isOfLimits(error.cause)) {
      batch[0]?.reject(error.cause)
      return
    }
    const since = performance.now()
    const isGuilty = (index: number) => error.at === null || error.at === index
    this.#queue.unshift(...batch.map((waiting, index) => ({ ...waiting, isAlone: isGuilty(index), since })))
  }
}

/** Whether it was refused for what it may not do among others alone: wait for a lock, or take long. */
function isOfLimits(error: unknown): boolean {
  const { kind } = databaseTrouble(error)
  return kind === 'lock_timeout' || kind === 'statement_timeout'
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
