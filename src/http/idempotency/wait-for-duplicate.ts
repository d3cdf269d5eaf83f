import { setTimeout as sleep } from 'node:timers/promises'
import type { AppContext } from '../app-context.ts'
import type { Waiter } from './duplicate-limit.ts'

const POLL_MS = 100

/**
 * Waits while another request with the same key calls a provider: asks every 100 ms, holding no connection meanwhile.
 *
 * @param isRunning asks whether the other request still holds its claim.
 * @returns false when it still runs after the key wait, or when too many wait already.
 */
export async function waitForDuplicate(
  context: AppContext,
  waiter: Waiter,
  isRunning: () => Promise<boolean>,
): Promise<boolean> {
  if (!context.duplicateWaits.enter(waiter)) {
    context.metrics.loadShed('waiters')
    return false
  }
  try {
    const until = performance.now() + context.times.keyWaitMs
    while (performance.now() < until) {
      await sleep(POLL_MS)
      if (!(await isRunning())) return true
    }
    return false
  } finally {
    context.duplicateWaits.leave(waiter)
  }
}
