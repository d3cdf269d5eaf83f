import type { Database } from '../db/database.ts'
import { statement } from '../db/statement.ts'
import { ATTEMPTS_MAX } from './backoff.rules.ts'
import { type Job, RECEIVER_JOBS } from './queue.store.ts'

/**
 * Claims of jobs that wait for somebody else's server. The subject of such a job is its receiver. A receiver, and an
 * organization, has a bounded number of jobs in flight on all instances together, and the claims go round: first the longest
 * due job of each receiver, then the second of each. So a receiver that never answers delays nobody else (HOOK-5).
 */

/** Of one claim; tells the planner that keys are looked up, not the table read. */
const CLAIMED_MAX = 200

export const IN_FLIGHT_OF_RECEIVER = 5
export const IN_FLIGHT_OF_ORGANIZATION = 20

const KINDS = `kind in (${RECEIVER_JOBS.map((kind) => `'${kind}'`).join(', ')})`
const free = (job: string) => `${job}.due_at <= now() and (${job}.lease_until is null or ${job}.lease_until <= now())`

// The receivers are found by skipping from one to the next in the index, and the chosen jobs by their key: what counts is the
// number of receivers, not that of their jobs. The limit is no LIMIT, so that one plan is good for every value of it.
const claim = statement<Job>(
  'claim_receiver_jobs',
  `-- across organizations: a worker takes whatever is due
  with recursive receivers as (
    (select organization_id, subject_id from jobs where ${KINDS} order by organization_id, subject_id limit 1)
    union all
    (select n.organization_id, n.subject_id
       from receivers r
      cross join lateral (
        select j.organization_id, j.subject_id from jobs j
         where j.${KINDS} and (j.organization_id, j.subject_id) > (r.organization_id, r.subject_id)
         order by j.organization_id, j.subject_id limit 1) n)),
  busy as (
    select organization_id, subject_id, count(*) as running from jobs
     where ${KINDS} and lease_until is not null and lease_until > now()
     group by organization_id, subject_id),
  offered as (
    select r.organization_id, j.id, j.due_at, j.turn,
           row_number() over (partition by r.organization_id order by j.turn, j.due_at, j.id) as place
      from receivers r
      left join busy b on b.organization_id = r.organization_id and b.subject_id = r.subject_id
     cross join lateral (
       select id, due_at, row_number() over (order by due_at, id) as turn from (
         select f.id, f.due_at from jobs f
          where f.${KINDS} and f.organization_id = r.organization_id and f.subject_id = r.subject_id
            and ${free('f')} and f.attempts < ${ATTEMPTS_MAX}
          order by f.due_at, f.id limit ${IN_FLIGHT_OF_RECEIVER}) first) j
     where j.turn <= ${IN_FLIGHT_OF_RECEIVER} - coalesce(b.running, 0)),
  loads as (select organization_id, sum(running) as running from busy group by organization_id),
  ranked as (
    select o.organization_id, o.id, row_number() over (order by o.turn, o.due_at, o.id) as rank
      from offered o
      left join loads l on l.organization_id = o.organization_id
     where o.place <= ${IN_FLIGHT_OF_ORGANIZATION} - coalesce(l.running, 0)),
  due as (
    select l.organization_id, l.id
      from ranked r
     cross join lateral (
       select j.organization_id, j.id from jobs j
        where j.organization_id = r.organization_id and j.id = r.id and ${free('j')}
        limit 1 for update skip locked) l
     where r.rank <= $1::integer
     limit ${CLAIMED_MAX})
  update jobs j
     set fence = j.fence + 1, attempts = j.attempts + 1,
         lease_until = now() + $2::double precision * interval '1 millisecond'
    from due d where j.organization_id = d.organization_id and j.id = d.id
  returning j.organization_id, j.id, j.kind, j.subject_id, j.fence, j.attempts, j.created_at`,
)

/** Claims up to `limit` due jobs by turns of their receivers. The bounds may be passed for a moment by instances that claim at once. */
export function claimReceiverJobs(
  db: Database,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<Job[]> {
  return db.runUnscoped(claim, [limit, leaseMs])
}

const extend = statement<{ id: string }>(
  'extend_job_lease',
  `update jobs set lease_until = now() + $5::double precision * interval '1 millisecond'
    where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz returning id`,
)

/** Keeps a claimed job for longer. False when it is no longer this worker's. */
export async function extendLease(db: Database, job: Job, leaseMs: number): Promise<boolean> {
  const rows = await db.runUnscoped(extend, [job.organization_id, job.id, job.fence, job.created_at, leaseMs])
  return rows.length === 1
}
