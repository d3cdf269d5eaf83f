import { Failure } from '../../contract/failure.ts'
import { addSpellings } from '../../contract/fields/patch.ts'
import { newId } from '../../contract/new-id.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { databaseTrouble, LockNotHad } from '../../db/database-error.ts'
import { lockOrganization } from '../../db/organization-lock.ts'
import { numberDigest } from '../../encryption/number-digest.ts'
import type { AppContext } from '../app-context.ts'
import { authenticate, authorize, checkPathIds, keyDigest, readFirst, secretDigest } from '../auth/authenticate.ts'
import type { Caller } from '../caller.ts'
import type { Call, Plan } from '../endpoint.ts'
import type { ChangeRow } from '../first-read.store.ts'
import { closeClaim, releaseClaim } from '../idempotency/claim.store.ts'
import { deleteExpiredKey, type StoredResponse, storeResponse } from '../idempotency/idempotency.store.ts'
import { checkSameRequest, replay, responsePlace } from '../idempotency/idempotency.ts'
import { waitForDuplicate } from '../idempotency/wait-for-duplicate.ts'
import type { RequestContext } from '../request-context.ts'
import { type HttpResponse, successBody } from '../response.ts'
import { checkIfMatch } from './if-match.ts'
import { callProviders, checkConfigured, configuredProviders, type ProviderCalls } from './provider-calls.ts'
import type { WriteRequest } from './write-request.ts'

/**
 * The life of a change after its request was read: stored response, decision, providers, one write. A turn that loses a race
 * has written nothing and starts again from a fresh read; after two lost turns the row is locked first (decision 8).
 */

const TURNS_BEFORE_LOCKING = 2
const TURNS_MAX = 8

/** A write under a lock that found what it was judged on changed all the same: it was no part of what is locked. */
class NothingWritten extends Error {}

interface Decided {
  caller: Caller
  plan: Plan
  call: Call<unknown>
  answer: HttpResponse
}

/** @throws Failure with any code that the endpoint declares or that every endpoint can answer. */
export async function change(
  context: AppContext,
  request: WriteRequest,
  first: { row: ChangeRow; caller: Caller },
  requestContext: RequestContext,
): Promise<HttpResponse> {
  requestContext.isSandbox = request.isSandbox
  if (request.isSandbox) requestContext.headers['x-sandbox'] = 'true'
  let { row, caller } = first
  for (let turn = 1; turn <= TURNS_MAX; turn += 1) {
    if (turn > 1) ({ row, caller } = await reauthenticate(context, context.db.reads, request))
    const answer = await settle(context, request, { row, caller }, requestContext)
    if (answer !== null) return answer
    if (row.i_id !== null && row.i_is_expired) continue
    const done = await unlessAnswered(context, request, () => attempt(context, request, row, { turn, requestContext }))
    if (done !== null) {
      if (request.requestHeaders.idempotencyKey !== undefined)
        requestContext.idempotency = turn === 1 ? 'new' : 'resumed'
      return done
    }
  }
  throw new Failure(request.requestHeaders.idempotencyKey === undefined ? 'INTERNAL_005' : 'CONFLICT_001')
}

/**
 * Null instead of a refusal that another request with the same key brought about: it deleted the profile, say, after this
 * one had looked for its answer. There is an answer to replay now, and it beats the refusal (decision 14).
 */
async function unlessAnswered(
  context: AppContext,
  request: WriteRequest,
  work: () => Promise<HttpResponse | null>,
): Promise<HttpResponse | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || request.requestHeaders.idempotencyKey === undefined) throw error
    const { row } = await reauthenticate(context, context.db.reads, request)
    if (row.i_state !== 'kept' || row.i_is_expired) throw error
    return null
  }
}

/** Authentication, state, scope and role once more: what was allowed before the wait may not be allowed now. */
async function reauthenticate(
  context: AppContext,
  db: Executor,
  request: WriteRequest,
): Promise<{ row: ChangeRow; caller: Caller }> {
  const { incoming, requestHeaders, credential, endpoint } = request
  const row = await readFirst(db, endpoint, credential, request)
  const caller = authenticate(context, incoming, row, credential, endpoint)
  if (row === null) throw new Failure('AUTH_002')
  authorize(endpoint, incoming, requestHeaders, row, caller)
  return { row, caller }
}

