import { type Details, Failure } from '../contract/failure.ts'
import { newId } from '../contract/new-id.ts'
import { NOTHING_READ, unknownNames } from '../contract/patch.ts'
import { toWireTimestamp } from '../contract/timestamp.ts'
import { toUnknownFieldsHeader, type UnknownName } from '../contract/unknown-fields.ts'
import { databaseTrouble } from '../db/database-error.ts'
import { SealBroken } from '../seal/envelope.ts'
import type { AdmissionRow, ChangeRow } from './admission.store.ts'
import {
  authenticate,
  authorize,
  checkPathIds,
  keyDigest,
  readAdmission,
  readCredential,
  secretDigest,
} from './admission.ts'
import { type Answer, failureAnswer, successBody, unexpectedSentence } from './answer.ts'
import { type Arrival, readWishes } from './arrival.ts'
import type { Caller } from './caller.ts'
import { change } from './change.ts'
import type { Endpoint, FailPhrase, ReadEndpoint } from './endpoint.ts'
import { configuredProviders } from './forward.ts'
import { pathIdHint } from './hints.ts'
import type { House } from './house.ts'
import { readChange } from './request.ts'
import { strayParameters, strayProblems } from './stray-parameters.ts'
import type { Trail } from './trail.ts'

/** The whole life of a request, in the order of decision 14. Nothing else runs. */
export async function serve(house: House, endpoint: Endpoint, arrival: Arrival, trail: Trail): Promise<Answer> {
  try {
    const wishes = readWishes(endpoint, arrival)
    const credential = await readCredential(house, arrival, wishes)
    const row = await readAdmission(house.db.reads, endpoint, credential, { arrival, wishes })
    const caller = authenticate(house, arrival, row, credential, endpoint)
    leaveTrail(trail, caller, row)
    const stray = strayParameters(endpoint, arrival.query)
    nameUnknown(trail, stray)
    const turn = await house.rates.enter(caller, endpoint.rateClass, trail.headers)
    try {
      if (row === null) throw new Failure('AUTH_002')
      authorize(endpoint, arrival, wishes, row, caller)
      if (caller.isScopedByHeader && caller.actingProfileId !== null)
        trail.headers['x-profile-id'] = caller.actingProfileId
      if (endpoint.kind === 'read')
        return await read(house, endpoint, {
          arrival,
          row,
          caller,
          refused: wishes.isStrict ? strayProblems(stray) : {},
        })
      const request = readChange(house, endpoint, {
        arrival,
        stray,
        wishes,
        credential,
        newId: newId(),
        userId: caller.userId,
      })
      nameUnknown(trail, [...stray, ...unknownNames(request.reading)])
      // It was read for a change, with the row of its key.
      return await change(house, request, { row: row as ChangeRow, caller }, trail)
    } finally {
      turn.leave()
    }
  } catch (error) {
    return failed(house, endpoint, arrival, error)
  }
}

function leaveTrail(trail: Trail, caller: Caller, row: AdmissionRow | null): void {
  trail.organizationId = caller.organization.organization_id
  trail.keyId = caller.keyId
  trail.profileId = row?.s_id ?? null
}

/** Whatever the answer is, also a refusal: what of the request the operation does not know. */
export function nameUnknown(trail: Trail, unknown: readonly UnknownName[]): void {
  const header = toUnknownFieldsHeader(unknown)
  if (header !== null) trail.headers['x-unknown-fields'] = header
}

async function read(
  house: House,
  reading: ReadEndpoint,
  { arrival, row, caller, refused }: { arrival: Arrival; row: AdmissionRow; caller: Caller; refused: Details },
): Promise<Answer> {
  checkPathIds(reading, arrival)
  const target = reading.target === undefined ? null : reading.target.decode(row, caller)
  if (reading.target !== undefined && target === null) throw new Failure(reading.notFound ?? 'RESOURCE_014')
  if (Object.keys(refused).length > 0) throw new Failure('VALIDATION_001', { details: refused })
  const { data, etag, headers } = await reading.read(house.db.lists, {
    caller,
    target,
    params: arrival.params,
    query: arrival.query,
    body: {},
    reading: NOTHING_READ,
    merge: false,
    card: null,
    earlyProblems: {},
    isStrict: false,
    now: toWireTimestamp(row.now),
    requestId: arrival.requestId,
    newId: '',
    newBrandId: '',
    digestOfKey: (text) => keyDigest(house.keys, text),
    digestOfInvitation: (text) => secretDigest(house.keys, 'invitation', text),
    providers: configuredProviders(house.ports),
    urlProblem: (url) => house.egress.problemOf(url),
  })
  return {
    status: reading.status,
    headers: { ...headers, ...(etag === undefined ? {} : { etag }) },
    body: successBody(arrival.requestId, data),
  }
}

/** Turns whatever was thrown into an answer of the catalogue. What is not a Failure is logged with its cause. */
export function failed(
  house: House,
  endpoint: { operation: string; failPhrase: FailPhrase },
  arrival: Arrival,
  error: unknown,
): Answer {
  const failure = error instanceof Failure ? error : unexpected(house, arrival, error)
  if (error instanceof SealBroken) house.metrics.decryptFailed()
  if (failure === error && failure.status >= 500 && failure.cause === undefined) {
    // A provider that is down is expected to be some day: a line without a stack.
    house.log.warn('request_refused', {
      request_id: arrival.requestId,
      operation: endpoint.operation,
      code: failure.code,
    })
  } else if (failure.status >= 500) {
    house.log.error(
      'request_failed',
      { request_id: arrival.requestId, operation: endpoint.operation, code: failure.code },
      failure.cause ?? error,
    )
  }
  const message =
    failure.code === 'INTERNAL_001' ? unexpectedSentence(endpoint.failPhrase, arrival.requestId) : failure.message
  const hint = failure.status === 404 ? pathIdHint(arrival.params) : undefined
  return failureAnswer(arrival.requestId, failure, { message, hint, docsOrigin: house.docsOrigin() })
}

/** What trouble below the request means to the client (reliability section 9). */
function unexpected(house: House, arrival: Arrival, error: unknown): Failure {
  const hasKey = arrival.headers['idempotency-key'] !== undefined
  switch (databaseTrouble(error).kind) {
    case 'unreachable':
      return new Failure(hasKey ? 'SERVICE_001' : 'INTERNAL_005', { cause: error })
    case 'lock_timeout':
      return new Failure(hasKey ? 'CONFLICT_001' : 'INTERNAL_005', { cause: error })
    case 'statement_timeout':
      return new Failure('INTERNAL_004', { cause: error })
    case 'crowded':
      house.metrics.loadShed('lists')
      return new Failure('BUSINESS_002', { headers: { 'retry-after': '1' } })
    case 'full':
    case 'serialization':
      return new Failure('INTERNAL_005', { cause: error })
    default:
      return new Failure('INTERNAL_001', { cause: error })
  }
}
