import type { JsonObject } from '../../contract/fields/json-value.ts'
import { partsOf } from './subscription.rules.ts'

/** A stored event, or what a test makes up. */
export interface ToldEvent {
  type: string
  organization_id: string
  profile_id: string | null
  /** Ids and a status. */
  payload: JsonObject
  sequence: number | null
  created_at: string
}

/**
 * The body of a delivery (contract 12.3): the exact text that is stored, signed and sent at every attempt. `account_id` is the
 * account that the event belongs to; `sequence` counts a profile's events, so a receiver can put them in order.
 */
export function eventBody(event: ToldEvent): string {
  const { status = null, ...ids } = event.payload
  return JSON.stringify({
    field: partsOf(event.type).parent,
    sub_type: event.type,
    timestamp: wholeSeconds(event.created_at),
    payload: {
      account_id: event.profile_id ?? event.organization_id,
      organization_id: event.organization_id,
      profile_id: event.profile_id,
      ...ids,
      status,
      sequence: event.sequence,
    },
  })
}

/** Times in webhooks have whole seconds and a Z (contract 1.7). */
export function wholeSeconds(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