/** What the key's row says: an answer to replay, a wait, or (null) that this request runs now. */
async function settle(
  context: AppContext,
  request: WriteRequest,
  { row, caller }: { row: ChangeRow; caller: Caller },
  requestContext: RequestContext,
): Promise<HttpResponse | null> {
  const key = request.requestHeaders.idempotencyKey
  if (key === undefined || row.i_id === null) return null
  if (row.i_is_expired) {
    const owner = { customerId: caller.customerId, mode: caller.mode, key }
    await deleteExpiredKey(context.db, caller.organization.organization_id, owner)
    return null
  }
  if (row.i_state === 'kept') return replayed(context, request, { row, caller }, requestContext)
  checkSameRequest(row, request.identity)
  if (!row.i_is_leased) return null
  const isRunning = async () => {
    const now = await readFirst(context.db.reads, request.endpoint, request.credential, request)
    return now !== null && now.i_id !== null && now.i_state === 'claimed' && now.i_is_leased
  }
  requestContext.idempotency = 'conflict'
  const waiter = { organizationId: caller.organization.organization_id, key: `${caller.customerId} ${key}` }
  if (!(await waitForDuplicate(context, waiter, isRunning))) throw new Failure('CONFLICT_001')
  const again = await reauthenticate(context, context.db.reads, request)
  requestContext.idempotency = 'wait_replay'
  if (again.row.i_state === 'kept') return replayed(context, request, again, requestContext)
  Object.assign(row, again.row)
  return null
}

function replayed(
  context: AppContext,
  request: WriteRequest,
  at: { row: ChangeRow; caller: Caller },
  requestContext: RequestContext,
): HttpResponse {
  const answer = replay(at.row, at.caller, { ...request, isStrict: request.requestHeaders.isStrict })
  const isMismatch = answer.headers['idempotent-payload-mismatch'] !== undefined
  requestContext.idempotency = isMismatch ? 'mismatch' : (requestContext.idempotency ?? 'replay')
  if (!at.row.i_is_sandbox) delete requestContext.headers['x-sandbox']
  context.metrics.idempotency(requestContext.idempotency)
  return answer
}

async function attempt(
  context: AppContext,
  request: WriteRequest,
  row: ChangeRow,
  { turn, requestContext }: { turn: number; requestContext: RequestContext },
): Promise<HttpResponse | null> {
  const decided = await decide(context, context.db.reads, request, row)
  const steps = decided.plan.callProviders?.(context.ports) ?? []
  const isResumed = row.i_id !== null && row.i_state === 'claimed'
  if (request.isSandbox) {
    checkConfigured(steps)
    // Waiting would not help: a live request began under this key, and only it can finish.
    if (isResumed) throw new Failure('CONFLICT_002')
    return keepOnly(context, request, decided)
  }
  if (steps.length > 0 || isResumed) {
    const providerCalls = await callProviders(context, request, decided.caller, { row, steps })
    return providerCalls === null ? null : finishProviderCalls(context, request, providerCalls, requestContext)
  }
  if (decided.plan.write === null) return keepOnly(context, request, decided)
  if (turn > TURNS_BEFORE_LOCKING || request.endpoint.locksOrganization?.(decided.call) === true) {
    return unlessTaken(request, () => lockedChange(context, request, null))
  }
  const isWritten = await unlessTaken(request, () => writeOnce(context.db.writes, request, decided))
  return isWritten === true ? decided.answer : null
}

/**
 * Null instead of a unique violation, where the key was taken by another request, and instead of a serialization failure
 * or deadlock: nothing was written, so the change can be judged again (decisions 8 and 9). So can one whose transaction
 * found that something beside the locked rows has changed, such as the rights of a user. A connection that broke during
 * the write leaves the outcome open, and the client is told so; the key's row will tell which it was.
 */
