import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerLog } from '../observability/log.ts'

export interface Ending {
  graceMs: number
  /** How long requests are still taken after `drain`, where the end was asked for. */
  delayMs: number
  log: Pick<ServerLog, 'info' | 'warn' | 'error' | 'flush'>
  /** Says from now on that requests should go elsewhere. */
  drain: () => void
  /** Refuses new work and lets what runs finish. */
  close: () => Promise<void>
}

/**
 * Ends the process in order: on SIGTERM or SIGINT with 0, once a load balancer can have noticed; after an error that nobody
 * caught, or a promise that was rejected unheard, with 1 and without that delay, because nothing is known of the state it left
 * (FLT-13). A second signal, an error while connections close, or a stop that takes longer than `graceMs`, ends it at once.
 */
export function endInOrder({ graceMs, delayMs, log, drain, close }: Ending): void {
  let isEnding = false
  let isClosing = false
  let exitCode = 0
  const delay = new AbortController()
  const exit = (code: number) => {
    log.flush()
    process.exit(code)
  }
  const inOrder = async () => {
    drain()
    await sleep(delayMs, undefined, { signal: delay.signal }).catch(() => undefined)
    isClosing = true
    await close()
  }
  const end = (reason: string) => {
    if (isEnding) return exit(1)
    isEnding = true
    log.info('stopping', { signal: reason })
    setTimeout(() => {
      log.warn('stop_took_too_long', {})
      exit(1)
    }, graceMs).unref()
    inOrder().then(
      () => exit(exitCode),
      (error: unknown) => {
        log.error('stop_failed', {}, error)
        exit(1)
      },
    )
  }
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
  process.on('uncaughtException', (error) => {
    log.error('uncaught_error', {}, error)
    exitCode = 1
    // While requests are still taken it ends that alone: those that run are answered.
    const isTaking = isEnding && !isClosing && !delay.signal.aborted
    delay.abort()
    if (!isTaking) end('uncaught_error')
  })
}
