import type { Database } from '../db/database.ts'
import type { Ports } from '../http/endpoint.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'

export interface JobsOptions {
  db: Database
  ports: Ports
  log: Log
  metrics: Metrics
  leaseMs: number
  providerMs: number
}

/** The background work of one instance. */
export interface Jobs {
  start(): void
  /** Runs what is due now, once; for tests and for a quiet end. */
  runDue(): Promise<number>
  stop(): Promise<void>
}

export function createJobs(_options: JobsOptions): Jobs {
  return { start: () => {}, runDue: async () => 0, stop: async () => {} }
}
