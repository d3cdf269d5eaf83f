import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { StoredResponse } from '../../http/idempotency/idempotency.store.ts'
import { deliveryCtes, type EventToTell, type NewDelivery } from './delivery.store.ts'
import { written } from './single-row-change.store.ts'

/** Deliveries as users see them and make them: the log, test events, replays. */

export interface LoggedDelivery {
  id: string
  event_id: string
  event_type: string
  body: string
  http_status_code: number | null
  state: 'PENDING' | 'RETRYING' | 'DELIVERED' | 'FAILED'
  attempts: number
  duration_ms: number | null
  error_message: string | null
  created_at: string
  processing_started_at: string | null
  processing_completed_at: string | null
}

const MATCHES = `($3::text is null or strpos(d.event_type, lower($3)) > 0 or d.event_id::text = lower($3))`

const listed = statement<LoggedDelivery>(
  'list_deliveries',
  `select d.id, d.event_id, d.event_type, d.body, d.http_status_code, d.state, d.attempts, d.duration_ms, d.error_message,
          d.created_at, d.processing_started_at, d.processing_completed_at
     from deliveries d
    where d.organization_id = $1 and d.webhook_id = $2 and ${MATCHES} order by d.created_at desc, d.id desc limit $4::integer offset $5::integer`,
)
const counted = statement<{ total: number }>(
  'count_deliveries',
  `select count(*) as total from deliveries d
    where d.organization_id = $1 and d.webhook_id = $2 and ${MATCHES}`,
)

const wireOrNull = (time: string | null) => (time === null ? null : toWireTimestamp(time))

/** Deliveries of a webhook, newest first, and how many there are. `search` is a part of the type, or the event's id. */
export async function listDeliveries(
  db: Executor,
  caller: Caller,
  webhookId: string,
  { search, offset, limit }: { search: string | null; offset: number; limit: number },
): Promise<{ deliveries: LoggedDelivery[]; total: number }> {
  const { organization_id: organizationId } = caller.organization
  const params = [organizationId, webhookId, search]
  const rows = await db.run(organizationId, listed, [...params, limit, offset])
  const [count] = await db.run(organizationId, counted, params)
  const deliveries = rows.map((row) => ({
    ...row,
    created_at: toWireTimestamp(row.created_at),
    processing_started_at: wireOrNull(row.processing_started_at),
    processing_completed_at: wireOrNull(row.processing_completed_at),
  }))
  return { deliveries, total: count?.total ?? 0 }
}

const insert = written(
  'insert_deliveries',
  'select organization_id, id, now() as at from webhooks where organization_id = $1 and id = $2',
  3,
  deliveryCtes('changed', 3),
)

/** Makes deliveries of one webhook, with their jobs. False when the webhook is gone. */
export function insertDeliveries(
  db: Executor,
  caller: Caller,
  webhookId: string,
  deliveries: readonly NewDelivery[],
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  return insert(db, organizationId, [organizationId, webhookId, deliveries], kept)
}

export type ReplayableEvent = Pick<
  EventToTell,
  'type' | 'organization_id' | 'profile_id' | 'payload' | 'sequence' | 'created_at'
> & { id: string }

const replayable = statement<ReplayableEvent>(
  'find_replayable_events',
  `select e.id, e.type, e.organization_id, e.profile_id, e.payload, e.sequence, e.created_at
     from events e
     join webhooks w on w.organization_id = e.organization_id and w.id = $2
    where e.organization_id = $1 and (w.profile_id is null or w.profile_id = e.profile_id)
      and e.created_at > now() - interval '7 days'
      and ($3::uuid is null or e.id = $3)
      and ($4::timestamptz is null or e.created_at >= $4) and ($5::timestamptz is null or e.created_at < $5)
      and e.type in (select jsonb_array_elements_text($6::jsonb))
    order by e.created_at, e.id limit $7::integer`,
)

/** Events of the last 7 days that the webhook's account has, oldest first. */
export async function findReplayable(
  db: Executor,
  caller: Caller,
  webhookId: string,
  wanted: { eventId: string | null; from: string | null; to: string | null; types: readonly string[]; limit: number },
): Promise<ReplayableEvent[]> {
  const { organization_id: organizationId } = caller.organization
  const { eventId, from, to, types, limit } = wanted
  const rows = await db.run(organizationId, replayable, [organizationId, webhookId, eventId, from, to, types, limit])
  return rows.map((row) => ({ ...row, created_at: toWireTimestamp(row.created_at) }))
}
