import type { JsonObject } from './json-value.ts'

/**
 * Every event that Letterhead emits of its own accord, by the parent type that a webhook subscribes to. Names are public and
 * permanent: add, never rename. The sentence is for the documentation.
 *
 * A payload is thin: ids, a status and the profile's sequence number. Whoever needs more reads the resource, with the rights
 * of his own key, so no KYC data ever leaves in a webhook.
 */
const EVENTS = {
  profile: {
    created: 'A profile was created.',
    updated: 'Settings of a profile, its brand included, were changed.',
    deleted: 'A profile was deleted.',
    status_changed: 'The status of a profile changed: its set-up was completed, reviewed, or sent back.',
  },
  brand: {
    created: 'A profile got a brand of its own.',
    updated: 'Brand data of a profile was changed.',
    submitted: 'The brand was sent to the registry and is locked.',
    status_changed: 'The registry said something new about the brand; a refused one can be corrected.',
  },
  campaign: {
    created: 'A campaign was created.',
    updated: 'A campaign was changed.',
    deleted: 'A campaign was deleted.',
    submitted: 'The campaign was sent to the registry and is locked.',
    status_changed: 'The registry or a carrier said something new about the campaign.',
  },
  payment_method: {
    attached: 'A card was handed to the payment processor and is the default of the profile now.',
  },
  whatsapp: {
    registered: 'The WhatsApp number of a profile was registered.',
    failed: 'The WhatsApp number of a profile could not be registered.',
  },
} as const satisfies Record<string, Record<string, string>>

type Events = typeof EVENTS

export type EventParent = keyof Events

/** As `profile.updated`. */
export type EventType = { [Parent in EventParent]: `${Parent}.${keyof Events[Parent] & string}` }[EventParent]

/** An event that a change is about to emit. Organization, profile and sequence number are added when it is told. */
export interface NewEvent {
  type: EventType
  /** Ids and a status, never KYC data. */
  payload: JsonObject
}
