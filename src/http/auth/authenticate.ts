import { looksLikeCard } from '../../contract/cards/card-text.ts'
import { Failure } from '../../contract/failure.ts'
import { isAllowed, PERMISSIONS } from '../../contract/permissions.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import { parseKeyText } from '../../contract/tokens/key-text.ts'
import type { Executor } from '../../db/database.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import type { AppContext } from '../app-context.ts'
import type { Caller } from '../caller.ts'
import type { Endpoint } from '../endpoint.ts'
import { type FirstReadRow, type FirstRow, findImportedKey, firstReadOf, touchKey } from '../first-read.store.ts'
import type { IncomingRequest, RequestHeaders } from '../incoming-request.ts'
import { keyTextHint, misplacedKeyHint, pathIdHint } from '../transport/hints.ts'
import { lockedOut } from './lockout.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const KEY_GRAMMAR = /^[a-zA-Z0-9_-]{1,255}$/

/** Which key is asking, before the database has been asked: its organization, its digest, its mode. */
export interface Credential {
  organizationId: string
  digest: string
  mode: 'live' | 'test'
}

/** The keyed hash under which a secret is stored: what lies in the database opens nothing. */
export function secretDigest(keys: KeyRing, purpose: 'api-key' | 'invitation', text: string): string {
  return keys.digest(purpose, text).toString('base64url')
}

/** The keyed hash under which an API key is stored. */
export function keyDigest(keys: KeyRing, text: string): string {
  return secretDigest(keys, 'api-key', text)
}

/** What the header says of a UUID: lower-cased, or null where it is not one. */
export function uuidOrNull(text: string | undefined): string | null {
  return text !== undefined && UUID.test(text) ? text.toLowerCase() : null
}

/**
 * Reads the key's text. A wrong checksum costs no query (KEY-2); an imported key costs one look into the directory.
 *
 * @throws Failure AUTH_001 without a key, AUTH_002 for one that cannot be right, BUSINESS_002 while the address is locked out.
 */
export async function readCredential(
  context: AppContext,
  incoming: IncomingRequest,
  requestHeaders: RequestHeaders,
): Promise<Credential> {
  if (requestHeaders.apiKey === undefined || requestHeaders.apiKey === '') {
    context.metrics.authFailed('missing')
    throw new Failure('AUTH_001', { hint: misplacedKeyHint(incoming.headers, incoming.query) })
  }
  // Asked again it might open something by now, but its body was not read.
  if (incoming.isKeyRefused) throw refusedKey(context, incoming, 'unknown')
  const found = await credentialOf(context, requestHeaders.apiKey)
  if (found === 'malformed') throw refusedKey(context, incoming, found, keyTextHint(requestHeaders.apiKey))
  if (found === 'unknown') throw refusedKey(context, incoming, found)
  return found
}

async function credentialOf(context: AppContext, apiKey: string): Promise<Credential | 'malformed' | 'unknown'> {
  const text = parseKeyText(apiKey)
  if (text === null) return 'malformed'
  const digest = keyDigest(context.keys, text.form === 'uuid' ? text.uuid : apiKey)
  if (text.form === 'typed') return { organizationId: text.organizationId, digest, mode: text.mode }
  const [entry] = await context.db.runUnscoped(findImportedKey, [digest])
  return entry === undefined ? 'unknown' : { organizationId: entry.organization_id, digest, mode: 'live' }
}

const NO_REQUEST_HEADERS: RequestHeaders = {
  apiKey: undefined,
  profileId: undefined,
  idempotencyKey: undefined,
  ifMatch: undefined,
  isStrict: false,
  merge: false,
}

/** Whether a key opens anything now. Nothing is counted, and nothing else of its request is looked at. */
export async function isLiveKey(
  context: AppContext,
  endpoint: Endpoint,
  apiKey: string,
  incoming: IncomingRequest,
): Promise<boolean> {
  const found = await credentialOf(context, apiKey)
  if (typeof found === 'string') return false
  const asked = { incoming: { ...incoming, params: {} }, requestHeaders: NO_REQUEST_HEADERS }
  return opensSomething(await readFirst(context.db.reads, endpoint, found, asked))
}

/** A key of a deleted profile is dead; x-profile-id of a deleted one is judged later and answers 404. */
function opensSomething(row: FirstReadRow | null): row is FirstReadRow & { k_id: string; u_id: string } {
  return row !== null && row.k_id !== null && row.u_id !== null && (row.k_profile_id === null || row.s_id !== null)
}

/** Counts a failure against its address. Only failures are delayed: a valid key always passes (decision 25). */
function refusedKey(
  context: AppContext,
  incoming: IncomingRequest,
  reason: 'malformed' | 'unknown',
  hint?: string,
): Failure {
  context.metrics.authFailed(reason)
  const waitSeconds = context.lockout.failed(incoming.remoteAddress)
  if (waitSeconds === 0) return new Failure('AUTH_002', { hint })
  return lockedOut('Too many requests with an invalid API key', waitSeconds)
}

/** The first read of the request, on the pool or inside a transaction. Null when the key opens nothing. */
export async function readFirst<E extends Endpoint>(
  db: Executor,
  endpoint: E,
  credential: Credential,
  { incoming, requestHeaders }: { incoming: IncomingRequest; requestHeaders: RequestHeaders },
): Promise<FirstRow<E> | null> {
  const { organizationId, digest, mode } = credential
  const targetId = endpoint.targetParam === undefined ? null : uuidOrNull(incoming.params[endpoint.targetParam])
  // A key that will be refused is not shown to the database: it may be a card number.
  const { idempotencyKey: asked } = requestHeaders
  const key = asked !== undefined && KEY_GRAMMAR.test(asked) && !looksLikeCard(asked) ? asked : null
  const [row] = await db.run(organizationId, firstReadOf(endpoint), [
    organizationId,
    digest,
    uuidOrNull(requestHeaders.profileId),
    key,
    mode,
    targetId,
  ])
  return row ?? null
}

