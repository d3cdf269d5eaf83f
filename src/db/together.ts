import { databaseTrouble, NotConnected } from './database-error.ts'
import type { ScopedItem } from './scoped-query.ts'
import type { Param, Statement } from './statement.ts'

/** A round trip that lasts longer than this waits for something, and what comes after it does not wait with it. */
const PATIENCE_MS = 20

export interface TogetherOptions {
  /** Sends statements in one round trip; they happen all or none. Answers the rows of each. */
  send(items: readonly ScopedItem[]): Promise<object[][]>
  /** Round trips at one time, beside those that have lasted too long. */
  lanes: number
  /** Most statements in one round trip: its transaction lasts as long as all of them. */
  itemsMax: number
  /** Statements at one time, whatever they wait for. */
  places: number
  /** Milliseconds until a statement that found no place is refused. */
  waitMs: number
}

interface Waiting {
  item: ScopedItem
  since: number
  resolve(rows: object[]): void
  reject(error: unknown): void
}

/**
 * Runs statements of several requests in one round trip and one transaction, each as its own organization. What arrives while
 * the round trips before are under way goes out together with the next: a server that has little to do sends each statement at
 * once, and a busy one spends a commit and a change of process on many.
 *
 * A round trip that PostgreSQL refuses has done nothing, so each of its statements runs again by itself, and its caller never
 * learns of the others. One whose connection breaks fails for all, since it may have happened.
 */
export class Together {
  readonly #options: TogetherOptions
  #queue: Waiting[] = []
  /** When each round trip under way began. */
  readonly #lanes = new Set<{ since: number }>()
  #placesTaken = 0
  #isScheduled = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: TogetherOptions) {
    this.#options = options
  }

  /** Statements that wait for a round trip. */
  get waiting(): number {
    return this.#queue.length
  }

  run<Row extends object>(
    organizationId: string,
    { name, text }: Statement<Row>,
    values: readonly Param[],
  ): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const item = { name, text, organizationId, values }
      this.#queue.push({ item, since: performance.now(), resolve: resolve as Waiting['resolve'], reject })
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
    const { lanes, itemsMax, places } = this.#options
    while (this.#queue.length > 0 && this.#placesTaken < places && this.#quickLanes() < lanes) {
      void this.#carry(this.#queue.splice(0, Math.min(itemsMax, places - this.#placesTaken)))
    }
    if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#lookAgain(), PATIENCE_MS)
  }

  #lookAgain(): void {
    this.#timer = undefined
    const oldest = performance.now() - this.#options.waitMs
    const isLate = ({ since }: Waiting) => since < oldest
    const late = this.#queue.filter(isLate)
    if (late.length > 0) this.#queue = this.#queue.filter((waiting) => !isLate(waiting))
    for (const { reject } of late) reject(new NotConnected(new Error('every place was taken for too long')))
    this.#sendNext()
  }

  #quickLanes(): number {
    const oldest = performance.now() - PATIENCE_MS
    let count = 0
    for (const { since } of this.#lanes) if (since >= oldest) count += 1
    return count
  }

  async #carry(batch: readonly Waiting[]): Promise<void> {
    const lane = { since: performance.now() }
    this.#lanes.add(lane)
    this.#placesTaken += batch.length
    try {
      await this.#answerAll(batch)
    } finally {
      this.#lanes.delete(lane)
      this.#placesTaken -= batch.length
      this.#schedule()
    }
  }

  async #answerAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#options.send(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(rows[index] ?? [])
    } catch (error) {
      if (batch.length > 1 && databaseTrouble(error).kind !== 'unreachable') return this.#answerEach(batch)
      for (const { reject } of batch) reject(error)
    }
  }

  async #answerEach(batch: readonly Waiting[]): Promise<void> {
    await Promise.all(batch.map((waiting) => this.#answerAll([waiting])))
  }
}
