import { hash, randomBytes } from 'node:crypto'

const KEYS_MAX = 20_000
const KEPT_MS = 900_000

/**
 * Which API keys opened something on this instance a moment ago. It lets nobody in, for each request asks the database: it
 * says whose requests may be waited for, and whose have to be looked at before anything is spent on them.
 */
export class KnownKeys {
  /** Until when each is known. Of a key only a salted hash is held. */
  readonly #untilMs = new Map<string, number>()
  readonly #asked = new Map<string, { answer: Promise<boolean>; waiting: number }>()
  readonly #salt = randomBytes(16).toString('base64')
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** What a key is known by. */
  markOf(key: string): string {
    return hash('sha256', this.#salt + key, 'base64')
  }

  has(mark: string): boolean {
    const untilMs = this.#untilMs.get(mark)
    return untilMs !== undefined && this.#now() < untilMs
  }

  /** A key that has just opened something. */
  keep(mark: string): void {
    const now = this.#now()
    const untilMs = this.#untilMs.get(mark) ?? 0
    // Once in a while is enough, since a key that is in use is kept again and again.
    if (untilMs - now > KEPT_MS / 2) return
    this.#untilMs.delete(mark)
    this.#untilMs.set(mark, now + KEPT_MS)
    if (this.#untilMs.size <= KEYS_MAX) return
    for (const oldest of this.#untilMs.keys()) {
      this.#untilMs.delete(oldest)
      break
    }
  }

  /** A key that opens nothing any more. */
  forget(mark: string): void {
    this.#untilMs.delete(mark)
  }

  /**
   * Asks whether a key opens something, once for all who bring it meanwhile.
   *
   * @param ask rejects when it cannot be said, as do all who wait for it.
   * @param waitingMax how many may wait for an answer that somebody else asked for.
   * @returns null for one more than may wait.
   */
  async find(mark: string, ask: () => Promise<boolean>, waitingMax: number): Promise<boolean | null> {
    const running = this.#asked.get(mark)
    if (running !== undefined) {
      if (running.waiting >= waitingMax) return null
      running.waiting += 1
      return running.answer
    }
    const asked = { answer: ask(), waiting: 0 }
    this.#asked.set(mark, asked)
    try {
      const isKnown = await asked.answer
      if (isKnown) this.keep(mark)
      return isKnown
    } finally {
      this.#asked.delete(mark)
    }
  }
}
