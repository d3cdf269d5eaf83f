import { setImmediate as nextIteration } from 'node:timers/promises'
import { BatchRefused, databaseTrouble, NotConnected, TooManyOfOne } from '../database-error.ts'
import type { Param, Statement } from '../statement.ts'
import { QUOTA_FROM } from './connection-quota.ts'
import { type ScopedItem, toWireValues } from './tenant-query.ts'

/**
 * A round trip that lasts longer than this waits for something, and what comes after it does not wait with it. Longer than a
 * machine that has too much to do takes: more connections would give it more to do.
 */
const PATIENCE_MS = 100
/** How often those that wait are looked at, where no round trip comes back. */
const LOOK_MS = 20
/** Organizations that are remembered for being slow. */
const SLOW_MAX = 10_000

/** A connection that carries round trips, each behind the one before (`src/db/pool/pipelined-connection.ts`). */
export interface BatchConnection {
  /** Round trips that have no answer yet. */
  readonly inFlight: number
  /** When the turn of the first of those came, in milliseconds of `performance.now()`. */
  readonly since: number
  /** Whether it ends with what is under way. */
  readonly isSpent: boolean
  /**
   * Sends statements in one round trip; they happen all or none. Answers the rows of each.
   *
   * @throws NotConnected when nothing was sent, BatchRefused when none of them happened because of one, and any other error when
   *   nobody knows, or when it was alone.
   */
  send(items: readonly ScopedItem[]): Promise<object[][]>
  /** Called once nothing is under way on it. */
  close(): Promise<void>
}

export interface BatcherOptions {
  /**
   * A line for statements that travel batcher, or for one by itself that may wait.
   *
   * @param of.organizationId whose statements it carries, where they are one organization's
   */
  open(of: { isAlone: boolean; organizationId: string | null }): BatchConnection
  /** Lines at one time, beside those on which something takes too long. */
  lines: number
  /** Round trips under way at one time on each. */
  depth: number
  /** Most statements in one round trip: its transaction lasts as long as all of them. */
  itemsMax: number
  /** Lines at one time, however long something takes on them: each has a connection. */
  linesMax: number
  /**
   * Whether a round trip carries statements of one organization only, so that nobody waits for what another's takes. Then
   * `depth` is 1.
   */
  isApart: boolean
  /**
   * Lines at one time that carry statements of one and the same organization only. Where round trips are apart, one whose last
   * took too long has one line, until one was quick again.
   */
  ofOneMax: number
  /** Milliseconds until a statement that found no round trip is refused. */
  waitMs: number
  /** Whether somebody else waits for a connection: then a line ends with what is under way. */
  areOthersWaiting(): boolean
}

interface SharedConnection {
  readonly line: BatchConnection
  readonly isAlone: boolean
  /** Whose statements it carries, where they are one organization's. */
  readonly organizationId: string | null
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
 * the round trips before are under way goes out batcher with the next: a server that has little to do sends each statement at
 * once, and a busy one spends a commit and a change of process on many.
 *
 * When PostgreSQL refuses a statement, nothing of its round trip was done: that one runs again by itself, the others batcher
 * once more, and their callers never learn of it. When the connection breaks it may have happened, and all are told.
 */
export class StatementBatcher {
  readonly #options: BatcherOptions
  #queue: Waiting[] = []
  readonly #lines = new Set<SharedConnection>()
  /** Organizations whose last round trip of their own took too long. */
  readonly #slow = new Set<string>()
  #isScheduled = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: BatcherOptions) {
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
    for (let next = this.#next(); next !== null; next = this.#next())
      void this.#carry(next.line, this.#takeFrom(next.at))
    if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#lookAgain(), LOOK_MS)
  }

  /** The first that something can go out for, and what it goes out on. */
  #next(): { at: number; line: SharedConnection } | null {
    let areLinesTaken = false
    for (const [at, waiting] of this.#queue.entries()) {
      if (this.#isAtMost(waiting) || (areLinesTaken && !waiting.isAlone)) continue
      const line = this.#lineFor(waiting)
      if (line !== null) return { at, line }
      if (!waiting.isAlone) areLinesTaken = true
    }
    return null
  }

  #ownerOf({ item, isAlone }: Waiting): string | null {
    return isAlone || this.#options.isApart ? item.organizationId : null
  }

