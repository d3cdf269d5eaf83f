import type { JsonObject } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { eventCtes, eventParams } from '../../events/event.store.ts'

/** Events become deliveries, one for each webhook that hears of them, and a delivery has attempts until it has an end. */

/** The job that turns an event into deliveries. Its id and subject are the event. */
export const FAN_OUT_EVENT = 'fan_out_event'
/** The job that makes one delivery. Its id is the delivery, its subject the webhook. */
export const DELIVER_WEBHOOK = 'deliver_webhook'

/** A claimed job, as far as a store needs it. */
export interface ClaimedJob {
  organization_id: string
  id: string
  subject_id: string
  fence: number
  created_at: string
}

/** An event with one active webhook of its account, or with none. */
export interface EventToTell {
  type: string
  organization_id: string
  profile_id: string | null
  payload: JsonObject
  sequence: number | null
  created_at: string
  account_state: string
  webhook_id: string | null
  event_types: readonly string[]
  event_filters: Readonly<Record<string, readonly string[]>> | null
}

const told = statement<EventToTell>(
  'find_event_to_tell',
  `select e.type, e.organization_id, e.profile_id, e.payload, e.sequence, e.created_at, o.state as account_state,
          w.id as webhook_id, w.event_types, w.event_filters
     from events e
     join organizations o on o.organization_id = e.organization_id
     left join webhooks w
       on w.organization_id = e.organization_id and w.is_active and (w.profile_id is null or w.profile_id = e.profile_id)
      and coalesce(w.ended_at, 'infinity') >= e.created_at
    where e.organization_id = $1 and e.id = $2`,
)

/** The event of a fan-out job, once for each active webhook that could hear of it. Empty when it has been swept. */
export async function findEventToTell(db: Executor, job: ClaimedJob): Promise<EventToTell[]> {
  const rows = await db.run(job.organization_id, told, [job.organization_id, job.id])
  return rows.map((row) => ({ ...row, created_at: toWireTimestamp(row.created_at) }))
}

/** A delivery to make. */
export interface NewDelivery {
  id: string
  webhook_id: string
  event_id: string
  type: string
  body: string
  is_test: boolean
}

/**
 * Deliveries with their jobs, as two ctes. `source` has the columns organization_id and at. A webhook that is deleted at
 * this moment is passed over.
 *
 * @param first number of the one parameter: NewDelivery[].
 */
export function deliveryCtes(source: string, first: number): string[] {
  return [
    `made as (
    insert into deliveries (organization_id, webhook_id, id, event_id, event_type, body, is_test, state, created_at)
    select s.organization_id, w.id, d.id, d.event_id, d.type, d.body, d.is_test, 'PENDING', s.at
      from ${source} s
     cross join jsonb_to_recordset($${first}::jsonb)
        as d(id uuid, webhook_id uuid, event_id uuid, type text, body text, is_test boolean)
      join webhooks w on w.organization_id = s.organization_id and w.id = d.webhook_id
       for key share of w
    returning organization_id, webhook_id, id)`,
    `queued as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select m.organization_id, m.id, '${DELIVER_WEBHOOK}', m.webhook_id, now(), now() from made m)`,
  ]
}

const fannedOut = statement<{ made: number }>(
  'fan_out_event',
  `with mine as (
    delete from jobs where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz
    returning organization_id, now() as at),
   ${deliveryCtes('mine', 5).join(',\n')}
   select count(*) as made from made`,
)

/** Ends the fan-out job and makes the deliveries, all or nothing. @returns how many were made. */
export async function fanOut(db: Executor, job: ClaimedJob, deliveries: readonly NewDelivery[]): Promise<number> {
  const params = [job.organization_id, job.id, job.fence, job.created_at, deliveries]
  const [row] = await db.run(job.organization_id, fannedOut, params)
  return row?.made ?? 0
}

/** A delivery with what its next attempt needs. */
export interface DueDelivery {
  event_id: string
  event_type: string
  body: string
  is_test: boolean
  state: 'PENDING' | 'RETRYING' | 'DELIVERED' | 'FAILED'
  attempts: number
  endpoint_url: string
  signing_secret: string
  previous_secret: string | null
  is_active: boolean
  retry_count: number
  timeout_seconds: number
  account_state: string
  data_key: string
}

const found = statement<DueDelivery>(
  'find_due_delivery',
  `select d.event_id, d.event_type, d.body, d.is_test, d.state, d.attempts,
          w.endpoint_url, w.signing_secret, case when w.previous_secret_until > now() then w.previous_secret end as previous_secret,
          w.is_active, w.retry_count, w.timeout_seconds, o.state as account_state, o.data_key
     from deliveries d
     join webhooks w on w.organization_id = d.organization_id and w.id = d.webhook_id
     join organizations o on o.organization_id = d.organization_id
    where d.organization_id = $1 and d.webhook_id = $2 and d.id = $3`,
)

