import type { Database } from '../db/database.ts'
import { CLAIM_JOB } from '../http/claim.store.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Payments } from '../ports/payments.ts'
import { abandonedClaimJob } from './abandoned-claim.ts'
import { createSweeper } from './sweeper.ts'
import { createWorker, type JobHandler } from './worker.ts'

export interface JobsOptions {
  db: Database
  ports: { payments: Payments | null }
  log: Log
  metrics: Metrics
  /** How long a claimed job is one worker's; longer than a call to a provider and the writes around it. */
  leaseMs: number
  providerMs: number
  /** The slices' own work, by the kind of job. */
  handlers: Readonly<Record<string, JobHandler>>
}

/** The background work of one instance. */
export interface Jobs {
  start(): void
  /** Runs what is due now, once; for tests and for a quiet end. */
  runDue(): Promise<number>
  /** Starts nothing more and resolves when everything that ran has ended. */
  stop(): Promise<void>
}

/** Every instance runs all of it; the database alone keeps them apart (decision 10). */
export function createJobs({ db, ports, log, metrics, leaseMs, providerMs, ...options }: JobsOptions): Jobs {
  const handlers = {
    ...options.handlers,
    [CLAIM_JOB]: abandonedClaimJob({ db, payments: ports.payments, log, metrics, leaseMs, providerMs }),
  }
  const worker = createWorker({ db, handlers, log, metrics, leaseMs })
  const sweeper = createSweeper({ db, log })
  return {
    start() {
      worker.start()
      sweeper.start()
    },
    runDue: () => worker.runDue(),
    async stop() {
      await Promise.all([worker.stop(), sweeper.stop()])
    },
  }
}