  /** Whether its organization has as many lines as it may. */
  #isAtMost(waiting: Waiting): boolean {
    const owner = this.#ownerOf(waiting)
    if (owner === null) return false
    let held = 0
    for (const { organizationId } of this.#lines) if (organizationId === owner) held += 1
    return held >= (this.#options.isApart && this.#slow.has(owner) ? 1 : this.#options.ofOneMax)
  }

  #noteTime(organizationId: string, lastedMs: number): void {
    if (lastedMs <= PATIENCE_MS) this.#slow.delete(organizationId)
    else if (this.#slow.size < SLOW_MAX) this.#slow.add(organizationId)
  }

  /** Whether a statement waits because of its own organization's, and not because others have every line. */
  #isOwnDoing({ item: { organizationId: owner } }: Waiting): boolean {
    const { isApart, lines, linesMax } = this.#options
    const others = [...this.#lines].filter(({ organizationId }) => organizationId !== owner).length
    return isApart && others < Math.min(lines, linesMax)
  }

  /** Takes the one at this place out of the queue, with those behind it that may travel with it. */
  #takeFrom(at: number): Waiting[] {
    const [first] = this.#queue.splice(at, 1)
    if (first === undefined) return []
    const batch = [first]
    if (first.isAlone) return batch
    const owner = this.#ownerOf(first)
    const nextAlone = this.#queue.findIndex(({ isAlone }, index) => index >= at && isAlone)
    const reach = nextAlone === -1 ? this.#queue.length : nextAlone
    const isWith = ({ item }: Waiting, index: number) =>
      index >= at && index < reach && (owner === null || item.organizationId === owner)
    this.#queue = this.#queue.filter((waiting, index) => {
      if (batch.length >= this.#options.itemsMax || !isWith(waiting, index)) return true
      batch.push(waiting)
      return false
    })
    return batch
  }

  #lookAgain(): void {
    this.#timer = undefined
    const oldest = performance.now() - this.#options.waitMs
    const late = this.#queue.filter(({ since }) => since < oldest)
    if (late.length > 0) this.#queue = this.#queue.filter(({ since }) => since >= oldest)
    for (const waiting of late) {
      waiting.reject(
        this.#isOwnDoing(waiting)
          ? new TooManyOfOne()
          : new NotConnected(new Error('every connection was taken for too long')),
      )
    }
    this.#sendNext()
  }

  /** What a statement goes out on; null when it has to wait. */
  #lineFor(waiting: Waiting): SharedConnection | null {
    const { lines, linesMax, depth, isApart, areOthersWaiting, open } = this.#options
    const { isAlone } = waiting
    if (!isAlone) {
      const quick = this.#quickLines()
      // One that was opened for a while comes to its end.
      const free = quick.slice(0, lines).find(({ line }) => line.inFlight < depth)
      if (free !== undefined && !isApart && !areOthersWaiting()) return free
      if (quick.length >= lines) return null
    }
    // Those that take their time leave one for the others, where there are enough.
    const isShared = isAlone && linesMax >= QUOTA_FROM
    if (this.#lines.size >= (isShared ? linesMax - 1 : linesMax)) return null
    const organizationId = this.#ownerOf(waiting)
    const opened = { line: open({ isAlone, organizationId }), isAlone, organizationId }
    this.#lines.add(opened)
    return opened
  }

  /** Those that statements share, without the ones on which something takes too long. */
  #quickLines(): SharedConnection[] {
    const oldest = performance.now() - PATIENCE_MS
    return [...this.#lines].filter(({ line, isAlone }) => !isAlone && !line.isSpent && line.since >= oldest)
  }

  async #carry(shared: SharedConnection, batch: readonly Waiting[]): Promise<void> {
    const { line, organizationId } = shared
    const startedMs = performance.now()
    try {
      const rows = await line.send(batch.map(({ item }) => item))
      void answer(batch, rows)
    } catch (error) {
      this.#failed(batch, error)
    } finally {
      if (this.#options.isApart && organizationId !== null)
        this.#noteTime(organizationId, performance.now() - startedMs)
      // Several that end in one turn find nothing under way.
      if (line.inFlight === 0 && this.#lines.delete(shared)) void line.close()
      this.#schedule()
    }
  }

  #failed(batch: readonly Waiting[], error: unknown): void {
    const [first] = batch
    const isRefused = error instanceof BatchRefused
    const cause = isRefused ? error.cause : error
    if (batch.length === 1 && first !== undefined) {
      // It had its organization's round trip for itself, and all the time that there is.
      const isFinal = this.#options.isApart && databaseTrouble(cause).kind === 'statement_timeout'
      const again = isFinal ? null : afterRefusal(first, cause)
      if (again === null) first.reject(cause)
      else this.#queue.unshift(again)
      return
    }
    if (!isRefused) {
      for (const { reject } of batch) reject(error)
      return
    }
    const since = performance.now()
    const again = batch.map((waiting, index) => {
      const isGuilty = error.at === null || error.at === index
      return isGuilty ? (afterRefusal(waiting, cause) ?? { ...waiting, isAlone: true, since }) : { ...waiting, since }
    })
    this.#queue.unshift(...again)
  }
}

/**
 * The statement as it runs again by itself, after it was refused for what would not be so there: that it may not wait for a lock
 * or take long, or what its connection had prepared. Without a name it is prepared anew, on whatever connection. Null where the
 * refusal is its answer.
 */
function afterRefusal(waiting: Waiting, cause: unknown): Waiting | null {
  const since = performance.now()
  switch (databaseTrouble(cause).kind) {
    case 'lock_timeout':
    case 'statement_timeout':
      return waiting.isAlone ? null : { ...waiting, isAlone: true, since }
    case 'stale':
      return waiting.item.name === '' ? null : { ...waiting, item: { ...waiting.item, name: '' }, isAlone: true, since }
    default:
      return null
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
    if (own.length > 1) await nextIteration()
  }
}