export async function findDelivery(db: Executor, job: ClaimedJob): Promise<DueDelivery | null> {
  const [row] = await db.run(job.organization_id, found, [job.organization_id, job.subject_id, job.id])
  return row ?? null
}

/** What one attempt came to. */
export interface AttemptOutcome {
  state: 'DELIVERED' | 'RETRYING' | 'FAILED'
  status: number | null
  says: string | null
  durationMs: number
  /** Until the next attempt; null when there is none. */
  delayMs: number | null
  isGone: boolean
  /** A test tells nothing about how the webhook does. */
  isCounted: boolean
  failuresMax: number
}

// Attempts at one endpoint that end together queue for its row, so exactly one of them is the one that switches it off.
const settled = statement<{ failures: number | null; is_disabled: boolean }>(
  'settle_delivery',
  `with mine as (
    select organization_id, subject_id, id from jobs
     where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz for update),
  counted as (
    update webhooks w
       set last_delivery_attempt_at = now(),
           last_successful_delivery_at = case when $5 = 'DELIVERED' then now() else w.last_successful_delivery_at end,
           consecutive_failures = case when $5 = 'DELIVERED' then 0 else w.consecutive_failures + 1 end,
           is_active = w.is_active and ($5 = 'DELIVERED' or not ($10::boolean or w.consecutive_failures + 1 >= $12::integer)),
           disabled_at = case when w.is_active and $5 <> 'DELIVERED' and ($10::boolean or w.consecutive_failures + 1 >= $12::integer)
                              then now() else w.disabled_at end,
           disabled_by = case when w.is_active and $5 <> 'DELIVERED' and ($10::boolean or w.consecutive_failures + 1 >= $12::integer)
                              then m.id else w.disabled_by end
      from mine m
     where w.organization_id = m.organization_id and w.id = m.subject_id and $11::boolean
    returning w.organization_id, w.id as webhook_id, w.profile_id as owner_id, w.consecutive_failures, w.disabled_by = m.id as is_disabled),
  told as (
    update deliveries d
       set state = $5, attempts = d.attempts + 1, http_status_code = $6::integer, error_message = $7, duration_ms = $8::integer,
           processing_started_at = coalesce(d.processing_started_at, now() - $8::integer * interval '1 millisecond'),
           processing_completed_at = case when $9::double precision is null then now() end
      from mine m
     where d.organization_id = m.organization_id and d.webhook_id = m.subject_id and d.id = m.id),
  ended as (
    delete from jobs j using mine m
     where j.organization_id = m.organization_id and j.id = m.id and $9::double precision is null),
  again as (
    update jobs j set lease_until = null, attempts = 0, due_at = now() + $9::double precision * interval '1 millisecond'
      from mine m where j.organization_id = m.organization_id and j.id = m.id and $9::double precision is not null),
  disabled as (
    select c.organization_id, c.owner_id, null::bigint as sequence, now() as at from counted c where c.is_disabled),
  ${eventCtes('disabled', 13).join(',\n')}
  select c.consecutive_failures as failures, coalesce(c.is_disabled, false) as is_disabled
    from mine m left join counted c on true`,
)

/**
 * Writes down an attempt, counts it for the webhook, switches the webhook off where it is the last straw, and ends or
 * postpones the job; all or nothing.
 *
 * @returns null when the job is no longer this worker's: nothing was written.
 */
export async function settleDelivery(
  db: Executor,
  job: ClaimedJob,
  outcome: AttemptOutcome,
): Promise<{ failures: number | null; is_disabled: boolean } | null> {
  const { organization_id: organizationId, id, fence, created_at, subject_id: webhookId } = job
  const rows = await db.run(organizationId, settled, [
    organizationId,
    id,
    fence,
    created_at,
    outcome.state,
    outcome.status,
    outcome.says,
    outcome.durationMs,
    outcome.delayMs,
    outcome.isGone,
    outcome.isCounted,
    outcome.failuresMax,
    ...eventParams([{ type: 'webhook.disabled', payload: { webhook_id: webhookId, status: 'inactive' } }]),
  ])
  return rows[0] ?? null
}

const dropped = statement<object>(
  'drop_delivery',
  `with mine as (
    delete from jobs where organization_id = $1 and id = $2 and fence = $3 and created_at = $4::timestamptz
    returning organization_id, subject_id, id)
  update deliveries d set state = 'FAILED', error_message = $5, processing_completed_at = now()
    from mine m where d.organization_id = m.organization_id and d.webhook_id = m.subject_id and d.id = m.id`,
)

/** Ends a delivery without an attempt, and its job with it. */
export async function dropDelivery(db: Executor, job: ClaimedJob, says: string): Promise<void> {
  await db.run(job.organization_id, dropped, [job.organization_id, job.id, job.fence, job.created_at, says])
}
