import { STATUS_CODES } from 'node:http'
import { CATALOGUE, defaultHint, docUrl, type ErrorCode } from '../../contract/errors.ts'
import type { JsonObject, JsonValue } from '../../contract/fields/json-value.ts'
import { PERMISSIONS } from '../../contract/permissions.ts'
import type { Endpoint } from '../endpoint.ts'
import type { OpenEndpoint } from '../public-endpoint.ts'
import { unexpectedSentence } from '../response.ts'
import { failureHeaders } from './headers.ts'

/** What an endpoint can refuse: its own codes, and those of framing, key, account, rate and transport. */

const REQUEST_ID = 'req_7X9zKp2jDw'
const ORIGIN = 'https://letterhead.example.com'
const AT = '2026-03-25T10:43:34.5891264+00:00'

/** Framing and transport, key, rate, x-profile-id, parameters in strict mode: on every route. */
const ALWAYS: readonly ErrorCode[] = [
  'VALIDATION_001',
  'REQUEST_400',
  'VALIDATION_003',
  'AUTH_001',
  'AUTH_002',
  'AUTH_004',
  'RESOURCE_014',
  'REQUEST_406',
  'REQUEST_408',
  'REQUEST_414',
  'REQUEST_415',
  'REQUEST_417',
  'BUSINESS_002',
  'REQUEST_431',
  'INTERNAL_001',
  'INTERNAL_005',
  'INTERNAL_004',
]
/** Of them, what is asked of nobody who brings a secret of its own instead of an API key. */
const BY_KEY: ReadonlySet<ErrorCode> = new Set(['VALIDATION_003', 'AUTH_001', 'AUTH_002', 'AUTH_004', 'RESOURCE_014'])
/** The states of an account; `GET /v3/me` works in every one (contract 10). */
const STATES: readonly ErrorCode[] = ['AUTH_005', 'AUTH_006', 'AUTH_007', 'BUSINESS_014']
const ON_WRITE: readonly ErrorCode[] = [
  'VALIDATION_007',
  'CONFLICT_001',
  'CONFLICT_002',
  'STRICT_002',
  'REQUEST_413',
  'STRICT_001',
  'SERVICE_001',
]

/** Of an operation with a body that writes nothing, so that no key can be taken. */
const ON_QUESTION: readonly ErrorCode[] = ['REQUEST_413']

const DETAILS: Partial<Record<ErrorCode, JsonObject>> = {
  PRECONDITION_001: { short_name: [`changed by request ${REQUEST_ID}`] },
  PROVIDER_001: { payment_details: ['The payments provider is not configured on this server'] },
}

/** Every code that the endpoint can answer, in the order of the catalogue. */
export function codesOf(endpoint: Endpoint): ErrorCode[] {
  const codes = new Set<ErrorCode>([...ALWAYS, ...endpoint.errors])
  if (endpoint.operation !== 'getMe') for (const code of STATES) codes.add(code)
  if (endpoint.kind === 'write')
    for (const code of endpoint.writesNothing === true ? ON_QUESTION : ON_WRITE) codes.add(code)
  return (Object.keys(CATALOGUE) as ErrorCode[]).filter((code) => codes.has(code))
}

/** As `codesOf`, of an operation that asks for no API key. */
export function openCodesOf({ kind, notFound }: OpenEndpoint): ErrorCode[] {
  const codes = new Set<ErrorCode>([...ALWAYS.filter((code) => !BY_KEY.has(code)), notFound])
  if (kind === 'write') codes.add('REQUEST_413')
  return (Object.keys(CATALOGUE) as ErrorCode[]).filter((code) => codes.has(code))
}

/** What of an operation its refusals depend on. */
export interface Refusing {
  failPhrase: Endpoint['failPhrase']
  /** The refusal of the role speaks of admin access. */
  isChange: boolean
  hasRates: boolean
}

export function refusingOf({ failPhrase, operation }: Endpoint): Refusing {
  return { failPhrase, isChange: PERMISSIONS[operation].changes, hasRates: true }
}

/** The answers of an operation's refusals by status. */
export function failureResponses(
  codes: readonly ErrorCode[],
  refusing: Refusing,
  problems: JsonObject | null,
): [status: number, response: JsonObject][] {
  const statuses = [...new Set(codes.map((code) => CATALOGUE[code].status))].sort((a, b) => a - b)
  return statuses.map((status) => [
    status,
    responseOf(
      status,
      codes.filter((code) => CATALOGUE[code].status === status),
      refusing,
      problems,
    ),
  ])
}

function responseOf(
  status: number,
  codes: readonly ErrorCode[],
  refusing: Refusing,
  problems: JsonObject | null,
): JsonObject {
  const retries = {
    isLater: codes.some((code) => CATALOGUE[code].retry === 'later'),
    isNever: codes.some((code) => CATALOGUE[code].retry === 'never'),
  }
  const lines = codes.map((code) => `- \`${code}\` ${CATALOGUE[code].says}`)
  return {
    description: `${STATUS_CODES[status]}.\n\n${lines.join('\n')}`,
    headers: failureHeaders(status, { ...retries, hasRates: refusing.hasRates }),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Failure' },
        examples: Object.fromEntries(codes.map((code) => [code, exampleFor(code, refusing, problems)])),
      },
    },
  }
}

/** A name for the response of a status, as `NotFound`. */
export function statusName(status: number): string {
  return (STATUS_CODES[status] ?? `Status${status}`).replace(/[^A-Za-z]/g, '')
}

function exampleFor(code: ErrorCode, { failPhrase, isChange }: Refusing, problems: JsonObject | null): JsonObject {
  if (code === 'INTERNAL_001') {
    return failureExample(code, { message: unexpectedSentence(failPhrase, REQUEST_ID) })
  }
  if (code === 'AUTH_004' && isChange) {
    return failureExample(code, { message: 'You do not have admin access to this organization or profile' })
  }
  if (code === 'VALIDATION_001' && problems !== null) return failureExample(code, { details: problems })
  return { $ref: `#/components/examples/${code}` }
}

/** An answer with this code, word for word. */
export function failureExample(code: ErrorCode, says: { message?: string; details?: JsonObject } = {}): JsonObject {
  const { says: sentence, fix } = CATALOGUE[code]
  const details: JsonValue = says.details ?? DETAILS[code] ?? null
  return {
    summary: fix,
    value: {
      success: false,
      data: null,
      error: {
        code,
        message: says.message ?? sentence,
        details,
        doc_url: docUrl(code, ORIGIN),
        hint: defaultHint(code, details !== null),
      },
      meta: { request_id: REQUEST_ID, timestamp: AT, version: 'v3' },
    },
  }
}