async function unlessTaken<T>(request: WriteRequest, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    const trouble = databaseTrouble(error)
    if (error instanceof NothingWritten || trouble.kind === 'unique' || trouble.kind === 'serialization') return null
    throw openOutcome(request, error)
  }
}

/**
 * The failure of a write whose connection broke: it may have happened, and the key's row will tell. Without a key nobody
 * can ask, so the client is told not to repeat it blindly.
 */
function openOutcome(request: WriteRequest, error: unknown): unknown {
  const trouble = databaseTrouble(error)
  if (trouble.kind !== 'unreachable' || !trouble.isSent) return error
  const isKeyless = request.requestHeaders.idempotencyKey === undefined
  return new Failure('INTERNAL_004', { cause: error, ...(isKeyless ? { headers: { 'x-should-retry': 'false' } } : {}) })
}

async function writeOnce(db: Executor, request: WriteRequest, decided: Decided): Promise<boolean> {
  return (await decided.plan.write?.(db, {}, storedResponse(request, decided))) ?? true
}

async function keepOnly(context: AppContext, request: WriteRequest, decided: Decided): Promise<HttpResponse | null> {
  const kept = storedResponse(request, decided)
  if (kept === null) return decided.answer
  const isKept = await unlessTaken(request, async () => {
    await storeResponse(context.db.writes, decided.caller.organization.organization_id, kept)
    return true
  })
  return isKept === true ? decided.answer : null
}

/** Everything from the target to the answer, decided on one read; writes nothing. */
async function decide(context: AppContext, db: Executor, request: WriteRequest, row: ChangeRow): Promise<Decided> {
  const { endpoint, incoming, requestHeaders } = request
  const caller = authenticate(context, incoming, row, request.credential, endpoint)
  checkPathIds(endpoint, incoming)
  const target = endpoint.target === undefined ? null : endpoint.target.decode(row, caller)
  if (endpoint.target !== undefined && target === null) throw new Failure(endpoint.notFound ?? 'RESOURCE_014')
  const call: Call<unknown> = {
    ...request,
    caller,
    target,
    params: incoming.params,
    query: incoming.query,
    merge: requestHeaders.merge,
    isStrict: requestHeaders.isStrict,
    now: toWireTimestamp(row.now),
    requestId: incoming.requestId,
    newBrandId: newId(),
    digestOfKey: (text) => keyDigest(context.keys, text),
    digestOfInvitation: (text) => secretDigest(context.keys, 'invitation', text),
    digestOfNumber: (number) => numberDigest(context.keys, caller.organization.organization_id, number),
    providers: configuredProviders(context.ports),
    urlProblem: (url) => context.egress.problemOf(url),
    newId: row.i_id !== null && row.i_state === 'claimed' ? row.i_id : request.newId,
  }
  await checkIfMatch(db, endpoint, call, requestHeaders.ifMatch)
  const plan = planned(request, call, await endpoint.facts?.(db, call))
  // A version that a dry run would have made is made by somebody else later: its tag would let their change be overwritten.
  const etag = request.isSandbox && plan.etag !== null ? (endpoint.etagOf?.(target) ?? null) : plan.etag
  return { caller, plan, call, answer: answerOf(request, plan, etag) }
}

/** @throws Failure VALIDATION_001 with every problem of the request, and the spelling that was sent of a member that is missing. */
function planned(request: WriteRequest, call: Call<unknown>, facts: unknown): Plan {
  const { endpoint, reading, queryRefused } = request
  try {
    const plan = endpoint.decide(call, facts)
    if (Object.keys(queryRefused).length === 0) return plan
  } catch (error) {
    if (!(error instanceof Failure) || error.details === null || error.code !== 'VALIDATION_001') throw error
    const details = addSpellings({ ...queryRefused, ...error.details }, reading)
    const isAlone = Object.keys(queryRefused).length === 0
    throw new Failure('VALIDATION_001', { details, hint: error.hint, ...(isAlone ? { message: error.message } : {}) })
  }
  throw new Failure('VALIDATION_001', { details: queryRefused })
}

