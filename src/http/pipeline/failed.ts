import { Failure } from '../../contract/failure.ts'
import { databaseTrouble } from '../../db/database-error.ts'
import { DecryptionFailed } from '../../encryption/envelope.ts'
import type { AppContext } from '../app-context.ts'
import type { FailPhrase } from '../endpoint.ts'
import type { IncomingRequest } from '../incoming-request.ts'
import { failureResponse, type HttpResponse, unexpectedSentence } from '../response.ts'
import { pathIdHint } from '../transport/hints.ts'

/** Turns whatever was thrown into an answer of the catalogue. What is not a Failure is logged with its cause. */
export function failed(
  context: AppContext,
  endpoint: { operation: string; failPhrase: FailPhrase },
  incoming: IncomingRequest,
  error: unknown,
): HttpResponse {
  const failure = error instanceof Failure ? error : unexpected(context, incoming, error)
  if (error instanceof DecryptionFailed) context.metrics.decryptFailed()
  if (failure === error && failure.status >= 500 && failure.cause === undefined) {
    // A provider that is down is expected to be some day: a line without a stack.
    context.log.warn('request_refused', {
      request_id: incoming.requestId,
      operation: endpoint.operation,
      code: failure.code,
    })
  } else if (failure.status >= 500) {
    context.log.error(
      'request_failed',
      { request_id: incoming.requestId, operation: endpoint.operation, code: failure.code },
      failure.cause ?? error,
    )
  }
  const message =
    failure.code === 'INTERNAL_001' ? unexpectedSentence(endpoint.failPhrase, incoming.requestId) : failure.message
  const hint = failure.status === 404 ? pathIdHint(incoming.params) : undefined
  return failureResponse(incoming.requestId, failure, { message, hint, docsOrigin: context.docsOrigin() })
}

/** What trouble below the request means to the client. */
function unexpected(context: AppContext, incoming: IncomingRequest, error: unknown): Failure {
  const hasKey = incoming.headers['idempotency-key'] !== undefined
  switch (databaseTrouble(error).kind) {
    case 'unreachable':
      return new Failure(hasKey ? 'SERVICE_001' : 'INTERNAL_005', { cause: error })
    case 'lock_timeout':
      return new Failure(hasKey ? 'CONFLICT_001' : 'INTERNAL_005', { cause: error })
    case 'statement_timeout':
      return new Failure('INTERNAL_004', { cause: error })
    case 'crowded':
      context.metrics.loadShed('lists')
      return new Failure('BUSINESS_002', { headers: { 'retry-after': '1' } })
    case 'full':
    case 'serialization':
      return new Failure('INTERNAL_005', { cause: error })
    default:
      return new Failure('INTERNAL_001', { cause: error })
  }
}
