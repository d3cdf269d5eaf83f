import type { ServerLog } from './observe/log.ts'

export interface Ending {
  graceMs: number
  log: Pick<ServerLog, 'info' | 'warn' | 'error' | 'flush'>
  /** Refuses new work and lets what runs finish. */
  close: () => Promise<void>
}

/**
 * Ends the process in order: on SIGTERM or SIGINT with 0; after an error that nobody caught, or a promise that was
 * rejected unheard, with 1, because nothing is known of the state it left (FLT-13). A second reason, or a stop that takes
 * longer than `graceMs`, ends it at once.
 */
export function endInOrder({ graceMs, log, close }: Ending): void {
  let isEnding = false
  const exit = (code: number) => {
    log.flush()
    process.exit(code)
  }
  const end = (reason: string, code: number) => {
    if (isEnding) return exit(1)
    isEnding = true
    log.info('stopping', { signal: reason })
    setTimeout(() => {
      log.warn('stop_took_too_long', {})
      exit(1)
    }, graceMs).unref()
    close().then(
      () => exit(code),
      (error: unknown) => {
        log.error('stop_failed', {}, error)
        exit(1)
      },
    )
  }
  process.on('SIGTERM', () => end('SIGTERM', 0))
  process.on('SIGINT', () => end('SIGINT', 0))
  process.on('uncaughtException', (error) => {
    log.error('uncaught_error', {}, error)
    end('uncaught_error', 1)
  })
}
