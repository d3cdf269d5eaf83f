import type { JsonObject } from './fields/json-value.ts'

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
  templates: {
    approved: 'A template was approved: by its reviewers, or because its text messages need no review.',
    rejected: 'A template was rejected by its reviewers.',
  },
  webhook: {
    disabled: 'A webhook was switched off after 10 failed attempts in a row, or because its endpoint answered 410.',
  },
} as const satisfies Record<string, Record<string, string>>

type Events = typeof EVENTS

export type EventParent = keyof Events

/** As `profile.updated`. */
export type EventType = { [Parent in EventParent]: `${Parent}.${keyof Events[Parent] & string}` }[EventParent]

/**
 * Parents of the published API that a subscription may name and that this server, which sends no messages, never emits
 * (contract 12.1, 12.3, 17-28). `messages` is the name of March for `message`.
 */
const FOREIGN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  message: {
    queued: 'A message was taken in.',
    routed: 'A channel was chosen for a message.',
    sent: 'A message was sent.',
    delivered: 'A message was delivered.',
    read: 'A message was read.',
    failed: 'A message could not be delivered.',
    received: 'A message came in.',
  },
  messages: {},
}

/** One type of event, for lists and documents. */
export interface DescribedEvent {
  type: string
  parent: string
  suffix: string
  says: string
  /** Whether this server emits it. */
  isEmitted: boolean
}

/** Every type of event by name: those that are emitted first. */
export const DESCRIBED_EVENTS: readonly DescribedEvent[] = [EVENTS, FOREIGN].flatMap((table) =>
  Object.entries(table).flatMap(([parent, suffixes]) =>
    Object.entries<string>(suffixes).map(([suffix, says]) => ({
      type: `${parent}.${suffix}`,
      parent,
      suffix,
      says,
      isEmitted: table === EVENTS,
    })),
  ),
)

/** What a subscription may name. */
export const SUBSCRIBABLE = [...Object.keys(EVENTS), ...Object.keys(FOREIGN)]
/** What a subscription names that names nothing. */
export const EMITTED_PARENTS: readonly string[] = Object.keys(EVENTS)

/** The suffixes by which a subscription may choose among the events of a parent. */
export function suffixesOf(parent: string): string[] {
  return DESCRIBED_EVENTS.filter((event) => event.parent === parent).map(({ suffix }) => suffix)
}

/** An event that a change is about to emit. Organization, profile and sequence number are added when it is told. */
export interface NewEvent {
  type: EventType
  /** Ids and a status, never KYC data. */
  payload: JsonObject
}
