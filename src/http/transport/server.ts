import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Failure } from '../../contract/failure.ts'
import type { ServerLog } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Span } from '../../observability/trace.ts'
import type { AppContext } from '../app-context.ts'
import { countedAddress } from '../auth/lockout.ts'
import type { Endpoint } from '../endpoint.ts'
import { type IncomingRequest, unsupportedType } from '../incoming-request.ts'
import { serve } from '../pipeline/pipeline.ts'
import { serveOpen } from '../pipeline/public-pipeline.ts'
import type { OpenEndpoint } from '../public-endpoint.ts'
import type { RequestContext } from '../request-context.ts'
import { failureResponse, type HttpResponse } from '../response.ts'
import { BodyGate, type Verdict } from './body-gate.ts'
import { takeInWaiting, watchSockets } from './connection-draining.ts'
import { Connections } from './connections.ts'
import { announcesBody, refuseConnection, respondToBrokenRequest, takeRequest } from './framing.ts'
import { methodHint, routeHint } from './hints.ts'
import { ConcurrencyLimit } from './load-shedding.ts'
import { UNSERVED } from './not-implemented.ts'
import { recordOf, recordVisit, send } from './visit.ts'

/** The transport: routing, limits, framing, and the headers that every answer carries. What a request means is `pipeline.ts`. */

const BODY_BYTES_MAX = 128 * 1024
/** No route takes less. */
const LEAST_BODY_LIMIT = 16 * 1024
const TOO_LARGE = new Failure('REQUEST_413', { headers: { connection: 'close' } }) as FastifyError & Failure

/** A server as others see it. */
export type HttpServer = FastifyInstance

export interface ServerOptions {
  context: AppContext
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
  /** What clients that have shown no valid key may take. */
  unauthenticated: { requestsMax: number; connectionsMax: number; connectionsPerAddress: number }
  /** Most bytes of bodies that are received at a time. */
  bodyBytesMax: number
  requestDeadlineMs: number
  /** Once true, answers ask the client to close its connection. */
  isDraining: () => boolean
  /** Routes that are not the API: the reference, the OpenAPI document, and what providers call. */
  pages: (server: FastifyInstance, bodies: OpenBodies) => void
}

/** For routes that take bodies without an API key. */
export interface OpenBodies {
  /** @throws Failure INTERNAL_005 where there is no room for it. */
  hold(request: FastifyRequest, bytesMax: number): void
  /** Its client has shown that it may ask. */
  letIn(request: FastifyRequest): void
}

/** Builds the server; it does not listen yet. */
export function createServer(options: ServerOptions): FastifyInstance {
  const server = openFastify(options)
  server.decorateRequest('record', null)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.setErrorHandler((error: FastifyError, request, reply) =>
    send(options, request, reply, refused(options, request, error)),
  )
  const { requestsMax: unauthenticatedMax, connectionsMax, connectionsPerAddress } = options.unauthenticated
  const connections = new Connections({
    max: connectionsMax,
    maxPerAddress: connectionsPerAddress,
    trustedHops: options.trustedHops,
    onClosed: () => options.metrics.loadShed('connections'),
  })
  const concurrencyLimit = new ConcurrencyLimit({
    max: options.requestsMax,
    unauthenticatedMax,
    onRefused: (reason) => options.metrics.loadShed(reason),
  })
  const gate = new BodyGate({
    context: options.context,
    concurrencyLimit,
    connections,
    bytesMax: options.bodyBytesMax,
    waitingMax: options.requestsMax,
    onFull: () => options.metrics.loadShed('bodies'),
  })
  const allowed = new Map<string, string[]>()
  server.addHook('onRequest', (request, reply, done) => {
    const failure = enterOrRefuse(options, request, reply)
    if (failure !== null) done(failure as FastifyError)
    // The framework says so when it reads a body, and not every body is read.
    else if (isTooLarge(request)) done(TOO_LARGE)
    // Its body would be read and thrown away.
    else if (request.is404) send(options, request, reply, unrouted(options, request, allowed))
    else done()
  })
  addRoutes(server, { options, concurrencyLimit, gate, allowed })
  options.pages(server, {
    hold: (request, bytesMax) => {
      recordOf(request).release = gate.holdOpen(request.raw, request.ip, bytesMax)
    },
    letIn: (request) => gate.learn(request.raw.socket, null, true),
  })
  server.setNotFoundHandler((request, reply) => send(options, request, reply, unrouted(options, request, allowed)))
  // Node drops headers beyond a count without a word, the second Host too; their size is bounded already.
  server.server.maxHeadersCount = 0
  server.server.on('checkExpectation', ({ socket }: IncomingMessage) =>
    refuseConnection(socket, new Failure('REQUEST_417'), options.context.docsOrigin()),
  )
  server.server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    refuseConnection(
      socket,
      new Failure('REQUEST_405', { headers: { allow: 'DELETE, GET, PATCH, POST, PUT' } }),
      options.context.docsOrigin(),
    ),
  )
  connections.watch(server.server)
  concurrencyLimit.guard(server.server, {
    ...options,
    isKnown: (request) => gate.isKnown(request),
    isOfHop: ({ socket }) => connections.isOfHop(socket),
  })
  const endQuietSockets = watchSockets(server.server)
  server.addHook('preClose', async () => {
    await takeInWaiting()
    endQuietSockets()
  })
  return server
}

