import type { Database } from '../db/database.ts'
import { databaseTrouble } from '../db/database-error.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { ATTEMPTS_MAX, backoffMs, spreadMs } from './backoff.rules.ts'
import { claimDueJobs, finishJob, type Job, parkJob, postponeJob, readOutbox } from './queue.store.ts'
import { startTicker, type Ticker } from './ticker.ts'

/** What becomes of a job after its handler ran. */
export type Next =
  | { kind: 'finished' }
  /** The handler has ended or postponed the row itself. `wakes`: kinds of jobs that it left due; they are looked for at once. */
  | { kind: 'settled'; wakes?: readonly string[] }
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
  /** How due jobs are claimed, where not in the order in which they became due. */
  claim?: (db: Database, options: { kinds: readonly string[]; limit: number; leaseMs: number }) => Promise<Job[]>
  /** Told of the kinds of jobs that a settled one left due. */
  onWake?: (kinds: readonly string[]) => void
  /** Whether this worker reads the gauges of the whole outbox; one of several is enough. True unless told. */
  observesOutbox?: boolean
}

export interface Worker {
  start(): void
  /** Runs what is due now and resolves when it has ended. @returns how many jobs ran. */
  runDue(): Promise<number>
  /** Claims nothing more and resolves when everything that ran has ended. */
  stop(): Promise<void>
  /** Looks for due jobs at once, where a started worker would wait for its next turn. */
  wake(): void
}

const OUTBOX_EVERY_MS = 10_000
const INTERRUPTED_MS = 2_000

/** Claims due jobs and runs them, some at a time. Any number of workers may share the database. */
export function createWorker(options: WorkerOptions): Worker {
  const { db, handlers, log, leaseMs, pollMs = 500, concurrencyMax = 4, claim = claimDueJobs } = options
  const kinds = Object.keys(handlers)
  const running = new Set<Promise<void>>()
  const observe = outboxObserver(options)
  let ticker: Ticker | null = null
  let isStopping = false

  function run(job: Job): Promise<void> {
    const work = runJob(options, job).finally(() => {
      running.delete(work)
      // Its place may be what another job of the same receiver waits for.
      if (options.claim !== undefined) ticker?.wake()
    })
    running.add(work)
    return work
  }

  async function turn(): Promise<number> {
    if (running.size >= concurrencyMax) await Promise.race(running)
    if (isStopping) return 0
    const limit = concurrencyMax - running.size
    const jobs = await claim(db, { kinds, limit, leaseMs })
    for (const job of jobs) void run(job)
    if (options.observesOutbox !== false) await observe()
    return jobs.length === limit ? 0 : spreadMs(pollMs, Math.random())
  }

  return {
    start() {
      isStopping = false
      ticker ??= startTicker('jobs_poll', log, turn)
    },
    async runDue() {
      for (let total = 0; ; ) {
        const jobs = await claim(db, { kinds, limit: concurrencyMax, leaseMs })
        await Promise.all(jobs.map(run))
        total += jobs.length
        if (jobs.length < concurrencyMax && (options.claim === undefined || jobs.length === 0)) return total
      }
    },
    async stop() {
      isStopping = true
      await ticker?.stop()
      ticker = null
      await Promise.all(running)
    },
    wake: () => ticker?.wake(),
  }
}

/** Never fails: what cannot be written down is taken up again when the lease ends. */
async function runJob({ db, handlers, log, onWake }: WorkerOptions, job: Job): Promise<void> {
  const about = { kind: job.kind, job: job.id, organization: job.organization_id, attempt: job.attempts }
  try {
    const next = await attempt()
    await settle(db, log, job, next)
    if (next.kind === 'settled' && next.wakes !== undefined) onWake?.(next.wakes)
  } catch (error) {
    log.error('job_not_settled', about, error)
  }

  async function attempt(): Promise<Next> {
    try {
      const handler = handlers[job.kind]
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`)
      return await handler(job)
    } catch (error) {
      if (databaseTrouble(error).kind === 'unreachable') {
        // Not the job's fault, and soon over: it neither waits long nor comes nearer to being parked.
        log.warn('job_interrupted', about)
        return { kind: 'postponed', delayMs: spreadMs(INTERRUPTED_MS, Math.random()), isAttempt: false }
      }
      log.error('job_failed', about, error)
      return { kind: 'postponed', delayMs: backoffMs(job.attempts, Math.random()), isAttempt: true }
    }
  }
}

async function settle(db: Database, log: Log, job: Job, next: Next): Promise<void> {
  if (next.kind === 'settled') return
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
