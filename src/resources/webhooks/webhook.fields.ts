import { DESCRIBED_EVENTS, SUBSCRIBABLE, suffixesOf } from '../../contract/events.ts'
import { flag, instant, line, oneOf, optional, text, uuid, webAddress } from '../../contract/fields/field.ts'
import { type TSchema, Type } from '../../contract/fields/schema.ts'

/** Webhooks in the order of contract 12.1. */

export const DEFAULTS = { retry_count: 3, timeout_seconds: 30 } as const

/** The contract's sentence about an address that is none (contract 2.3). */
export const NOT_AN_ADDRESS = 'Endpoint URL must be a valid HTTP or HTTPS URL'

const displayName = line(
  { min: 1, max: 255 },
  {
    description: 'What the webhook is for.',
    example: 'Order service',
    humanText: true,
    says: '{path} must be 1 to 255 characters',
  },
)
const endpointUrl = webAddress({
  description:
    'Where events are posted: https, a port that the operator allows (443), no credentials, no private or reserved address.',
  example: 'https://hooks.acme.com/letterhead',
  secret: 'sealed',
  says: NOT_AN_ADDRESS,
})
const eventTypes = Type.Array(
  oneOf(SUBSCRIBABLE, { description: 'A kind of event, as `profile`.', example: 'profile' }),
  {
    minItems: 1,
    maxItems: 50,
    description: 'The kinds of events to be told of. Messages can be named; this server emits none.',
    example: ['profile', 'brand'],
    says: `{path} must name at least one of: ${SUBSCRIBABLE.join(', ')}`,
  },
)

function filterOf(parent: string): TSchema {
  const suffixes = suffixesOf(parent)
  return optional(
    Type.Array(oneOf(suffixes, { description: `A kind of ${parent} event.`, example: suffixes[0] }), {
      minItems: 1,
      maxItems: 50,
      description: `Of ${parent} events only these.`,
      example: suffixes.slice(0, 1),
      says: `{path} must name at least one of: ${suffixes.join(', ')}`,
    }),
  )
}

const FILTERABLE = [...new Set(DESCRIBED_EVENTS.map(({ parent }) => parent))]

const eventFilters = Type.Object(Object.fromEntries(FILTERABLE.map((parent) => [parent, filterOf(parent)])), {
  description: 'For some of event_types the only events that count; null for all of them.',
  nullable: true,
  says: '{path} must be an object of lists by event type',
})
const retryCount = Type.Integer({
  minimum: 1,
  maximum: 5,
  description: 'How often a failed delivery is tried again.',
  example: DEFAULTS.retry_count,
  says: '{path} must be a whole number from 1 to 5',
})
const timeoutSeconds = Type.Integer({
  minimum: 5,
  maximum: 120,
  description: 'How long an attempt may take, from the name’s resolution to the end of the answer.',
  example: DEFAULTS.timeout_seconds,
  says: '{path} must be a whole number from 5 to 120',
})
const sandbox = flag({ description: 'Run every check and answer what would be, without doing it.', example: false })
const isActive = flag({ description: 'Whether events are delivered.', example: true })

const settings = {
  display_name: displayName,
  endpoint_url: endpointUrl,
  event_filters: optional(eventFilters),
  retry_count: optional(retryCount),
  timeout_seconds: optional(timeoutSeconds),
  sandbox: optional(sandbox),
}

export const createWebhookRequest = Type.Object({ ...settings, event_types: optional(eventTypes) })
export const updateWebhookRequest = Type.Object({ ...settings, event_types: eventTypes })
export const toggleRequest = Type.Object({ is_active: isActive, sandbox: optional(sandbox) })
export const rotateRequest = Type.Object({ sandbox: optional(sandbox) })
export const testRequest = Type.Object({
  event_type: optional(
    oneOf(
      DESCRIBED_EVENTS.map(({ type }) => type),
      { description: 'The event to make up; profile.updated unless told.', example: 'profile.updated' },
    ),
  ),
  sandbox: optional(sandbox),
})
const moment = (description: string, example: string) =>
  instant({ description, example, says: '{path} must be an instant of ISO 8601 with its offset' })
export const replayRequest = Type.Object({
  event_id: optional(
    uuid({ description: 'One event, as webhook-id named it.', example: '0190a0b0-0000-7000-8000-000000000009' }),
  ),
  from: optional(moment('Events from this instant on, at most 7 days back.', '2026-03-25T10:00:00+00:00')),
  to: optional(moment('Events before this instant; until now unless told.', '2026-03-25T11:00:00+00:00')),
  sandbox: optional(sandbox),
})

const nullableInstant = (description: string) =>
  instant({ description, example: '2026-03-25T10:43:34.58912+00:00', nullable: true })

export const webhookResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the webhook.', example: 'd4f5a6b7-c8d9-4e0f-a1b2-c3d4e5f6a7b8' }),
    display_name: displayName,
    endpoint_url: endpointUrl,
    signing_secret: text(
      { max: 100 },
      {
        description: 'The key of the signatures. It is shown when it is made, and null from then on.',
        example: 'whsec_…',
        nullable: true,
      },
    ),
    is_active: isActive,
    event_types: eventTypes,
    event_filters: eventFilters,
    retry_count: retryCount,
    timeout_seconds: timeoutSeconds,
    last_delivery_attempt_at: nullableInstant('When the endpoint was last tried.'),
    last_successful_delivery_at: nullableInstant('When it last answered 2xx.'),
    consecutive_failures: Type.Integer({
      description: 'Failed attempts since the last success; at 10 the webhook is switched off.',
      example: 0,
    }),
    created_at: instant({ description: 'When the webhook was made.', example: '2026-03-25T10:43:34.58912+00:00' }),
    updated_at: nullableInstant('When a user last changed it.'),
    disabled_at: nullableInstant('When failures, a 410, or the end of its profile switched it off.'),
    profile_id: uuid({
      description: 'The profile that the webhook belongs to; null for the organization itself.',
      example: '770e8400-e29b-41d4-a716-446655440002',
      nullable: true,
    }),
  },
  { description: 'A webhook.' },
)

/** A webhook as the API answers it, its secret left out. */
export interface Webhook {
  id: string
  display_name: string
  endpoint_url: string
  is_active: boolean
  event_types: readonly string[]
  event_filters: Readonly<Record<string, readonly string[]>> | null
  retry_count: number
  timeout_seconds: number
  last_delivery_attempt_at: string | null
  last_successful_delivery_at: string | null
  consecutive_failures: number
  created_at: string
  updated_at: string | null
  disabled_at: string | null
  profile_id: string | null
}