/** The limit of its route is looked up only for a body that is larger than the least of them: the framework makes an object for it. */
function isTooLarge(request: FastifyRequest): boolean {
  const announced = Number(request.headers['content-length'] ?? 0)
  return announced > LEAST_BODY_LIMIT && announced > request.routeOptions.bodyLimit
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
      respondToBrokenRequest(error, socket, options.context.docsOrigin()),
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
    https: {
      ...http,
      handshakeTimeout: 10_000,
      cert: readFileSync(certPath),
      key: readFileSync(keyPath),
      minVersion: 'TLSv1.2',
    },
  }) as unknown as FastifyInstance
}

/** @throws Failure when the request cannot be what it seems. */
function enter(options: ServerOptions, request: FastifyRequest, reply: FastifyReply): void {
  options.metrics.requestStarted()
  recordOf(request)
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

/** What the routes share. */
interface Routing {
  options: ServerOptions
  concurrencyLimit: ConcurrencyLimit
  gate: BodyGate
  /** Which methods each route path takes, for Allow. */
  allowed: Map<string, string[]>
}

function addRoutes(server: FastifyInstance, routing: Routing): void {
  const { options, concurrencyLimit, gate, allowed } = routing
  const { context } = options
  const allow = (path: string, method: string) => allowed.set(path, [...(allowed.get(path) ?? []), method])
  for (const endpoint of options.endpoints) {
    const { method, path } = endpoint
    const span = spanOf(endpoint)
    const work: Work = (incoming, requestContext) =>
      context.trace({ ...span, parent: incoming.headers }, () => serve(context, endpoint, incoming, requestContext))
    const inTurn: Work = (incoming, requestContext) => concurrencyLimit.work(() => work(incoming, requestContext))
    allow(path, method)
    server.route({
      method,
      url: path,
      onRequest: (request, reply, done) => beforeBody(routing, { endpoint, work, request, reply, done }),
      handler: async (request, reply) => {
        const answer = await worked(options, inTurn, request, withBody(request))
        const { mark, requestContext } = recordOf(request)
        if (requestContext.keyId !== null || answer.status === 401)
          gate.learn(request.raw.socket, mark, requestContext.keyId !== null)
        return send(options, request, reply, answer)
      },
    })
  }
  for (const open of options.openEndpoints) {
    const { method, path } = open
    const span = spanOf(open)
    allow(path, method)
    server.route({
      method,
      url: path,
      onRequest: (request, _reply, done) => {
        recordOf(request).release = gate.holdOpen(request.raw, request.ip, BODY_BYTES_MAX)
        done()
      },
      handler: async (request, reply) => {
        const work: Work = (incoming, requestContext) =>
          concurrencyLimit.workUnauthenticated(countedAddress(request.ip), () =>
            context.trace({ ...span, parent: incoming.headers }, () =>
              serveOpen(context, open, incoming, requestContext),
            ),
          )
        return send(options, request, reply, await worked(options, work, request, incomingOf(request)))
      },
    })
  }
  for (const [method, path] of UNSERVED) {
    allow(path, method)
    const answer = (request: FastifyRequest, reply: FastifyReply) =>
      send(options, request, reply, answerOf(options, request, new Failure('ROUTE_001')))
    // Before its body is read, which says nothing here.
    server.route({ method, url: path, onRequest: (request, reply) => void answer(request, reply), handler: answer })
  }
}

interface Asked {
  endpoint: Endpoint
  work: Work
  request: FastifyRequest
  reply: FastifyReply
  done: (error?: FastifyError) => void
}

/** Goes on to the body, or answers without it. */
function beforeBody({ options, gate }: Routing, { endpoint, work, request, reply, done }: Asked): void {
  const record = recordOf(request)
  record.route = endpoint.path
  const incoming = incomingOf(request)
  record.incoming = incoming
  const act = (verdict: Verdict) => {
    if (verdict.kind === 'read') {
      record.mark = verdict.mark
      record.release = verdict.release
      done()
    } else if (verdict.kind === 'answer') send(options, request, reply, verdict.answer)
    else {
      const unread = { ...incoming, isKeyRefused: verdict.isKeyRefused }
      void worked(options, work, request, unread).then((answer) => send(options, request, reply, answer))
    }
  }
  const verdict = gate.judge(endpoint, request.raw, incoming, BODY_BYTES_MAX)
  if (verdict instanceof Promise) verdict.then(act, done)
  else act(verdict)
}

function spanOf({ method, path, operation }: Endpoint | OpenEndpoint): Span<HttpResponse> {
  return {
    name: `${method} ${path}`,
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': path, 'letterhead.operation': operation },
    outcome: ({ status }) => ({ attributes: { 'http.response.status_code': status }, isError: status >= 500 }),
  }
}

type Work = (incoming: IncomingRequest, requestContext: RequestContext) => Promise<HttpResponse>

const NO_QUERY = new URLSearchParams()

function incomingOf(request: FastifyRequest): IncomingRequest {
  const { url } = request
  const mark = url.indexOf('?')
  const body = Buffer.isBuffer(request.body) ? request.body : null
  return {
    requestId: recordOf(request).requestId,
    params: request.params as Record<string, string>,
    query: mark === -1 ? NO_QUERY : new URLSearchParams(url.slice(mark)),
    headers: request.headers as Record<string, string | undefined>,
    body,
    hasBody: body === null ? request.body === undefined && announcesBody(request.raw) : body.length > 0,
    isKeyRefused: false,
    remoteAddress: request.ip,
  }
}

/** What was read of a request before its body, with the body. */
function withBody(request: FastifyRequest): IncomingRequest {
  const { incoming } = recordOf(request)
  if (incoming === null) return incomingOf(request)
  if (request.body === undefined) return incoming
  const body = Buffer.isBuffer(request.body) ? request.body : null
  return { ...incoming, body, hasBody: body !== null && body.length > 0 }
}

function worked(
  options: ServerOptions,
  work: Work,
  request: FastifyRequest,
  incoming: IncomingRequest,
): Promise<HttpResponse> {
  const { requestId, requestContext } = recordOf(request)
  return withDeadline(work(incoming, requestContext), options.requestDeadlineMs, requestId)
}

/** The last line: whatever a request waits for, its client gets an answer before the lease of its claim ends. */
async function withDeadline(
  answer: Promise<HttpResponse>,
  deadlineMs: number,
  requestId: string,
): Promise<HttpResponse> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<HttpResponse>((resolve) => {
    timer = setTimeout(() => resolve(failureResponse(requestId, new Failure('INTERNAL_004'))), deadlineMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function answerOf({ context }: ServerOptions, request: FastifyRequest, failure: Failure): HttpResponse {
  return failureResponse(recordOf(request).requestId, failure, { docsOrigin: context.docsOrigin() })
}

/** What the framework refused, in the words of the catalogue. Its own messages never reach a client. */
function refused(options: ServerOptions, request: FastifyRequest, error: FastifyError | Failure): HttpResponse {
  if (error instanceof Failure) return answerOf(options, request, error)
  const code = { 413: 'REQUEST_413', 414: 'REQUEST_414', 408: 'REQUEST_408' } as const
  const status = error.statusCode ?? 500
  if (status === 415) {
    return answerOf(options, request, unsupportedType(request.headers['content-type'], request.method === 'PATCH'))
  }
  const known = code[status as keyof typeof code]
  if (known !== undefined) return answerOf(options, request, new Failure(known))
  if (status >= 400 && status < 500) return answerOf(options, request, new Failure('REQUEST_400'))
  const { requestId } = recordOf(request)
  const message = `An unexpected error occurred. Please contact support with request ID: ${requestId}`
  return answerOf(options, request, new Failure('INTERNAL_001', { message }))
}

function unrouted(
  options: ServerOptions,
  request: FastifyRequest,
  allowed: ReadonlyMap<string, readonly string[]>,
): HttpResponse {
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
