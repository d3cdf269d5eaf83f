import type { Database } from '../db/database.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { ATTEMPTS_MAX, backoffMs, spreadMs } from './backoff.rules.ts'
import { claimDueJobs, finishJob, type Job, parkJob, postponeJob, readOutbox } from './queue.store.ts'
import { startTicker, type Ticker } from './ticker.ts'

/** What becomes of a job after its handler ran. */
export type Next =
  | { kind: 'finished' }
  /** `isAttempt` false: nothing was tried yet, the count of attempts stays as it was. */
  | { kind: 'postponed'; delayMs: number; isAttempt: boolean }
  /** Needs a person. `report` runs once the row is parked. */
  | { kind: 'parked'; report: () => void }

/** Does the work of a job. May run more than once, also at the same time: its own writes must be fenced. */
export type JobHandler = (job: Job) => Promise<Next>

export interface WorkerOptions {
  db: Database
  handlers: Readonly<Record<string, JobHandler>>
  log: Log
  metrics: Pick<Metrics, 'outboxSeen'>
  /** How long a claimed job is this worker's; longer than any handler takes. */
  leaseMs: number
  pollMs?: number
  concurrencyMax?: number
}

export interface Worker {
  start(): void
  /** Runs what is due now and resolves when it has ended. @returns how many jobs ran. */
  runDue(): Promise<number>
  /** Claims nothing more and resolves when everything that ran has ended. */
  stop(): Promise<void>
}

const OUTBOX_EVERY_MS = 10_000

/** Claims due jobs and runs them, some at a time. Any number of workers may share the database. */
export function createWorker(options: WorkerOptions): Worker {
  const { db, handlers, log, leaseMs, pollMs = 500, concurrencyMax = 4 } = options
  const kinds = Object.keys(handlers)
  const running = new Set<Promise<void>>()
  const observe = outboxObserver(options)
  let ticker: Ticker | null = null
  let isStopping = false

  function run(job: Job): Promise<void> {
    const work = runJob(options, job).finally(() => running.delete(work))
    running.add(work)
    return work
  }

  async function turn(): Promise<number> {
    if (running.size >= concurrencyMax) await Promise.race(running)
    if (isStopping) return 0
    const limit = concurrencyMax - running.size
    const jobs = await claimDueJobs(db, { kinds, limit, leaseMs })
    for (const job of jobs) void run(job)
    await observe()
    return jobs.length === limit ? 0 : spreadMs(pollMs, Math.random())
  }

  return {
    start() {
      isStopping = false
      ticker ??= startTicker('jobs_poll', log, turn)
    },
    async runDue() {
      for (let total = 0; ; ) {
        const jobs = await claimDueJobs(db, { kinds, limit: concurrencyMax, leaseMs })
        await Promise.all(jobs.map(run))
        total += jobs.length
        if (jobs.length < concurrencyMax) return total
      }
    },
    async stop() {
      isStopping = true
      await ticker?.stop()
      ticker = null
      await Promise.all(running)
    },
  }
}

/** Never fails: what cannot be written down is taken up again when the lease ends. */
async function runJob({ db, handlers, log }: WorkerOptions, job: Job): Promise<void> {
  const about = { kind: job.kind, job: job.id, organization: job.organization_id, attempt: job.attempts }
  try {
    await settle(db, log, job, await attempt())
  } catch (error) {
    log.error('job_not_settled', about, error)
  }

  async function attempt(): Promise<Next> {
    try {
      const handler = handlers[job.kind]
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`)
      return await handler(job)
    } catch (error) {
      log.error('job_failed', about, error)
      return { kind: 'postponed', delayMs: backoffMs(job.attempts, Math.random()), isAttempt: true }
    }
  }
}

async function settle(db: Database, log: Log, job: Job, next: Next): Promise<void> {
  if (next.kind === 'finished') {
    await finishJob(db, job)
    return
  }
  if (next.kind === 'parked') {
    if (await parkJob(db, job)) next.report()
    return
  }
  if (next.isAttempt && job.attempts >= ATTEMPTS_MAX) {
    if (await parkJob(db, job))
      log.error('job_parked', { kind: job.kind, job: job.id, organization: job.organization_id })
    return
  }
  const attempts = next.isAttempt ? job.attempts : job.attempts - 1
  await postponeJob(db, job, { delayMs: next.delayMs, attempts })
}

/** Shows what waits, at most every 10 s. Parked jobs are told of again after each start, and when more are found. */
function outboxObserver({ db, log, metrics }: WorkerOptions): () => Promise<void> {
  let nextAt = 0
  let parkedKnown = 0
  return async () => {
    if (performance.now() < nextAt) return
    nextAt = performance.now() + OUTBOX_EVERY_MS
    const { pending, oldest_seconds: oldestSeconds, parked } = await readOutbox(db)
    metrics.outboxSeen({ pending, oldestSeconds })
    if (parked > parkedKnown) log.error('jobs_parked', { parked })
    parkedKnown = parked
  }
}
