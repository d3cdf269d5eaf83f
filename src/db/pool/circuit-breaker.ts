import { setTimeout as sleep } from 'node:timers/promises'

const FAILURES_MAX = 3
const PROBE_EVERY_MS = 100

/**
 * Refuses at once while the database cannot be reached, so that a request does not wait for what has just failed for
 * others. Open after three failures in a row; from then on it asks the database itself, and closes
 * when there is an answer. No request is spent on finding out.
 */
export class Breaker {
  readonly #probe: () => Promise<unknown>
  #failures = 0
  #isOpen = false
  #isStopped = false

  /** @param probe resolves when the database answers. It must end by itself. */
  constructor(probe: () => Promise<unknown>) {
    this.#probe = probe
  }

  /** Whether requests are to be refused without a try. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The database answered, be it with an error. */
  succeeded(): void {
    this.#failures = 0
  }

  /** The database could not be reached, or did not answer in time. */
  failed(): void {
    this.#failures += 1
    if (this.#failures < FAILURES_MAX || this.#isOpen || this.#isStopped) return
    this.#isOpen = true
    void this.#probeUntilClosed()
  }

  async #probeUntilClosed(): Promise<void> {
    while (this.#isOpen && !this.#isStopped) {
      await sleep(PROBE_EVERY_MS, undefined, { ref: false })
      try {
        await this.#probe()
        this.#isOpen = false
        this.#failures = 0
      } catch {
        // Still away: the next probe tells.
      }
    }
  }

  /** Ends the probing. */
  stop(): void {
    this.#isStopped = true
  }
}
