import { Failure } from '../../contract/failure.ts'
import { addSpellings, addUnknown, EMPTY_BODY, readBody, unknownNames } from '../../contract/fields/patch.ts'
import type { UnknownName } from '../../contract/fields/unknown-fields.ts'
import { type Check, compileCheck } from '../../contract/fields/validator.ts'
import { databaseTrouble } from '../../db/database-error.ts'
import type { AppContext } from '../app-context.ts'
import { secretDigest } from '../auth/authenticate.ts'
import { lockedOut } from '../auth/lockout.ts'
import { type IncomingRequest, readRequestHeaders } from '../incoming-request.ts'
import type { OpenEndpoint, SecretAsk } from '../public-endpoint.ts'
import { nameUnknown, type RequestContext } from '../request-context.ts'
import { type HttpResponse, successBody } from '../response.ts'
import { failed } from './failed.ts'
import { queryProblems, strayParameters } from './stray-parameters.ts'
import { parseBody, sandboxTypos } from './write-request.ts'

const TURNS_MAX = 3

const checks = new WeakMap<OpenEndpoint, Check>()

function checkOf(endpoint: OpenEndpoint): Check {
  const known = checks.get(endpoint)
  if (known !== undefined) return known
  const { body } = endpoint.document
  const made: Check = body === undefined ? () => ({}) : compileCheck(body)
  checks.set(endpoint, made)
  return made
}

/** The life of a request without an API key: framing, secret, body, then the one statement that is the whole operation. */
export async function serveOpen(
  context: AppContext,
  endpoint: OpenEndpoint,
  incoming: IncomingRequest,
  requestContext: RequestContext,
): Promise<HttpResponse> {
  try {
    const { isStrict } = readRequestHeaders(endpoint, incoming)
    const secret = incoming.params.token ?? ''
    const organizationId = endpoint.organizationOf(secret)
    if (organizationId === null) throw refusedSecret(context, endpoint, incoming)
    const isSandbox = readOpenBody(endpoint, incoming, isStrict, (unknown) => nameUnknown(requestContext, unknown))
    requestContext.isSandbox = isSandbox
    if (isSandbox) requestContext.headers['x-sandbox'] = 'true'
    const digest = secretDigest(context.keys, endpoint.purpose, secret)
    const data = await act(context, endpoint, { organizationId, digest, isSandbox })
    if (data === null) throw refusedSecret(context, endpoint, incoming)
    requestContext.organizationId = organizationId
    return { status: endpoint.status, headers: {}, body: successBody(incoming.requestId, data) }
  } catch (error) {
    return failed(context, endpoint, incoming, error)
  }
}

/** Wrong secrets are told apart by nothing, and counted against their address together with wrong keys. */
function refusedSecret(context: AppContext, { notFound }: OpenEndpoint, { remoteAddress }: IncomingRequest): Failure {
  context.metrics.authFailed('unknown')
  const waitSeconds = context.lockout.failed(remoteAddress)
  if (waitSeconds === 0) return new Failure(notFound)
  return lockedOut('Too many requests with an invalid token', waitSeconds)
}

/** @returns whether it is a dry run. @throws Failure REQUEST_400, VALIDATION_001. */
function readOpenBody(
  endpoint: OpenEndpoint,
  incoming: IncomingRequest,
  isStrict: boolean,
  onUnknown: (unknown: readonly UnknownName[]) => void,
): boolean {
  const schema = endpoint.document.body
  const stray = strayParameters(endpoint, incoming.query)
  const body = schema === undefined ? {} : parseBody(incoming.body)
  const reading = schema === undefined ? EMPTY_BODY : readBody(schema, body, false)
  onUnknown([...stray, ...unknownNames(reading)])
  const found = {
    ...queryProblems(endpoint, incoming.query, { stray, isStrict }),
    ...checkOf(endpoint)(reading.values),
  }
  const details = addSpellings({ ...found, ...sandboxTypos(body), ...addUnknown(reading, isStrict) }, reading)
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  return body.sandbox === true
}

/** A serialization failure or deadlock has changed nothing, so the statement is sent again (decision 9). */
async function act(context: AppContext, endpoint: OpenEndpoint, ask: SecretAsk): ReturnType<OpenEndpoint['act']> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await endpoint.act(context.db, ask)
    } catch (error) {
      if (turn >= TURNS_MAX || databaseTrouble(error).kind !== 'serialization') throw error
    }
  }
}
