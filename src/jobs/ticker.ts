import type { Log } from '../observe/log.ts'
import { spreadMs } from './backoff.rules.ts'

export interface Ticker {
  /** Resolves when the turn that runs has ended; no other follows. */
  stop(): Promise<void>
  /** The next turn comes at once, after the one that runs. */
  wake(): void
}

const AFTER_FAILURE_MS = 500
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
    timer = setTimeout(begin, isWoken ? 0 : waitMs)
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
      isWoken = true
      if (timer === null || isStopped) return
      clearTimeout(timer)
      schedule(0)
    },
  }
}
