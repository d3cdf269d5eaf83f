import { readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Failure } from '../contract/failure.ts'
import { newRequestId } from '../contract/request-id.ts'
import type { ServerLog } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Span } from '../observe/trace.ts'
import { type Answer, answerHeaders, failureAnswer } from './answer.ts'
import { type Arrival, unsupportedType } from './arrival.ts'
import { Crowd } from './crowd.ts'
import type { Endpoint } from './endpoint.ts'
import { answerBrokenRequest, refuseConnection, takeRequest } from './framing.ts'
import { methodHint, routeHint } from './hints.ts'
import type { House } from './house.ts'
import type { OpenEndpoint } from './open-endpoint.ts'
import { serveOpen } from './open-pipeline.ts'
import { serve } from './pipeline.ts'
import { takeInWaiting, watchSockets } from './quiet-sockets.ts'
import { newTrail, type Trail } from './trail.ts'
import { UNSERVED } from './unserved.ts'

/** The transport: routing, limits, framing, and the headers that every answer carries. What a request means is `pipeline.ts`. */

const BODY_BYTES_MAX = 128 * 1024
/** What is counted and logged where the client was gone before its answer. */
const UNHEARD = 499

/** A server as others see it. */
export type HttpServer = FastifyInstance

export interface ServerOptions {
  house: House
  endpoints: readonly Endpoint[]
  /** Operations that ask for no API key. */
  openEndpoints: readonly OpenEndpoint[]
  log: ServerLog
  metrics: Metrics
  allowedHosts: readonly string[]
  trustedHops: readonly string[]
  tls: { certPath: string; keyPath: string } | null
  requestTimeoutMs: number
  /** Most requests that are worked on at a time. */
  requestsMax: number
  requestDeadlineMs: number
  /** Once true, answers ask the client to close its connection. */
  isDraining: () => boolean
  /** Pages that are not the API: the reference and the OpenAPI document. */
  pages: (server: FastifyInstance) => void
}

interface Visit {
  requestId: string
  startedMs: number
  trail: Trail
  code: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until something asks for it: the framework refuses some requests before any of our code sees them. */
    visit: Visit | null
  }
}

function visitOf(request: FastifyRequest): Visit {
  request.visit ??= { requestId: newRequestId(), startedMs: performance.now(), trail: newTrail(), code: null }
  return request.visit
}

/** Builds the server; it does not listen yet. */
export function createServer(options: ServerOptions): FastifyInstance {
  const server = openFastify(options)
  server.decorateRequest('visit', null)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.addHook('onRequest', async (request, reply) => enter(options, request, reply))
  server.setErrorHandler((error: FastifyError, request, reply) =>
    send(options, request, reply, refused(options, request, error)),
  )
  const crowd = new Crowd(options.requestsMax, () => options.metrics.loadShed('requests'))
  const allowed = addRoutes(server, options, crowd)
  options.pages(server)
  server.setNotFoundHandler((request, reply) => send(options, request, reply, unrouted(options, request, allowed)))
  // Node drops headers beyond a count without a word, the second Host too; their size is bounded already.
  server.server.maxHeadersCount = 0
  server.server.on('checkExpectation', ({ socket }: IncomingMessage) =>
    refuseConnection(socket, new Failure('REQUEST_417'), options.house.docsOrigin()),
  )
  server.server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    refuseConnection(
      socket,
      new Failure('REQUEST_405', { headers: { allow: 'DELETE, GET, PATCH, POST, PUT' } }),
      options.house.docsOrigin(),
    ),
  )
  crowd.guard(server.server, options)
  const endQuietSockets = watchSockets(server.server)
  server.addHook('preClose', async () => {
    await takeInWaiting()
    endQuietSockets()
  })
  return server
}

