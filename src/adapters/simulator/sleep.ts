import { setTimeout as wait } from 'node:timers/promises'

/** Waits, or returns early when the signal aborts. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>

/** The sleep that really waits. */
export const sleepUntilAborted: Sleep = async (milliseconds, signal) => {
  try {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
