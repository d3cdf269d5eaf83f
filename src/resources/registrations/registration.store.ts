import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import { wakes } from '../../jobs/wake.store.ts'
import { ADVANCE_JOB, type ProfileStatus } from '../profiles/index.ts'
import type { Registration, RegistrationState, Step } from './registration.fields.ts'

/** The row of a registration. Every write carries the fence that was read, so whoever is late writes nothing. */

interface RegistrationRow {
  id: string
  profile_id: string
  state: RegistrationState
  run: number
  steps: Step[]
  fence: number
  status_before: ProfileStatus
  messaging_profile_id: string | null
  fees_total: number | string
  started_at: string
  finished_at: string | null
}

const COLUMNS =
  'id, profile_id, state, run, steps, fence, status_before, messaging_profile_id, fees_total, started_at, finished_at'

function decode(row: RegistrationRow): Registration {
  return {
    id: row.id,
    profileId: row.profile_id,
    state: row.state,
    run: row.run,
    steps: row.steps,
    fence: Number(row.fence),
    statusBefore: row.status_before,
    messagingProfileId: row.messaging_profile_id,
    feesTotal: Number(row.fees_total),
    startedAt: toWireTimestamp(row.started_at),
    finishedAt: row.finished_at === null ? null : toWireTimestamp(row.finished_at),
  }
}

const found = statement<RegistrationRow>(
  'find_registration',
  `select ${COLUMNS} from registrations where organization_id = $1 and profile_id = $2`,
)

/** The registration of a profile, or null before its first completion. */
export async function findRegistration(
  db: Executor,
  organizationId: string,
  profileId: string,
): Promise<Registration | null> {
  const [row] = await db.run(organizationId, found, [organizationId, profileId])
  return row === undefined ? null : decode(row)
}

/** What a run needs of its organization. */
export interface RegistrationOrganization {
  data_key: string
  waba_id: string | null
  /** Milliseconds since 1970, by the database's clock, like every time of a step. */
  now_ms: number
}

const runFound = statement<RegistrationRow & RegistrationOrganization>(
  'find_run',
  `select ${COLUMNS.replaceAll(/\w+/g, 'r.$&')}, o.data_key, o.waba_id,
          extract(epoch from statement_timestamp())::double precision * 1000 as now_ms
     from registrations r join organizations o on o.organization_id = r.organization_id
    where r.organization_id = $1 and r.profile_id = $2`,
)

/** The registration of a profile with its organization, for the work on it. */
export async function findRun(
  db: Executor,
  organizationId: string,
  profileId: string,
): Promise<{ registration: Registration; organization: RegistrationOrganization } | null> {
  const [row] = await db.run(organizationId, runFound, [organizationId, profileId])
  if (row === undefined) return null
  const { data_key, waba_id, now_ms } = row
  return { registration: decode(row), organization: { data_key, waba_id, now_ms } }
}

const inserted = statement<{ id: string }>(
  'insert_registration',
  `insert into registrations (organization_id, profile_id, id, state, run, steps, fence, status_before, started_at)
   values ($1, $2, $3, 'running', 1, $4::jsonb, 1, $5, now()) returning id`,
)

/** Writes the registration of a first run. Fails with a unique violation where there is one. */
export async function insertRegistration(
  tx: Executor,
  organizationId: string,
  { id, profileId, steps, statusBefore }: Pick<Registration, 'id' | 'profileId' | 'steps' | 'statusBefore'>,
): Promise<void> {
  await tx.run(organizationId, inserted, [organizationId, profileId, id, steps, statusBefore])
}

const saved = statement<{ id: string }>(
  'save_registration',
  `update registrations
      set state = $5, run = $6::integer, steps = $7::jsonb, status_before = $8, messaging_profile_id = $9,
          fees_total = fees_total + $10::numeric, fence = fence + 1,
          started_at = case when $6::integer > run then now() else started_at end,
          finished_at = case when $5 in ('running', 'waiting', 'parked') then null
                             when $5 = state and $6::integer = run then finished_at else now() end
    where organization_id = $1 and profile_id = $2 and id = $3 and fence = $4::bigint
   returning id`,
)

/**
 * Writes the registration over the fence that it was read at, and adds what was charged since. False when somebody else was
 * faster.
 */
export async function saveRegistration(
  tx: Executor,
  organizationId: string,
  registration: Omit<Registration, 'feesTotal'>,
  dollars = 0,
): Promise<boolean> {
  const rows = await tx.run(organizationId, saved, [
    organizationId,
    registration.profileId,
    registration.id,
    registration.fence,
    registration.state,
    registration.run,
    registration.steps,
    registration.statusBefore,
    registration.messagingProfileId,
    dollars,
  ])
  return rows.length === 1
}

const due = statement<{ id: string }>(
  'make_registration_due',
  `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
   values ($1, $2, '${ADVANCE_JOB}', $3, now(), now())
   on conflict (organization_id, id) do update set ${wakes('jobs')}, attempts = 0
   returning id`,
)

/** Lets the registration be looked at now; a parked job is taken up again. */
export async function makeDue(
  tx: Executor,
  organizationId: string,
  { id, profileId }: Pick<Registration, 'id' | 'profileId'>,
): Promise<void> {
  await tx.run(organizationId, due, [organizationId, id, profileId])
}

export interface WokenJob {
  organization_id: string
  profile_id: string
}

/** Registrations by the digests of references, across organizations: an event of a provider names none. */
export const wakeByReferences = statement<WokenJob>(
  'wake_registrations',
  `with named as (
    select distinct organization_id, registration_id, profile_id from registration_references
     where digest = any (array(select jsonb_array_elements_text($1::jsonb))))
  insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
  select n.organization_id, n.registration_id, '${ADVANCE_JOB}', n.profile_id, now(), now() from named n
   where true -- across organizations: an event of a provider does not name the organization
      on conflict (organization_id, id) do update set ${wakes('jobs')}
  returning organization_id, subject_id as profile_id`,
)

const referenced = statement<object>(
  'note_registration_references',
  `insert into registration_references (digest, organization_id, registration_id, profile_id)
   select jsonb_array_elements_text($4::jsonb), $1, $2, $3
   on conflict (digest, organization_id, registration_id) do nothing`,
)

/** The digests to note and to look up. References are compared without regard to case, as TCR does. */
export function referenceDigests(keys: KeyRing, references: readonly string[]): string[] {
  return references.map((reference) => keys.digest('registry-reference', reference.toLowerCase()).toString('base64url'))
}

/** Notes under which references and ids a provider knows what belongs to the registration. Digests only. */
export async function noteReferences(
  tx: Executor,
  organizationId: string,
  { id, profileId }: Pick<Registration, 'id' | 'profileId'>,
  { keys, references }: { keys: KeyRing; references: readonly string[] },
): Promise<void> {
  if (references.length === 0) return
  await tx.run(organizationId, referenced, [organizationId, id, profileId, referenceDigests(keys, references)])
}

/** The attempts of a parked job, as the queue counts them. */
const PARKED_AT = 8

const parkedJob = statement<{ is_parked: boolean }>(
  'find_registration_job',
  `select attempts >= ${PARKED_AT} and (lease_until is null or lease_until <= now()) as is_parked
     from jobs where organization_id = $1 and id = $2`,
)

/** Whether the registration's job was given up after failing again and again; null where there is no job. */
export async function findJob(
  db: Executor,
  organizationId: string,
  { id }: Pick<Registration, 'id'>,
): Promise<{ isParked: boolean } | null> {
  const [row] = await db.run(organizationId, parkedJob, [organizationId, id])
  return row === undefined ? null : { isParked: row.is_parked }
}
