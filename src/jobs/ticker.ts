import type { Log } from '../observability/log.ts'
import { spreadMs } from './backoff.rules.ts'

export interface Ticker {
  /** Resolves when the turn that runs has ended; no other follows. */
  stop(): Promise<void>
  /** The next turn comes soon, after the one that runs. */
  wake(): void
}

const AFTER_FAILURE_MS = 500
/** Turns that are asked for at almost the same time are one. */
const WOKEN_MS = 10
const AFTER_FAILURES_MAX_MS = 10_000

/**
 * Runs `turn` again and again, never twice at once, the first time at once. A turn answers how many milliseconds to wait.
 * Failed turns are repeated more and more slowly; only the first of a series is logged, under `<name>_failed`.
 */
export function startTicker(name: string, log: Log, turn: () => Promise<number>): Ticker {
  let isStopped = false
  let isWoken = false
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let failures = 0

  async function attempt(): Promise<number> {
    try {
      const waitMs = await turn()
      failures = 0
      return waitMs
    } catch (error) {
      if (failures === 0) log.error(`${name}_failed`, {}, error)
      failures += 1
      return spreadMs(Math.min(AFTER_FAILURES_MAX_MS, AFTER_FAILURE_MS * 2 ** failures), Math.random())
    }
  }

  function schedule(waitMs: number): void {
    if (isStopped) return
    timer = setTimeout(begin, isWoken ? Math.min(WOKEN_MS, waitMs) : waitMs)
  }

  function begin(): void {
    timer = null
    isWoken = false
    running = attempt().then(schedule)
  }

  schedule(0)
  return {
    async stop() {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
    wake() {
      if (isWoken) return
      isWoken = true
      if (timer === null || isStopped) return
      clearTimeout(timer)
      schedule(WOKEN_MS)
    },
  }
}
