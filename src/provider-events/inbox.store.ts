import type { Database } from '../db/database.ts'
import { databaseTrouble } from '../db/database-error.ts'
import { statement } from '../db/statement.ts'
import type { EventSubject, ProviderEvent } from '../ports/provider-event.ts'
import { KEPT_DAYS } from './inbox.rules.ts'

/**
 * The inbox: events of providers, each kept once under the provider's name and the event's id. An event may come before
 * our own record of what it is about, so nobody knows its organization yet: the table has none, stands outside row-level
 * security, and holds ids only.
 */

const insert = statement<{ event_id: string }>(
  'insert_inbox_event',
  `insert into inbox (provider, event_id, type, about, received_at, due_at)
   values ($1, $2, $3, $4::jsonb, now(), now())
   returning event_id`,
)

/** False when the event is there already. */
export async function insertEvent(
  db: Database,
  provider: string,
  { id, type, about }: ProviderEvent,
): Promise<boolean> {
  try {
    await db.runUnscoped(insert, [provider, id, type, about])
    return true
  } catch (error) {
    const trouble = databaseTrouble(error)
    if (trouble.kind === 'unique' && trouble.constraint === 'inbox_once') return false
    throw error
  }
}

export interface DueEvent {
  provider: string
  event_id: string
  type: string
  about: EventSubject
  attempts: number
  is_expired: boolean
}

const claimDue = statement<DueEvent>(
  'claim_due_inbox_events',
  `with due as (
    select provider, event_id from inbox where settled_at is null and due_at <= now()
     order by due_at limit $1::integer
       for update skip locked)
  update inbox i
     set attempts = i.attempts + 1, due_at = now() + $2::double precision * interval '1 millisecond'
    from due d where i.provider = d.provider and i.event_id = d.event_id
  returning i.provider, i.event_id, i.type, i.about, i.attempts,
            i.received_at < now() - interval '${KEPT_DAYS} days' as is_expired`,
)

/** Takes due events for `leaseMs`. Two takers may see one event after a lease: waking twice is harmless. */
export function claimDueEvents(db: Database, limit: number, leaseMs: number): Promise<DueEvent[]> {
  return db.runUnscoped(claimDue, [limit, leaseMs])
}

const settle = statement<{ event_id: string }>(
  'settle_inbox_event',
  `update inbox set settled_at = now() where provider = $1 and event_id = $2 and settled_at is null returning event_id`,
)

export async function settleEvent(db: Database, event: Pick<DueEvent, 'provider' | 'event_id'>): Promise<void> {
  await db.runUnscoped(settle, [event.provider, event.event_id])
}

const postpone = statement<{ event_id: string }>(
  'postpone_inbox_event',
  `update inbox set due_at = now() + $3::double precision * interval '1 millisecond'
    where provider = $1 and event_id = $2 and settled_at is null
   returning event_id`,
)

export async function postponeEvent(
  db: Database,
  event: Pick<DueEvent, 'provider' | 'event_id'>,
  delayMs: number,
): Promise<void> {
  await db.runUnscoped(postpone, [event.provider, event.event_id, delayMs])
}

const sweep = statement<{ event_id: string }>(
  'sweep_inbox',
  `with old as (
    select provider, event_id from inbox where settled_at < now() - interval '7 days'
     order by settled_at limit $1::integer
       for update skip locked)
  delete from inbox i using old o where i.provider = o.provider and i.event_id = o.event_id returning i.event_id`,
)

/** Forgets events that were settled a week ago: a repetition that late is a new event. @returns how many. */
export async function sweepEvents(db: Database, limit: number): Promise<number> {
  return (await db.runUnscoped(sweep, [limit])).length
}
