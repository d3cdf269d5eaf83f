import type { Database } from '../db/database.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { type Trace, untraced } from '../observability/trace.ts'
import { createSweeper } from './sweeper.ts'
import { createWorker, type JobHandler, type Next, type Worker, type WorkerOptions } from './worker.ts'

/** Jobs with workers of their own, so that they wait for no other kind. */
export interface Queue extends Pick<WorkerOptions, 'handlers' | 'pollMs' | 'concurrencyMax' | 'claim'> {
  /** As long as the instance's, where the queue has none. */
  leaseMs?: number
}

export interface JobsOptions {
  db: Database
  log: Log
  metrics: Metrics
  /** A span for each run of a job; none unless given. */
  trace?: Trace
  /** How long a claimed job is one worker's; longer than a call to a provider and the writes around it. */
  leaseMs: number
  /** Kinds of jobs without workers of their own. */
  handlers: Readonly<Record<string, JobHandler>>
  queues?: readonly Queue[]
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
export function createJobs(options: JobsOptions): Jobs {
  const { db, log, metrics, trace = untraced, leaseMs, handlers } = options
  const workers: { kinds: readonly string[]; worker: Worker }[] = []
  const onWake = (kinds: readonly string[]) => {
    for (const { kinds: own, worker } of workers) if (own.some((kind) => kinds.includes(kind))) worker.wake()
  }
  for (const queue of [{ handlers }, ...(options.queues ?? [])]) {
    const own = { ...queue, handlers: tracedHandlers(trace, queue.handlers) }
    const worker = createWorker({ db, log, metrics, leaseMs, onWake, observesOutbox: workers.length === 0, ...own })
    workers.push({ kinds: Object.keys(queue.handlers), worker })
  }
  const sweeper = createSweeper({ db, log })
  return {
    start() {
      for (const { worker } of workers) worker.start()
      sweeper.start()
    },
    async runDue() {
      for (let total = 0; ; ) {
        let ran = 0
        for (const { worker } of workers) ran += await worker.runDue()
        if (ran === 0) return total
        total += ran
      }
    },
    async stop() {
      await Promise.all([...workers.map(({ worker }) => worker.stop()), sweeper.stop()])
    },
  }
}

function tracedHandlers(trace: Trace, handlers: Readonly<Record<string, JobHandler>>): Record<string, JobHandler> {
  const traced = (kind: string, handler: JobHandler): JobHandler => {
    const outcome = (next: Next) => ({
      attributes: { 'letterhead.outcome': next.kind },
      isError: next.kind === 'parked',
    })
    return (job) =>
      trace({ name: kind, kind: 'consumer', attributes: { 'letterhead.job': job.id }, outcome }, () => handler(job))
  }
  return Object.fromEntries(Object.entries(handlers).map(([kind, handler]) => [kind, traced(kind, handler)]))
}
