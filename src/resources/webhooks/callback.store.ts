import type { Executor } from '../../db/database.ts'
import { type Param, statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Caller } from '../../http/caller.ts'

/**
 * Callbacks of a profile's completion (contract 8.12): opened by the request that asks for it, due once the outcome of the
 * run is known, then delivered like a webhook. Each has a secret of its own. Address and secret are encrypted.
 */

/** The job that tells one callback. Its id is the callback, its subject the profile. */
export const DELIVER_CALLBACK = 'deliver_callback'

const place = (column: 'url' | 'signing_secret', id: string) => ({ table: 'callbacks', column, row: id })

export interface NewCallback {
  id: string
  /** Already found callable: `call.urlProblem`. */
  url: string
  /** From `newSigningSecret`. */
  signingSecret: string
}

export const CALLBACK_PARAMS = 3

/**
 * Opens a callback as one cte of a larger statement. `source` is one row with the columns organization_id, owner_id (the
 * profile) and at.
 *
 * @param first number of the first of CALLBACK_PARAMS parameters.
 */
export function callbackCte(source: string, first: number): string {
  return `insert into callbacks (organization_id, profile_id, id, url, signing_secret, state, created_at)
    select s.organization_id, s.owner_id, $${first}::uuid, $${first + 1}, $${first + 2}, 'open', s.at from ${source} s`
}

export function callbackParams({ id, url, signingSecret }: NewCallback, cipher: OrganizationCipher): Param[] {
  return [id, cipher.encrypt(url, place('url', id)), cipher.encrypt(signingSecret, place('signing_secret', id))]
}

const opened = statement<object>(
  'open_callback',
  callbackCte('(select $1::uuid as organization_id, $2::uuid as owner_id, now() as at)', 3),
)

/** Opens a callback by a statement of its own, inside the transaction that accepts the completion. */
export async function insertCallback(
  db: Executor,
  caller: Pick<Caller, 'organization' | 'cipher'>,
  profileId: string,
  callback: NewCallback,
): Promise<void> {
  const { organization_id: organizationId } = caller.organization
  await db.run(organizationId, opened, [organizationId, profileId, ...callbackParams(callback, caller.cipher)])
}

export const CALLBACK_DUE_PARAMS = 1

/**
 * Makes every open callback of the profile due, with the body that tells how the run ended, and leaves a job for each; two
 * ctes of a larger statement. `source` is one row with the columns organization_id and owner_id.
 *
 * @param first number of its parameter: the text of `callbackBody`.
 */
export function callbackDueCtes(source: string, first: number): string[] {
  return [
    `called as (
    update callbacks c set state = 'due', body = $${first} from ${source} s
     where c.organization_id = s.organization_id and c.profile_id = s.owner_id and c.state = 'open'
    returning c.organization_id, c.profile_id, c.id)`,
    `called_jobs as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select c.organization_id, c.id, '${DELIVER_CALLBACK}', c.profile_id, now(), now() from called c)`,
  ]
}

const due = statement<{ told: number }>(
  'mark_callbacks_due',
  `with source as (select $1::uuid as organization_id, $2::uuid as owner_id),
   ${callbackDueCtes('source', 3).join(',\n')}
   select count(*) as told from called`,
)

/** The same by a statement of its own. @returns how many callbacks will be told. */
export async function markCallbacksDue(
  db: Executor,
  organizationId: string,
  profileId: string,
  body: string,
): Promise<number> {
  const [row] = await db.run(organizationId, due, [organizationId, profileId, body])
  return row?.told ?? 0
}

/** A callback that is due, with what its attempt needs. */
export interface DueCallback {
  url: string
  signing_secret: string
  state: 'open' | 'due' | 'delivered' | 'failed'
  body: string | null
  attempts: number
  account_state: string
  data_key: string
}

const found = statement<DueCallback>(
  'find_due_callback',
  `select c.url, c.signing_secret, c.state, c.body, c.attempts, o.state as account_state, o.data_key
     from callbacks c join organizations o on o.organization_id = c.organization_id
    where c.organization_id = $1 and c.profile_id = $2 and c.id = $3`,
)

interface ClaimedJob {
  organization_id: string
  id: string
  subject_id: string
  fence: number
  created_at: string
}

export async function findCallback(db: Executor, job: ClaimedJob): Promise<DueCallback | null> {
  const [row] = await db.run(job.organization_id, found, [job.organization_id, job.subject_id, job.id])
  return row ?? null
}

/** Address and secret of a callback, opened. @throws DecryptionFailed. */
export function openCallback(
  row: DueCallback,
  id: string,
  cipher: OrganizationCipher,
): { url: string; secret: string } {
  return {
    url: cipher.decrypt(row.url, place('url', id)),
    secret: cipher.decrypt(row.signing_secret, place('signing_secret', id)),
  }
}

const settled = statement<{ id: string }>(
  'settle_callback',
  `with mine as (
    select organization_id, subject_id, id from jobs
     where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz for update),
  told as (
    update callbacks c
       set state = $5, attempts = c.attempts + 1, http_status_code = $6::integer, error_message = $7,
           ended_at = case when $8::double precision is null then now() end
      from mine m
     where c.organization_id = m.organization_id and c.profile_id = m.subject_id and c.id = m.id),
  ended as (
    delete from jobs j using mine m
     where j.organization_id = m.organization_id and j.id = m.id and $8::double precision is null),
  again as (
    update jobs j set lease_until = null, attempts = 0, due_at = now() + $8::double precision * interval '1 millisecond'
      from mine m where j.organization_id = m.organization_id and j.id = m.id and $8::double precision is not null)
  select id from mine`,
)

/** Writes down an attempt and ends or postpones its job, all or nothing. False when the job is no longer this worker's. */
export async function settleCallback(
  db: Executor,
  job: ClaimedJob,
  outcome: {
    state: 'due' | 'delivered' | 'failed'
    status: number | null
    says: string | null
    delayMs: number | null
  },
): Promise<boolean> {
  const { organization_id: organizationId, id, fence, created_at } = job
  const params = [organizationId, id, fence, created_at, outcome.state, outcome.status, outcome.says, outcome.delayMs]
  return (await db.run(organizationId, settled, params)).length === 1
}
