import type { NewEvent } from '../contract/events.ts'
import { newId } from '../contract/new-id.ts'
import type { Executor } from '../db/database.ts'
import { type Param, statement } from '../db/statement.ts'

/**
 * Events as ctes of the statement that makes the change: they exist exactly when it happened (reliability OUTB-1). With
 * each event goes a job that fans it out to the webhooks of its account. An organization without a webhook gets neither.
 *
 * The changed profile counts its events in `profiles.event_sequence`. Whoever emits raises it by `events.length` in the same
 * statement, so that the order of a profile's events is the order of its changes.
 */

/** The job that turns one event into deliveries. Its subject is the event. */
const FAN_OUT_JOB = 'fan_out_event'

/** How many parameters `eventCtes` takes. */
export const EVENT_PARAMS = 1

export function eventParams(events: readonly NewEvent[]): Param[] {
  return [events.map(({ type, payload }, at) => ({ id: newId(), behind: events.length - 1 - at, type, payload }))]
}

/**
 * Two ctes of a larger statement. `source` is one row with the columns organization_id, owner_id (the profile; null for
 * what belongs to the organization itself), sequence (the profile's count with these events in it, or null) and at.
 *
 * @param first number of the first of EVENT_PARAMS parameters.
 */
export function eventCtes(source: string, first: number): string[] {
  return [
    `evented as (
    insert into events (organization_id, id, profile_id, sequence, type, payload, created_at)
    select s.organization_id, e.id, s.owner_id, s.sequence - e.behind, e.type, e.payload, s.at
      from ${source} s
     cross join jsonb_to_recordset($${first}::jsonb) as e(id uuid, behind bigint, type text, payload jsonb)
     where exists (select 1 from webhooks w where w.organization_id = s.organization_id)
    returning organization_id, id)`,
    `fanned as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select e.organization_id, e.id, '${FAN_OUT_JOB}', e.id, now(), now() from evented e)`,
  ]
}

const counted = statement<{ sequence: number }>(
  'count_event',
  `update profiles set event_sequence = event_sequence + 1 where organization_id = $1 and id = $2
   returning event_sequence as sequence`,
)

const told = statement<{ id: string }>(
  'tell_event',
  `insert into events (organization_id, id, profile_id, sequence, type, payload, created_at)
   select $1::uuid, $2::uuid, $3::uuid, $4::bigint, $5, $6::jsonb, now()
    where exists (select 1 from webhooks w where w.organization_id = $1)
   returning id`,
)

const fanned = statement<object>(
  'queue_fan_out',
  `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
   select e.organization_id, e.id, '${FAN_OUT_JOB}', e.id, now(), now()
     from events e where e.organization_id = $1 and e.id = $2`,
)

/**
 * Emits one event within the transaction of its change, which has written all that it writes of its own by now: the row of the
 * profile, which counts the event, is the last that is locked.
 *
 * @param profileId the profile that it belongs to; null for what belongs to the organization itself.
 */
export async function tellEvent(
  tx: Executor,
  organizationId: string,
  profileId: string | null,
  { type, payload }: NewEvent,
): Promise<void> {
  const [row] = profileId === null ? [] : await tx.run(organizationId, counted, [organizationId, profileId])
  const id = newId()
  const params = [organizationId, id, profileId, row?.sequence ?? null, type, payload]
  if ((await tx.run(organizationId, told, params)).length === 0) return
  await tx.run(organizationId, fanned, [organizationId, id])
}
