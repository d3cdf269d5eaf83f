import type { Database } from '../db/database.ts'
import { statement } from '../db/statement.ts'
import { ATTEMPTS_MAX } from './backoff.rules.ts'

/**
 * The queue: rows of `jobs`, written by the statement that made the work necessary (decision 10).
 *
 * A worker claims due rows of every organization: `for update skip locked` keeps two workers apart, the lease frees what
 * a dead worker held, and the fence with the time of creation names this very claim of this very row. Every later write
 * carries both, so a worker that lost its row, or whose row was ended and written anew, changes nothing.
 * A row with ATTEMPTS_MAX attempts and no lease is parked: it stays, is counted, and waits for a person.
 * A row that is woken is due now. One that is woken while a worker holds it is not ended or postponed by that worker, which
 * may have read what is old by now: it gives the row back as due.
 */

/** A claimed row. */
export interface Job {
  organization_id: string
  id: string
  kind: string
  subject_id: string
  fence: number
  /** This attempt included: 1 at the first. */
  attempts: number
  created_at: string
  /** Somebody has said that something changed, so what the job waits for may have come. */
  is_woken?: boolean
}

/** Written into the partial indexes of migrations 005 and 014 too. Their claims go by turns of receivers. */
export const RECEIVER_JOBS = ['deliver_webhook', 'deliver_callback'] as const

/** Due jobs of one organization that a claim looks at, those that run included. */
const SEEN_OF_ORGANIZATION = 100

const wanted = (job: string) =>
  `${job}.kind not in (${RECEIVER_JOBS.map((kind) => `'${kind}'`).join(', ')})
            and ${job}.kind in (select jsonb_array_elements_text($1::jsonb))`
const free = (job: string) =>
  `${job}.due_at <= now() and (${job}.lease_until is null or ${job}.lease_until <= now()) and ${job}.attempts < ${ATTEMPTS_MAX}`

// The organizations are found by skipping from one to the next in the index, where anything is due at all. What runs for an
// organization counts as its first turns, so that who has many jobs waits for who has few, however many places it holds.
const claimDue = statement<Job>(
  'claim_due_jobs',
  `-- across organizations: a worker takes whatever is due
  with recursive organizations as (
    (select f.organization_id from jobs f
      where ${wanted('f')} and exists (select 1 from jobs d where ${wanted('d')} and ${free('d')})
      order by f.organization_id limit 1)
    union all
    (select n.organization_id
       from organizations o
      cross join lateral (
        select j.organization_id from jobs j
         where ${wanted('j')} and j.organization_id > o.organization_id
         order by j.organization_id limit 1) n)),
  offered as (
    select o.organization_id, j.id, j.due_at, j.turn
      from organizations o
     cross join lateral (
       select id, due_at, is_free, row_number() over (order by is_free, due_at, id) as turn from (
         select f.id, f.due_at, ${free('f')} as is_free from jobs f
          where ${wanted('f')} and f.organization_id = o.organization_id and f.due_at <= now()
            and (f.attempts < ${ATTEMPTS_MAX} or f.lease_until > now())
          order by f.due_at limit ${SEEN_OF_ORGANIZATION}) seen) j
     where j.is_free),
  due as (
    select l.organization_id, l.id, l.woken
      from (select organization_id, id from offered order by turn, due_at, id) o
     cross join lateral (
       select j.organization_id, j.id, j.woken from jobs j
        where j.organization_id = o.organization_id and j.id = o.id and ${free('j')}
        limit 1 for update skip locked) l
     limit $2::integer)
  update jobs j
     set fence = j.fence + 1, attempts = j.attempts + 1, woken = false,
         lease_until = now() + $3::double precision * interval '1 millisecond'
    from due d where j.organization_id = d.organization_id and j.id = d.id
  returning j.organization_id, j.id, j.kind, j.subject_id, j.fence, j.attempts, j.created_at,
            d.woken as is_woken`,
)

/**
 * Claims up to `limit` due jobs of the given kinds by turns of their organizations: first the longest due of each, then the
 * second of each. Other kinds are left to newer instances, those of receivers to `claimReceiverJobs`.
 */
export function claimDueJobs(
  db: Database,
  { kinds, limit, leaseMs }: { kinds: readonly string[]; limit: number; leaseMs: number },
): Promise<Job[]> {
  return db.runUnscoped(claimDue, [kinds, limit, leaseMs])
}

const finish = statement<{ id: string }>(
  'finish_job',
  `delete from jobs
    where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz and not woken returning id`,
)

const giveBack = statement<{ id: string }>(
  'give_back_woken_job',
  `update jobs set lease_until = null, attempts = 0
    where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz and woken returning id`,
)

function mine(job: Job) {
  return [job.organization_id, job.id, job.fence, job.created_at]
}

/** Deletes the row, or gives it back where it was woken meanwhile. False when it is no longer this worker's. */
export async function finishJob(db: Database, job: Job): Promise<boolean> {
  if ((await db.runUnscoped(finish, mine(job))).length === 1) return true
  // Only a claim takes the mark away again, so it is this that has kept the row, or the row is another's.
  return (await db.runUnscoped(giveBack, mine(job))).length === 1
}

const postpone = statement<{ id: string }>(
  'postpone_job',
  `update jobs set lease_until = null, attempts = $6::integer,
          due_at = now() + case when woken then 0 else $5::double precision end * interval '1 millisecond'
    where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz
   returning id`,
)

/**
 * Gives the row back, due in `delayMs`, or now where it was woken meanwhile, with `attempts` counted so far. False when it
 * is no longer this worker's.
 */
export async function postponeJob(
  db: Database,
  job: Job,
  { delayMs, attempts }: { delayMs: number; attempts: number },
): Promise<boolean> {
  return (await db.runUnscoped(postpone, [...mine(job), delayMs, attempts])).length === 1
}

const park = statement<{ is_parked: boolean }>(
  'park_job',
  `update jobs set lease_until = null, attempts = case when woken then 0 else ${ATTEMPTS_MAX} end
    where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz
   returning not woken as is_parked`,
)

/** Sets the row aside for a person. False when it is no longer this worker's, or was woken meanwhile and is due. */
export async function parkJob(db: Database, job: Job): Promise<boolean> {
  const [row] = await db.runUnscoped(park, mine(job))
  return row?.is_parked === true
}

export interface Outbox {
  pending: number
  oldest_seconds: number
  parked: number
}

const outboxRead = statement<Outbox>(
  'read_outbox',
  `-- across organizations: the gauges are the operator's
  select count(*) as pending,
         coalesce(extract(epoch from now() - min(due_at) filter (where due_at <= now())), 0)::double precision as oldest_seconds,
         count(*) filter (where attempts >= ${ATTEMPTS_MAX} and (lease_until is null or lease_until <= now())) as parked
    from jobs`,
)

/** What waits, parked rows included: they keep the gauges up until a person has dealt with them. */
export async function readOutbox(db: Database): Promise<Outbox> {
  const [outbox] = await db.runUnscoped(outboxRead, [])
  return outbox ?? { pending: 0, oldest_seconds: 0, parked: 0 }
}
