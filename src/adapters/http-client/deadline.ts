/** A time limit over several calls, joined with the caller's own signal. `close` frees the timer. */
export interface Deadline {
  readonly signal: AbortSignal
  close(): void
}

/**
 * Starts a limit of `timeoutMs`. Built from a timer of its own: a signal made by `AbortSignal.any` from
 * `AbortSignal.timeout` can be collected before it fires on Node 20.
 */
export function openDeadline(timeoutMs: number, callerSignal?: AbortSignal): Deadline {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, timeoutMs)
  callerSignal?.addEventListener('abort', abort, { once: true })
  if (callerSignal?.aborted) abort()
  return {
    signal: controller.signal,
    close: () => {
      clearTimeout(timer)
      callerSignal?.removeEventListener('abort', abort)
    },
  }
}
