import type { NewEvent } from '../contract/events.ts'
import { newId } from '../contract/new-id.ts'
import type { Param } from '../db/statement.ts'

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
