import { ADDRESS_HINT } from '../../contract/address-hint.ts'
import { defaultHint } from '../../contract/errors.ts'
import { DESCRIBED_EVENTS, type DescribedEvent, EMITTED_PARENTS } from '../../contract/events.ts'
import { type Details, Failure } from '../../contract/failure.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import { DEFAULTS, NOT_AN_ADDRESS, type Webhook } from './webhook.fields.ts'

/** How many webhooks one account may have: each multiplies what every change costs. */
export const WEBHOOKS_MAX = 100

export type WebhookSettings = Pick<
  Webhook,
  'display_name' | 'endpoint_url' | 'event_types' | 'event_filters' | 'retry_count' | 'timeout_seconds'
>

/** The settings that a checked body stands for; what it leaves out has its default, on an update too: PUT replaces. */
export function readSettings(values: JsonObject): WebhookSettings {
  const { display_name, endpoint_url, event_types, event_filters, retry_count, timeout_seconds } = values
  return {
    display_name: String(display_name),
    endpoint_url: String(endpoint_url),
    event_types: [...new Set((event_types as readonly string[] | undefined) ?? EMITTED_PARENTS)],
    event_filters: (event_filters as Webhook['event_filters'] | undefined) ?? null,
    retry_count: (retry_count as number | undefined) ?? DEFAULTS.retry_count,
    timeout_seconds: (timeout_seconds as number | undefined) ?? DEFAULTS.timeout_seconds,
  }
}

/** What the shape alone does not tell: where the address leads, and filters of what is not subscribed to. */
export function settingProblems(
  body: JsonObject,
  values: JsonObject,
  urlProblem: (url: string) => string | null,
  details: Details,
): Details {
  const found: Details = {}
  const { endpoint_url: url, event_types: types } = values
  if (typeof url === 'string' && details.endpoint_url === undefined) {
    const problem = urlProblem(url)
    if (problem !== null) found.endpoint_url = [problem === 'not_a_url' ? NOT_AN_ADDRESS : `endpoint_url ${problem}`]
  }
  const named: readonly JsonValue[] = Array.isArray(types) ? types : EMITTED_PARENTS
  // As it was sent: the reader leaves out members that the shape does not know, and a misspelt filter filters nothing.
  const sent = isJsonObject(body.event_filters) ? Object.keys(body.event_filters) : []
  for (const parent of sent) {
    const path = `event_filters.${parent}`
    if (!named.includes(parent)) found[path] = [`${path} is not one of event_types`]
  }
  return found
}

/**
 * The refusal of a body. An address that is none, and nothing else, has the contract's own sentence and no details
 * (contract 2.3).
 */
export function refusal(details: Details, body: JsonObject): Failure {
  const sentence = details.endpoint_url?.[0]
  const isAddressAlone = Object.keys(details).length === 1 && sentence === NOT_AN_ADDRESS
  if (isAddressAlone) return new Failure('VALIDATION_001', { message: NOT_AN_ADDRESS, hint: ADDRESS_HINT })
  const hints = [sentence === undefined ? null : ADDRESS_HINT, typeHint(body), filterHint(body)].filter(
    (hint) => hint !== null,
  )
  return new Failure('VALIDATION_001', { details, hint: [defaultHint('VALIDATION_001', true), ...hints].join(' ') })
}

/** Of an event by its whole name, as deliveries have it, where the kinds of events belong. */
function typeHint({ event_types: types }: JsonObject): string | null {
  const event = Array.isArray(types) ? firstEvent(types) : undefined
  if (event === undefined) return null
  const { type, parent, suffix } = event
  return `For ${type} alone send "event_types": ["${parent}"] and "event_filters": {"${parent}": ["${suffix}"]}.`
}

/** The same where only the second half of the name belongs. */
function filterHint({ event_filters: filters }: JsonObject): string | null {
  const named = isJsonObject(filters) ? Object.values(filters).filter((names) => Array.isArray(names)) : []
  const event = firstEvent(named.flat())
  if (event === undefined) return null
  const { type, parent, suffix } = event
  return `For ${type} send "event_filters": {"${parent}": ["${suffix}"]}.`
}

/** Out of the fixed list, so that nothing which was sent is repeated. */
function firstEvent(names: readonly JsonValue[]): DescribedEvent | undefined {
  return DESCRIBED_EVENTS.find(({ type }) => names.includes(type))
}

/** A webhook as answered, members in the published order (contract 12.1). `secret` only where it was just made. */
export function shownWebhook(webhook: Webhook, secret: string | null): JsonObject {
  const { id, display_name, endpoint_url, is_active, ...rest } = webhook
  const { event_types, event_filters, retry_count, timeout_seconds, ...times } = rest
  return {
    id,
    display_name,
    endpoint_url,
    signing_secret: secret,
    is_active,
    event_types,
    event_filters,
    retry_count,
    timeout_seconds,
    last_delivery_attempt_at: times.last_delivery_attempt_at,
    last_successful_delivery_at: times.last_successful_delivery_at,
    consecutive_failures: times.consecutive_failures,
    created_at: times.created_at,
    updated_at: times.updated_at,
    disabled_at: times.disabled_at,
    profile_id: times.profile_id,
  } as unknown as JsonObject
}