/**
 * Turns the first read into a caller: authentication and account state, in the order of decision 14.
 *
 * @throws Failure AUTH_002, AUTH_005 to AUTH_007, BUSINESS_014.
 */
export function authenticate(
  context: AppContext,
  incoming: IncomingRequest,
  row: FirstReadRow | null,
  credential: Credential,
  endpoint: Endpoint,
): Caller {
  if (!opensSomething(row)) throw refusedKey(context, incoming, 'unknown')
  if (row.k_is_unused)
    void context.db.run(credential.organizationId, touchKey, [credential.organizationId, row.k_id]).catch(() => {})
  if (endpoint.operation !== 'getMe') checkAccountState(row.o_state)
  return {
    keyId: row.k_id,
    userId: row.u_id,
    userEmail: row.u_email,
    role: row.u_role,
    mode: row.k_mode,
    organization: {
      organization_id: credential.organizationId,
      kind: row.o_kind,
      name: row.o_name,
      email: row.o_email,
      icon: row.o_icon,
      description: row.o_description,
      state: row.o_state,
      waba_id: row.o_waba_id,
      waba_name: row.o_waba_name,
      created_at: toWireTimestamp(row.o_created_at),
    },
    cipher: context.keys.open(row.o_data_key, credential.organizationId),
    actingProfileId: row.s_id,
    isScopedByHeader: row.k_profile_id === null && row.s_id !== null,
    hasWebhooks: row.o_has_webhooks === true,
    customerId: row.s_id ?? credential.organizationId,
  }
}

/** Contract 6.3 and 2.1: which states may not use the API, and what they are told. */
function checkAccountState(state: string): void {
  if (state === 'ACTIVE') return
  if (state === 'SUSPENDED') throw new Failure('BUSINESS_014')
  if (state === 'ACTIVATION_PENDING') throw new Failure('AUTH_005')
  if (state === 'KYC_COMPLETED' || state === 'MESSAGE_COMPLIANCE_COMPLETED') throw new Failure('AUTH_007')
  throw new Failure('AUTH_006')
}

/**
 * x-profile-id, then the role: who the request acts as, and whether it may (contract 1.4 and 6.2).
 *
 * @throws Failure VALIDATION_003, AUTH_004, RESOURCE_014.
 */
export function authorize(
  endpoint: Endpoint,
  incoming: IncomingRequest,
  requestHeaders: RequestHeaders,
  row: FirstReadRow,
  caller: Caller,
): void {
  const { changes, roles } = PERMISSIONS[endpoint.operation]
  const denied = (hint: string) =>
    new Failure('AUTH_004', {
      ...(changes ? { message: 'You do not have admin access to this organization or profile' } : {}),
      hint,
    })
  if (requestHeaders.profileId !== undefined) {
    if (uuidOrNull(requestHeaders.profileId) === null) throw new Failure('VALIDATION_003')
    if (row.k_profile_id !== null || row.o_kind === 'user')
      throw new Failure('AUTH_004', {
        hint: 'This key acts as one account already: leave the x-profile-id header out.',
      })
    if (row.s_id === null)
      throw new Failure('RESOURCE_014', { hint: "x-profile-id must name a live profile of the key's organization." })
  }
  if (row.u_status !== 'active') throw denied('The user of this key is not active: an admin has to change that.')
  if (!isAllowed(endpoint.operation, caller.role))
    throw denied(
      `Use a key whose user has one of the roles ${roles.join(', ')}; the user of this one is ${caller.role}.`,
    )
  if (endpoint.organizationOnly === true && (caller.actingProfileId !== null || caller.organization.kind === 'user'))
    throw denied('Use a key of an organization, and leave the x-profile-id header out.')
  if (endpoint.notAsProfile === true && caller.actingProfileId !== null)
    throw denied('This is for the organization: use its key, and leave the x-profile-id header out.')
  const named = incoming.params.profileId
  if (caller.actingProfileId === null || named === undefined) return
  const id = uuidOrNull(named)
  const isToldApart = id === null && endpoint.malformedId !== undefined
  if (id !== caller.actingProfileId && !isToldApart) throw new Failure('RESOURCE_014')
}

/** @throws Failure VALIDATION_001, or the code that the endpoint names, for an id in the path that is no UUID, where the endpoint tells it apart from an unknown one. */
export function checkPathIds(endpoint: Endpoint, { params }: IncomingRequest): void {
  if (endpoint.malformedId === undefined) return
  if (Object.values(params).every((id) => uuidOrNull(id) !== null)) return
  const { malformedId: says } = endpoint
  const hint = pathIdHint(params)
  throw typeof says === 'string'
    ? new Failure('VALIDATION_001', { message: says, hint })
    : new Failure(says.code, { hint })
}

/** @throws Failure VALIDATION_007 (contract 3; a key that looks like a card number is refused by decision 18). */
export function checkKeyGrammar(key: string | undefined): void {
  if (key === undefined) return
  if (!KEY_GRAMMAR.test(key)) throw new Failure('VALIDATION_007')
  if (looksLikeCard(key)) {
    throw new Failure('VALIDATION_007', { message: 'Invalid Idempotency-Key format: it looks like a card number' })
  }
}
