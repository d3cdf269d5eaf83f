import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Endpoint } from '../endpoint.ts'

/** The headers of requests and answers (contract 1.9, 3, 4; decisions 16, 17, 22, 24, 26), each declared once. */

const REQUEST_ID = 'req_7X9zKp2jDw'
const TAG = '"770e8400-e29b-41d4-a716-446655440002.7"'

const text = (description: string, example: string, rules: JsonObject = {}): JsonObject => ({
  description,
  schema: { type: 'string', ...rules, examples: [example] },
})
const count = (description: string, example: number): JsonObject => ({
  description,
  schema: { type: 'integer', minimum: 0, examples: [example] },
})
const mark = (description: string): JsonObject => text(description, 'true', { const: 'true' })

/** HttpResponse headers by their component names, which are the names on the wire. */
export const HEADERS = {
  'X-Request-Id': text('Id of this request, also in the log of the server.', REQUEST_ID),
  'X-Response-Time': text('Time that the server took.', '12ms'),
  'X-API-Version': text('Version of the API.', 'v3'),
  'X-RateLimit-Limit': count('Requests that a minute allows.', 200),
  'X-RateLimit-Remaining': count('Requests that are left of them; may lag behind by some.', 150),
  'X-RateLimit-Reset': count('When the minute ends, in seconds since 1970.', 1705312800),
  'X-Profile-Id': text('The profile that x-profile-id named.', '770e8400-e29b-41d4-a716-446655440002', {
    format: 'uuid',
  }),
  'X-Sandbox': mark('The request was a dry run: nothing was changed.'),
  'X-Unknown-Fields': text(
    'Members of the body, and behind a question mark parameters of the query, that were ignored, percent-encoded; where another spelling was probably meant, with it.',
    'colour, brand.legal_name;did-you-mean=brand.business.legalName, ?stauts;did-you-mean=status',
  ),
  'Idempotent-Replayed': mark('This is the kept answer of an earlier request with the same Idempotency-Key.'),
  'X-Original-Request-Id': text('Of a replay: the request that was executed.', REQUEST_ID),
  'Idempotent-Payload-Mismatch': mark('Of a replay: the body differs from that of the executed request.'),
  ETag: text('Names the editable state of the profile or template, for If-Match.', TAG),
  Link: text('Leads to the profiles that follow.', '</v3/profiles?cursor=MjAyNi0wMy0yNVQxMDo0Mw>; rel="next"'),
  'Retry-After': count('Seconds to wait before the request is sent again.', 1),
  'X-Should-Retry': text('false where the same request cannot succeed.', 'false', { const: 'false' }),
} as const satisfies Record<string, JsonObject>
export type HeaderName = keyof typeof HEADERS

const EVERY: readonly HeaderName[] = ['X-Request-Id', 'X-Response-Time', 'X-API-Version']
/** Said of whatever was asked, once the key is known. */
const UNKNOWN: readonly HeaderName[] = ['X-Unknown-Fields']
const RATES: readonly HeaderName[] = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']
const REPLAYS: readonly HeaderName[] = ['Idempotent-Replayed', 'X-Original-Request-Id', 'Idempotent-Payload-Mismatch']
/** Refusals before the key was known: no limit counts yet. */
const BEFORE_RATES = new Set([401, 406, 408, 413, 414, 415, 417, 431])

const linksOn = (endpoint: Endpoint) => endpoint.operation === 'listProfiles'

function refer(names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

export function successHeaders(endpoint: Endpoint, hasEtag: boolean): JsonObject {
  const ofWrite: readonly HeaderName[] =
    endpoint.kind === 'write'
      ? ['X-Sandbox', ...(endpoint.writesNothing === true ? [] : REPLAYS)]
      : linksOn(endpoint)
        ? ['Link']
        : []
  return refer([...EVERY, ...UNKNOWN, ...RATES, 'X-Profile-Id', ...(hasEtag ? (['ETag'] as const) : []), ...ofWrite])
}

/** Of an operation without an API key, which has no limit of requests. */
export function openSuccessHeaders(kind: 'read' | 'write'): JsonObject {
  return refer([...EVERY, ...UNKNOWN, ...(kind === 'write' ? (['X-Sandbox'] as const) : [])])
}

export function failureHeaders(
  status: number,
  retries: { isLater: boolean; isNever: boolean; hasRates: boolean },
): JsonObject {
  const names: HeaderName[] = [...EVERY, ...(BEFORE_RATES.has(status) ? [] : UNKNOWN)]
  if (!BEFORE_RATES.has(status) && retries.hasRates) names.push(...RATES)
  if (retries.isLater && [409, 429, 502, 503].includes(status)) names.push('Retry-After')
  // Of the two kinds of 429 the one for wrong keys is not to be tried again.
  if (status === 429 || (retries.isNever && (status === 409 || status >= 500))) names.push('X-Should-Retry')
  return refer(names)
}

/** Request headers by their component names. */
export const PARAMETERS = {
  ProfileScope: {
    name: 'x-profile-id',
    in: 'header',
    description: 'Acts as this profile. Only a key of the organization that the profile belongs to may send it.',
    schema: { type: 'string', format: 'uuid', examples: ['770e8400-e29b-41d4-a716-446655440002'] },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Executes the request at most once: for 24 hours the same key answers what the first request answered. A refusal is not kept.',
    schema: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,255}$', examples: ['req_abc123_retry1'] },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'Goes on only when the profile still has one of these tags; * for any state.',
    schema: { type: 'string', examples: [TAG] },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description:
      'handling=strict refuses what is otherwise tolerated: members and parameters that are not known, another body under a used Idempotency-Key, a sandbox answer to a live request.',
    schema: { type: 'string', examples: ['handling=strict'] },
  },
} as const satisfies Record<string, JsonObject>

export function headerParameters(endpoint: Endpoint): JsonObject[] {
  const names: (keyof typeof PARAMETERS)[] = ['ProfileScope']
  if (endpoint.kind === 'write') {
    if (endpoint.writesNothing !== true) names.push('IdempotencyKey')
    if (endpoint.etagOf !== undefined) names.push('IfMatch')
  }
  names.push('Prefer')
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }))
}
