import { type Details, Failure } from '../../contract/failure.ts'
import { EMPTY_BODY, unknownNames } from '../../contract/fields/patch.ts'
import { newId } from '../../contract/new-id.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import { numberDigest } from '../../encryption/number-digest.ts'
import type { AppContext } from '../app-context.ts'
import {
  authenticate,
  authorize,
  checkPathIds,
  keyDigest,
  readCredential,
  readFirst,
  secretDigest,
} from '../auth/authenticate.ts'
import type { Caller } from '../caller.ts'
import type { Call, Endpoint, ReadEndpoint } from '../endpoint.ts'
import type { ChangeRow, FirstReadRow } from '../first-read.store.ts'
import { type IncomingRequest, readRequestHeaders } from '../incoming-request.ts'
import { nameUnknown, type RequestContext } from '../request-context.ts'
import { type HttpResponse, successBody } from '../response.ts'
import { failed } from './failed.ts'
import { configuredProviders } from './provider-calls.ts'
import { queryProblems, strayParameters } from './stray-parameters.ts'
import { change } from './write.ts'
import { readWriteRequest } from './write-request.ts'

/** The whole life of a request, in the order of decision 14. Nothing else runs. */
export async function serve(
  context: AppContext,
  endpoint: Endpoint,
  incoming: IncomingRequest,
  requestContext: RequestContext,
): Promise<HttpResponse> {
  try {
    const requestHeaders = readRequestHeaders(endpoint, incoming)
    const credential = await readCredential(context, incoming, requestHeaders)
    const row = await readFirst(context.db.reads, endpoint, credential, { incoming, requestHeaders })
    const caller = authenticate(context, incoming, row, credential, endpoint)
    recordCaller(requestContext, caller, row)
    const stray = strayParameters(endpoint, incoming.query)
    nameUnknown(requestContext, stray)
    const turn = await context.rates.enter(caller, endpoint.rateClass, requestContext.headers)
    try {
      if (row === null) throw new Failure('AUTH_002')
      authorize(endpoint, incoming, requestHeaders, row, caller)
      if (caller.isScopedByHeader && caller.actingProfileId !== null)
        requestContext.headers['x-profile-id'] = caller.actingProfileId
      if (endpoint.kind === 'read')
        return await read(context, endpoint, {
          incoming,
          row,
          caller,
          refused: queryProblems(endpoint, incoming.query, { stray, isStrict: requestHeaders.isStrict }),
        })
      const request = readWriteRequest(context, endpoint, {
        incoming,
        stray,
        requestHeaders,
        credential,
        newId: newId(),
        userId: caller.userId,
      })
      nameUnknown(requestContext, [...stray, ...unknownNames(request.reading)])
      // It was read for a change, with the row of its key.
      return await change(context, request, { row: row as ChangeRow, caller }, requestContext)
    } finally {
      turn.leave()
    }
  } catch (error) {
    return failed(context, endpoint, incoming, error)
  }
}

function recordCaller(requestContext: RequestContext, caller: Caller, row: FirstReadRow | null): void {
  requestContext.organizationId = caller.organization.organization_id
  requestContext.keyId = caller.keyId
  requestContext.profileId = row?.s_id ?? null
}

async function read(
  context: AppContext,
  reading: ReadEndpoint,
  {
    incoming,
    row,
    caller,
    refused,
  }: { incoming: IncomingRequest; row: FirstReadRow; caller: Caller; refused: Details },
): Promise<HttpResponse> {
  checkPathIds(reading, incoming)
  const target = reading.target === undefined ? null : reading.target.decode(row, caller)
  if (reading.target !== undefined && target === null) throw new Failure(reading.notFound ?? 'RESOURCE_014')
  if (Object.keys(refused).length > 0) throw new Failure('VALIDATION_001', { details: refused })
  const call: Call<unknown> = {
    caller,
    target,
    params: incoming.params,
    query: incoming.query,
    body: {},
    reading: EMPTY_BODY,
    merge: false,
    card: null,
    earlyProblems: {},
    isStrict: false,
    now: toWireTimestamp(row.now),
    requestId: incoming.requestId,
    newId: '',
    newBrandId: '',
    digestOfKey: (text) => keyDigest(context.keys, text),
    digestOfInvitation: (text) => secretDigest(context.keys, 'invitation', text),
    digestOfNumber: (number) => numberDigest(context.keys, caller.organization.organization_id, number),
    providers: configuredProviders(context.ports),
    urlProblem: (url) => context.egress.problemOf(url),
  }
  const outside = { ports: context.ports, deadline: () => AbortSignal.timeout(context.times.providerMs) }
  const { data, etag, headers } = await reading.read(context.db.lists, call, outside)
  return {
    status: reading.status,
    headers: { ...headers, ...(etag === undefined ? {} : { etag }) },
    body: successBody(incoming.requestId, data),
  }
}