function openFastify(options: ServerOptions): FastifyInstance {
  const shared = {
    bodyLimit: BODY_BYTES_MAX,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle' as const,
    trustProxy: options.trustedHops.length === 0 ? false : [...options.trustedHops],
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: 65_000,
    clientErrorHandler: (error: Error & { code?: string }, socket: Duplex) =>
      answerBrokenRequest(error, socket, options.house.docsOrigin()),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void send(options, request, reply, refused(options, request, enterOrRefuse(options, request, reply) ?? error))
    },
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: false },
  }
  const http = {
    requireHostHeader: false,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
    maxHeaderSize: 16_384,
  }
  if (options.tls === null) return Fastify({ ...shared, http })
  const { certPath, keyPath } = options.tls
  return Fastify({
    ...shared,
    https: { ...http, cert: readFileSync(certPath), key: readFileSync(keyPath), minVersion: 'TLSv1.2' },
  }) as unknown as FastifyInstance
}

/** @throws Failure when the request cannot be what it seems. */
function enter(options: ServerOptions, request: FastifyRequest, reply: FastifyReply): void {
  options.metrics.requestStarted()
  visitOf(request)
  const onEnd = () => recordVisit(options, request, reply)
  takeRequest(request.raw, reply.raw, { allowedHosts: options.allowedHosts, onEnd })
}

