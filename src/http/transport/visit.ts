import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { newRequestId } from '../../contract/request-id.ts'
import type { ServerLog } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { IncomingRequest } from '../incoming-request.ts'
import { newRequestContext, type RequestContext } from '../request-context.ts'
import { type HttpResponse, responseHeaders } from '../response.ts'
import { endUnread } from './framing.ts'

/** What the transport knows of one request from its first byte to the last of its answer. */

/** What is counted and logged where the client was gone before its answer. */
const UNHEARD = 499

/** Who is told of a request's end. */
export interface VisitOptions {
  log: ServerLog
  metrics: Metrics
  /** Once true, answers ask the client to close its connection. */
  isDraining: () => boolean
}

interface RequestRecord {
  requestId: string
  startedMs: number
  /** The path of its route; null until it is known, or where it has none. */
  route: string | null
  /** The request as its operation gets it; null until its key is looked at. */
  incoming: IncomingRequest | null
  requestContext: RequestContext
  code: string | null
  /** What its API key is known by, once it is. */
  mark: string | null
  /** Gives the room for its body back. */
  release: (() => void) | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until something asks for it: the framework refuses some requests before any of our code sees them. */
    record: RequestRecord | null
  }
}

/** What is known of a request; its id is given when it is first asked for. */
export function recordOf(request: FastifyRequest): RequestRecord {
  request.record ??= {
    requestId: newRequestId(),
    startedMs: performance.now(),
    route: null,
    incoming: null,
    requestContext: newRequestContext(),
    code: null,
    mark: null,
    release: null,
  }
  return request.record
}

/**
 * Writes the answer to Node's response itself: the framework's way to it costs more than the routing, and nothing of ours
 * hooks into it. What the framework has set for a refusal, such as `connection: close`, goes out too.
 */
export function send(
  options: VisitOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: HttpResponse,
): FastifyReply {
  const record = recordOf(request)
  const isGood = answer.status < 400
  record.code = isGood ? null : codeOf(answer)
  const headers: OutgoingHttpHeaders = {
    ...(isGood ? {} : (reply.getHeaders() as OutgoingHttpHeaders)),
    ...responseHeaders(record.requestId, answer.body),
    'x-response-time': `${Math.round(performance.now() - record.startedMs)}ms`,
    ...record.requestContext.headers,
    ...answer.headers,
    ...(options.isDraining() ? { connection: 'close' } : {}),
  }
  reply.hijack()
  endUnread(request.raw)
  reply.raw.writeHead(answer.status, headers)
  reply.raw.end(answer.body ?? undefined)
  return reply
}

function codeOf(answer: HttpResponse): string | null {
  return /"code":"([A-Z]+_\d+)"/.exec(answer.body ?? '')?.[1] ?? null
}

/** Tells log and metrics of a request whose answer is out, or whose client is gone. */
export function recordVisit({ log, metrics }: VisitOptions, request: FastifyRequest, reply: FastifyReply): void {
  const record = recordOf(request)
  const { requestId, startedMs, requestContext, code, release } = record
  release?.()
  const durationMs = performance.now() - startedMs
  // The framework makes an object of twelve members to say it.
  const route = record.route ?? request.routeOptions.url ?? null
  const status = reply.raw.writableFinished ? reply.statusCode : UNHEARD
  metrics.requestEnded({ method: request.method, route, status, seconds: durationMs / 1000 })
  log.access({
    requestId,
    method: request.method,
    route,
    status,
    code,
    durationMs,
    organizationId: requestContext.organizationId,
    keyId: requestContext.keyId,
    profileId: requestContext.profileId,
    idempotency: requestContext.idempotency,
    isSandbox: requestContext.isSandbox,
  })
}
