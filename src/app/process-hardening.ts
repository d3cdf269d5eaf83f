import { execFile } from 'node:child_process'
import type { Log } from '../observability/log.ts'

/**
 * Keeps the memory that cards pass through from being written out (CARD-5): no core file when the process dies, and no
 * inspector on SIGUSR1, which Node opens by default. Node cannot lower its own limits, so Linux's `prlimit` does; where
 * it is missing the log says so. Flags that write memory out are refused with the configuration.
 */
export function guardProcess(log: Log): void {
  process.on('SIGUSR1', () => {})
  if (process.platform !== 'linux') return
  execFile('prlimit', ['--pid', String(process.pid), '--core=0:0'], (error) => {
    if (error !== null) log.warn('core_dumps_not_disabled', { reason: 'prlimit did not run' })
  })
}