/** For a request that the framework has refused already, and whose hooks it does not run. */
function enterOrRefuse(options: ServerOptions, request: FastifyRequest, reply: FastifyReply): Failure | null {
  try {
    enter(options, request, reply)
    return null
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** @returns which methods each route path takes, for Allow. */
function addRoutes(server: FastifyInstance, options: ServerOptions, crowd: Crowd): Map<string, string[]> {
  const allowed = new Map<string, string[]>()
  const allow = (path: string, method: string) => allowed.set(path, [...(allowed.get(path) ?? []), method])
  const add = ({ method, path }: Pick<Endpoint, 'method' | 'path'>, work: Work) => {
    allow(path, method)
    const inTurn: Work = (arrival, trail) => crowd.work(() => work(arrival, trail))
    server.route({ method, url: path, handler: (request, reply) => answerEndpoint(options, inTurn, request, reply) })
  }
  const { house } = options
  for (const endpoint of options.endpoints) {
    const span = spanOf(endpoint)
    add(endpoint, (arrival, trail) =>
      house.trace({ ...span, parent: arrival.headers }, () => serve(house, endpoint, arrival, trail)),
    )
  }
  for (const open of options.openEndpoints) {
    const span = spanOf(open)
    add(open, (arrival, trail) =>
      house.trace({ ...span, parent: arrival.headers }, () => serveOpen(house, open, arrival, trail)),
    )
  }
  for (const [method, path] of UNSERVED) {
    allow(path, method)
    server.route({
      method,
      url: path,
      handler: (request, reply) => send(options, request, reply, answerOf(options, request, new Failure('ROUTE_001'))),
    })
  }
  return allowed
}

function spanOf({ method, path, operation }: Endpoint | OpenEndpoint): Span<Answer> {
  return {
    name: `${method} ${path}`,
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': path, 'letterhead.operation': operation },
    outcome: ({ status }) => ({ attributes: { 'http.response.status_code': status }, isError: status >= 500 }),
  }
}

type Work = (arrival: Arrival, trail: Trail) => Promise<Answer>

const NO_QUERY = new URLSearchParams()

async function answerEndpoint(options: ServerOptions, work: Work, request: FastifyRequest, reply: FastifyReply) {
  const { requestId, trail } = visitOf(request)
  const { url } = request
  const mark = url.indexOf('?')
  const arrival = {
    requestId,
    params: request.params as Record<string, string>,
    query: mark === -1 ? NO_QUERY : new URLSearchParams(url.slice(mark)),
    headers: request.headers as Record<string, string | undefined>,
    body: Buffer.isBuffer(request.body) ? request.body : null,
    remoteAddress: request.ip,
  }
  const answer = await withDeadline(work(arrival, trail), options.requestDeadlineMs, requestId)
  return send(options, request, reply, answer)
}

/** The last line: whatever a request waits for, its client gets an answer before the lease of its claim ends. */
async function withDeadline(answer: Promise<Answer>, deadlineMs: number, requestId: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(failureAnswer(requestId, new Failure('INTERNAL_004'))), deadlineMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Writes the answer to Node's response itself: the framework's way to it costs more than the routing, and nothing of ours
 * hooks into it. What the framework has set for a refusal, such as `connection: close`, goes out too.
 */
function send(options: ServerOptions, request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const visit = visitOf(request)
  const isGood = answer.status < 400
  visit.code = isGood ? null : codeOf(answer)
  const headers: OutgoingHttpHeaders = {
    ...(isGood ? {} : (reply.getHeaders() as OutgoingHttpHeaders)),
    ...answerHeaders(visit.requestId, answer.body),
    'x-response-time': `${Math.round(performance.now() - visit.startedMs)}ms`,
    ...visit.trail.headers,
    ...answer.headers,
    ...(options.isDraining() ? { connection: 'close' } : {}),
  }
  reply.hijack()
  reply.raw.writeHead(answer.status, headers)
  reply.raw.end(answer.body ?? undefined)
  return reply
}

function codeOf(answer: Answer): string | null {
  return /"code":"([A-Z]+_\d+)"/.exec(answer.body ?? '')?.[1] ?? null
}

function answerOf({ house }: ServerOptions, request: FastifyRequest, failure: Failure): Answer {
  return failureAnswer(visitOf(request).requestId, failure, { docsOrigin: house.docsOrigin() })
}

/** What the framework refused, in the words of the catalogue. Its own messages never reach a client. */
function refused(options: ServerOptions, request: FastifyRequest, error: FastifyError | Failure): Answer {
  if (error instanceof Failure) return answerOf(options, request, error)
  const code = { 413: 'REQUEST_413', 414: 'REQUEST_414', 408: 'REQUEST_408' } as const
  const status = error.statusCode ?? 500
  if (status === 415) {
    return answerOf(options, request, unsupportedType(request.headers['content-type'], request.method === 'PATCH'))
  }
  const known = code[status as keyof typeof code]
  if (known !== undefined) return answerOf(options, request, new Failure(known))
  if (status >= 400 && status < 500) return answerOf(options, request, new Failure('REQUEST_400'))
  const { requestId } = visitOf(request)
  const message = `An unexpected error occurred. Please contact support with request ID: ${requestId}`
  return answerOf(options, request, new Failure('INTERNAL_001', { message }))
}

function unrouted(
  options: ServerOptions,
  request: FastifyRequest,
  allowed: ReadonlyMap<string, readonly string[]>,
): Answer {
  const path = request.url.split('?')[0] ?? ''
  const found = [...allowed].filter(([template]) =>
    new RegExp(`^${template.replace(/:[A-Za-z]+/g, '[^/]+')}$`).test(path),
  )
  if (found.length === 0)
    return answerOf(options, request, new Failure('REQUEST_404', { hint: routeHint(path, [...allowed.keys()]) }))
  const methods = [...new Set(found.flatMap(([, list]) => list))].sort()
  const hint = methodHint(request.method, methods)
  return answerOf(options, request, new Failure('REQUEST_405', { hint, headers: { allow: methods.join(', ') } }))
}

function recordVisit({ log, metrics }: ServerOptions, request: FastifyRequest, reply: FastifyReply): void {
  const { requestId, startedMs, trail, code } = visitOf(request)
  const durationMs = performance.now() - startedMs
  const route = request.routeOptions.url ?? null
  const status = reply.raw.writableFinished ? reply.statusCode : UNHEARD
  metrics.requestEnded({ method: request.method, route, status, seconds: durationMs / 1000 })
  log.access({
    requestId,
    method: request.method,
    route,
    status,
    code,
    durationMs,
    organizationId: trail.organizationId,
    keyId: trail.keyId,
    profileId: trail.profileId,
    idempotency: trail.idempotency,
    isSandbox: trail.isSandbox,
  })
}
