import type { Executor } from '../db/database.ts'
import { statement } from '../db/statement.ts'
import { ATTEMPTS_MAX } from './backoff.rules.ts'

/** What an operator sees of the queue, and how a parked job is let run again. */

/** `running` while a worker holds it, `parked` once it failed ATTEMPTS_MAX times, `due` or `waiting` for its time otherwise. */
export type JobState = 'running' | 'parked' | 'due' | 'waiting'

/** A job as an operator sees it. Times are ISO 8601. */
export interface ListedJob {
  id: string
  kind: string
  /** Id of what the job is about, such as a registration, a delivery or a user. */
  subject_id: string
  state: JobState
  attempts: number
  due_at: string
  created_at: string
}

/** Most jobs that one list holds. */
export const LISTED_MAX = 1_000

const STATE = `case when lease_until > now() then 'running' when attempts >= ${ATTEMPTS_MAX} then 'parked'
               when due_at <= now() then 'due' else 'waiting' end`

const list = statement<ListedJob>(
  'list_jobs',
  `select id, kind, subject_id, ${STATE} as state, attempts, due_at, created_at
     from jobs
    where organization_id = $1 and (not $2::boolean or (attempts >= ${ATTEMPTS_MAX} and (lease_until is null or lease_until <= now())))
    order by due_at, id limit ${LISTED_MAX}`,
)

/** The jobs of an organization that have not ended, those due longest first; with `isParked` only those that wait for a person. */
export function listJobs(
  db: Executor,
  organizationId: string,
  { isParked }: { isParked: boolean },
): Promise<ListedJob[]> {
  return db.run(organizationId, list, [organizationId, isParked])
}

const retry = statement<{ id: string; kind: string }>(
  'retry_parked_jobs',
  `update jobs set attempts = 0, lease_until = null, due_at = now()
    where organization_id = $1 and ($2::uuid is null or id = $2::uuid)
      and attempts >= ${ATTEMPTS_MAX} and (lease_until is null or lease_until <= now())
   returning id, kind`,
)

/**
 * Lets parked jobs run again, with all of their attempts before them: the one of that id, or every one of the organization
 * where the id is null. Others are left as they are.
 *
 * @returns the jobs that will run; [] when none is parked.
 */
export function retryParkedJobs(
  db: Executor,
  organizationId: string,
  id: string | null,
): Promise<{ id: string; kind: string }[]> {
  return db.run(organizationId, retry, [organizationId, id])
}
