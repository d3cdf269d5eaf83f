import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { EMPTY_BODY, type ParsedBody, readBody } from '../../contract/fields/patch.ts'
import type { UnknownName } from '../../contract/fields/unknown-fields.ts'
import type { AppContext } from '../app-context.ts'
import { type Credential, checkKeyGrammar, uuidOrNull } from '../auth/authenticate.ts'
import { type CardInput, takeCard } from '../card-input.ts'
import type { WriteEndpoint } from '../endpoint.ts'
import { fingerprint, type Identity } from '../idempotency/idempotency.ts'
import type { IncomingRequest, RequestHeaders } from '../incoming-request.ts'
import { JsonProblem, readJson } from './json.ts'
import { queryProblems } from './stray-parameters.ts'

/** A change that was asked for: headers and body read, nothing judged against stored data yet. */
export interface WriteRequest {
  endpoint: WriteEndpoint<unknown, unknown>
  incoming: IncomingRequest
  requestHeaders: RequestHeaders
  credential: Credential
  body: JsonObject
  reading: ParsedBody
  card: CardInput | null
  earlyProblems: Details
  /** Of them, those of the query, which no operation judges by itself. */
  queryRefused: Details
  isSandbox: boolean
  identity: Identity
  /** The id of the row that the path names, '' where it names none. */
  targetId: string
  newId: string
}

/** A dry run must never turn live by a typo (decision 17). */
export function sandboxTypos(body: JsonObject): Details {
  const typos = Object.keys(body).filter(
    (name) => name === 'test_mode' || (name !== 'sandbox' && name.toLowerCase() === 'sandbox'),
  )
  return typos.length === 0 ? {} : { sandbox: [`Use sandbox instead of ${typos.join(', ')}`] }
}

/** An operation without the member has no dry run but that of a test key: deleting a webhook (contract 5). */
function knowsSandbox({ document }: WriteEndpoint<unknown, unknown>): boolean {
  const { properties = {} } = (document.body ?? {}) as { properties?: object }
  return 'sandbox' in properties
}

/** What a body, without its card, says about the members that the operation knows. */
export function readMembers(
  { document }: WriteEndpoint<unknown, unknown>,
  body: JsonObject,
  merge: boolean,
): ParsedBody {
  // Where there is no body to know a member of, what was sent all the same is named.
  if (document.body === undefined) return { ...EMPTY_BODY, unknown: Object.keys(body) }
  return readBody(document.body, body, merge)
}

/**
 * What the request asks for. A member that the operation does not know may hold anything, a card too, and leaves no trace. One
 * that cannot be cleared is among those to clear: whoever asks for that asks for something else.
 */
function asked({ document }: WriteEndpoint<unknown, unknown>, { values, clears, problems }: ParsedBody): JsonObject {
  if (document.body === undefined) return {}
  return { members: values, clears: [...clears, ...Object.keys(problems)].sort() }
}

/** The body as an object, `{}` where there is none. @throws Failure REQUEST_400. */
export function parseBody(bytes: Buffer | null): JsonObject {
  try {
    return readJson(bytes).value ?? {}
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    const { saysWhere: message, hint } = error
    throw new Failure('REQUEST_400', { message, ...(hint === null ? {} : { hint }) })
  }
}

/**
 * Reads key grammar and body, in this order (decision 14). The card leaves the body before anything else looks at it.
 *
 * @throws Failure VALIDATION_007, REQUEST_400.
 */
export function readWriteRequest(
  context: AppContext,
  endpoint: WriteEndpoint<unknown, unknown>,
  {
    userId,
    stray,
    ...read
  }: {
    incoming: IncomingRequest
    requestHeaders: RequestHeaders
    credential: Credential
    newId: string
    userId: string
    stray: readonly UnknownName[]
  },
): WriteRequest {
  checkKeyGrammar(read.requestHeaders.idempotencyKey)
  const body = parseBody(read.incoming.body)
  const hasCard = body.payment_details !== undefined && body.payment_details !== null
  const taken = takeCard(body)
  const card = endpoint.takesCard === true ? taken : null
  // Where no card belongs the member stays unknown, without what it held.
  if (hasCard && card === null) body.payment_details = true
  const reading = readMembers(endpoint, body, read.requestHeaders.merge)
  const { isStrict } = read.requestHeaders
  const queryRefused = queryProblems(endpoint, read.incoming.query, { stray, isStrict })
  const target = [...Object.values(read.incoming.params), ...(endpoint.bindsReplayToUser === true ? [userId] : [])]
  return {
    ...read,
    targetId: endpoint.targetParam === undefined ? '' : (uuidOrNull(read.incoming.params[endpoint.targetParam]) ?? ''),
    endpoint,
    body,
    reading,
    card,
    earlyProblems: { ...queryRefused, ...sandboxTypos(body), ...card?.problems },
    queryRefused,
    isSandbox: (body.sandbox === true && knowsSandbox(endpoint)) || read.credential.mode === 'test',
    identity: {
      operation: endpoint.operation,
      target: target.join('/').toLowerCase(),
      fingerprint:
        read.requestHeaders.idempotencyKey === undefined
          ? ''
          : fingerprint(context.keys, asked(endpoint, reading), { merge: read.requestHeaders.merge, hasCard }),
    },
  }
}