function answerOf(request: WriteRequest, plan: Plan, etag: string | null): HttpResponse {
  const headers: Record<string, string> = {}
  if (etag !== null) headers.etag = etag
  const status = plan.status ?? request.endpoint.status
  return { status, headers, body: status === 204 ? null : successBody(request.incoming.requestId, plan.data) }
}

function storedResponse(request: WriteRequest, { caller, answer }: Decided): StoredResponse | null {
  const key = request.requestHeaders.idempotencyKey
  if (key === undefined) return null
  const id = request.newId
  return {
    id,
    customerId: caller.customerId,
    mode: caller.mode,
    key,
    operation: request.identity.operation,
    target: request.identity.target,
    fingerprint: request.identity.fingerprint,
    requestId: request.incoming.requestId,
    isSandbox: request.isSandbox,
    status: answer.status,
    etag: answer.headers.etag ?? null,
    answer: answer.body === null ? null : caller.cipher.encrypt(answer.body, responsePlace(id)),
  }
}

/**
 * After a provider has done its part: the write. A refusal gives word to the job that what the provider holds must go;
 * after any other failure the claim is given free, so that the same request can finish without waiting for its lease.
 */
async function finishProviderCalls(
  context: AppContext,
  request: WriteRequest,
  providerCalls: ProviderCalls,
  requestContext: RequestContext,
): Promise<HttpResponse> {
  try {
    return await lockedChange(context, request, providerCalls)
  } catch (error) {
    const isRefused = error instanceof Failure
    if (isRefused && error.code === 'CONFLICT_001') requestContext.idempotency = 'fenced'
    const { organizationId } = request.credential
    const released = releaseClaim(context.db, organizationId, providerCalls.claim, isRefused ? 'undo' : 'retry')
    // What failed first is what the client is told; a claim that could not be released ends with its lease.
    await (isRefused ? released : released.catch(() => undefined))
    throw isRefused ? error : openOutcome(request, error)
  }
}

/** The transaction form of a change: locks, reads and judges again, writes, and closes the claim if there is one. */
function lockedChange(
  context: AppContext,
  request: WriteRequest,
  providerCalls: ProviderCalls | null,
): Promise<HttpResponse> {
  const { endpoint, credential } = request
  const { organizationId } = credential
  return context.db.transaction(organizationId, async (tx) => {
    if (endpoint.locksOrganization !== undefined)
      await locked(tx.run(organizationId, lockOrganization, [organizationId]))
    if (endpoint.target !== undefined)
      await locked(tx.run(organizationId, endpoint.target.lock, [organizationId, request.targetId]))
    const { row } = await reauthenticate(context, tx, request)
    const decided = await decide(context, tx, request, row)
    const kept = providerCalls === null ? storedResponse(request, decided) : null
    const isWritten = (await decided.plan.write?.(tx, providerCalls?.providerResults ?? {}, kept)) ?? true
    // Behind the lock there may be nothing left to do. The answer that says so is kept like any other.
    if (decided.plan.write === null && kept !== null) await storeResponse(tx, organizationId, kept)
    if (!isWritten) throw new NothingWritten('what the change was judged on is no longer so')
    if (providerCalls !== null && !(await closed(tx, request, decided, providerCalls)))
      throw new Failure('CONFLICT_001')
    return decided.answer
  })
}

/** @throws LockNotHad instead of the end of a statement that only waited for its lock. */
async function locked(locking: Promise<unknown>): Promise<void> {
  try {
    await locking
  } catch (error) {
    throw databaseTrouble(error).kind === 'statement_timeout' ? new LockNotHad(error) : error
  }
}

function closed(
  tx: Executor,
  request: WriteRequest,
  { caller, answer }: Decided,
  { claim }: ProviderCalls,
): Promise<boolean> {
  return closeClaim(tx, caller.organization.organization_id, claim, {
    status: answer.status,
    etag: answer.headers.etag ?? null,
    answer: answer.body === null ? null : caller.cipher.encrypt(answer.body, responsePlace(claim.id)),
    requestId: request.incoming.requestId,
    fingerprint: request.identity.fingerprint,
    isKeyless: request.requestHeaders.idempotencyKey === undefined,
  })
}
