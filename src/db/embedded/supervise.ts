import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../observability/log.ts'
import type { Administrator } from './administrator.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000

export interface Supervision {
  /** Ends the watch; an attempt under way ends first, so that nothing is started afterwards. */
  stop(): Promise<void>
}

/**
 * Watches the database through one idle connection, whose end means that the server process died or restarted. Then
 * `revive` is called until it succeeds, with growing pauses of at most 5 s. A pool reconnects by itself.
 */
export function supervise(
  first: Administrator,
  revive: (signal: AbortSignal) => Promise<Administrator>,
  log: Log,
): Supervision {
  const stopping = new AbortController()
  let current = first
  const watch = async () => {
    for (;;) {
      await Promise.race([current.ended, aborted(stopping.signal)])
      if (stopping.signal.aborted) return
      log.error('embedded_database_lost')
      const next = await reviveUntilDone(revive, stopping.signal, log)
      if (next === null) return
      current = next
      log.info('embedded_database_back')
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopping.abort()
      await watching
      await current.end().catch(() => undefined)
    },
  }
}

async function reviveUntilDone(
  revive: (signal: AbortSignal) => Promise<Administrator>,
  signal: AbortSignal,
  log: Log,
): Promise<Administrator | null> {
  let delay = FIRST_DELAY_MS
  while (!signal.aborted) {
    try {
      return await revive(signal)
    } catch (error) {
      if (signal.aborted) return null
      log.error('embedded_database_still_lost', { retry_in_ms: delay }, error)
    }
    await sleep(delay, undefined, { signal }).catch(() => undefined)
    delay = Math.min(delay * 2, LONGEST_DELAY_MS)
  }
  return null
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
