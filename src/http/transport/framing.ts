import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure } from '../../contract/failure.ts'
import { answersFor, isHost } from '../../contract/host.ts'
import { newRequestId } from '../../contract/request-id.ts'
import { unsupportedEncoding } from '../incoming-request.ts'
import { failureResponse, responseHeaders } from '../response.ts'

const TARGET_BYTES_MAX = 2048
const LINGER_MS = 1_000

/** Connections on which a request was refused whose bounds are in doubt: what follows on them is not served. */
const doubtful = new WeakSet<Duplex>()
/** The requests of each connection whose answer is not out yet, in their order, with what their end is told to. */
const unanswered = new WeakMap<Duplex, Map<ServerResponse, () => void>>()

function runningOn(socket: Duplex): Map<ServerResponse, () => void> {
  const known = unanswered.get(socket)
  if (known !== undefined) return known
  const running = new Map<ServerResponse, () => void>()
  unanswered.set(socket, running)
  // An answer that was still queued behind others when the connection went is never told so by Node.
  socket.once('close', () => {
    for (const end of running.values()) end()
    running.clear()
  })
  return running
}

/** How many requests of the connection wait for their answers. */
export function unansweredOn(socket: Duplex): number {
  return unanswered.get(socket)?.size ?? 0
}

/** Whether a request announces a body. */
export function announcesBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** How long what is left of a body may take to arrive when its request has been answered: it is thrown away. */
const UNREAD_MS = 2_000

/** Ends the connection of a request that was answered before its body had arrived, unless the rest comes soon. */
export function endUnread(request: IncomingMessage): void {
  if (request.complete || !announcesBody(request)) return
  setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, UNREAD_MS).unref()
}

/** Whether a request that arrived in full still waits for its answer on the connection. */
export function isAnswering(socket: Duplex): boolean {
  return [...(unanswered.get(socket)?.keys() ?? [])].some(({ req }) => req.complete)
}

function countOf(request: IncomingMessage, name: string): number {
  let count = 0
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const given = request.rawHeaders[index]
    if (given?.length === name.length && given.toLowerCase() === name) count += 1
  }
  return count
}

/** A refusal after which the connection ends: a proxy may have read the request in another way than this server. */
function doubt(message: string, hint?: string): Failure {
  return new Failure('REQUEST_400', { message, hint, headers: { connection: 'close' } })
}

/**
 * Takes a request that a connection brings. Where its bounds are in doubt, it is refused and nothing after it is served.
 *
 * @param onEnd called once, when the answer is out or the connection is gone.
 * @throws Failure as `checkFraming`.
 */
export function takeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { allowedHosts, onEnd }: { allowedHosts: readonly string[]; onEnd: () => void },
): void {
  const { socket } = request
  const running = runningOn(socket).set(response, onEnd)
  response.once('close', () => {
    if (running.delete(response)) onEnd()
  })
  if (doubtful.has(socket)) throw doubt('The request follows one that could not be read')
  try {
    checkFraming(request, allowedHosts)
  } catch (error) {
    if (error instanceof Failure && error.headers.connection === 'close') doubtful.add(socket)
    throw error
  }
}

/** Whether nothing about a request, or about one before it on its connection, asks for its refusal. */
export function isPlain(request: IncomingMessage, allowedHosts: readonly string[]): boolean {
  if (doubtful.has(request.socket)) return false
  try {
    checkFraming(request, allowedHosts)
    return true
  } catch {
    return false
  }
}

/**
 * Refuses what Node's parser lets through and the API must not: a version that is not spoken here, a target that is no
 * path, a missing, doubled or strange Host, a doubled Content-Type (Node silently takes the first), a transfer coding
 * beside chunked, a body where there can be none, an encoded body. Reliability section 8.
 *
 * @throws Failure REQUEST_400, REQUEST_414, REQUEST_415.
 */
export function checkFraming(request: IncomingMessage, allowedHosts: readonly string[]): void {
  const { url = '', headers, httpVersion } = request
  // The parser takes these two for versions of what it reads.
  if (httpVersion === '0.9' || httpVersion === '2.0') throw doubt('The request must be HTTP/1.1')
  if (!url.startsWith('/') || url.includes('#')) throw doubt('The request target must be a path')
  if (url.length > TARGET_BYTES_MAX) throw new Failure('REQUEST_414')
  const { host } = headers
  if (host === undefined || countOf(request, 'host') !== 1 || !isHost(host)) {
    throw doubt('The request must have exactly one valid Host header')
  }
  const mustBeNamed = allowedHosts.length > 0
  if (mustBeNamed && !answersFor(host, { names: allowedHosts, anyPort: false, anyAddress: false })) {
    throw doubt(
      'This server does not answer for that Host',
      'The operator names the hosts of this server in ALLOWED_HOSTS.',
    )
  }
  if (countOf(request, 'content-type') > 1) throw doubt('The request has more than one Content-Type header')
  checkBody(request)
}

function checkBody({ headers, method = '', httpVersion }: IncomingMessage): void {
  const coding = headers['transfer-encoding']
  // HTTP/1.0 has no transfer codings, so its proxies pass them on unread (RFC 9112 section 6.1).
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    throw doubt('The request has a transfer coding other than the chunked of HTTP/1.1')
  }
  const hasBody = announcesBody({ headers })
  // Fastify does not read a body of these methods, so nobody else would notice it.
  if (hasBody && /^(?:GET|HEAD|TRACE)$/.test(method))
    throw doubt(`${method} takes no body`, 'Leave the body out. What a list is narrowed by goes into the query.')
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw unsupportedEncoding(encoding)
}

const CODES: Record<string, 'REQUEST_431' | 'REQUEST_408' | 'REQUEST_413'> = {
  HPE_HEADER_OVERFLOW: 'REQUEST_431',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_408',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'REQUEST_413',
}

/** Answers bytes that could not be parsed with the envelope, then closes: nothing after them can be trusted. */
export function respondToBrokenRequest(error: Error & { code?: string }, socket: Duplex, docsOrigin: string): void {
  if (error.code === 'ECONNRESET') socket.destroy()
  else refuseConnection(socket, new Failure(CODES[error.code ?? ''] ?? 'REQUEST_400'), docsOrigin)
}

/**
 * Refuses what comes now on a connection, and everything after it. Requests that were read in full before get their own
 * answers first: otherwise the refusal would pass for the answer of a change that is being made.
 */
export function refuseConnection(socket: Duplex, failure: Failure, docsOrigin: string): void {
  if (doubtful.has(socket)) return
  doubtful.add(socket)
  const before = [...runningOn(socket).keys()].filter(({ req }) => req.complete).at(-1)
  if (before === undefined) writeRefusal(socket, failure, docsOrigin)
  else before.once('close', () => writeRefusal(socket, failure, docsOrigin))
}

function writeRefusal(socket: Duplex, failure: Failure, docsOrigin: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const requestId = newRequestId()
  const { status, headers, body } = failureResponse(requestId, failure, { docsOrigin })
  const all = { connection: 'close', ...responseHeaders(requestId, body), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  // The client reads the refusal before its own bytes are cut off.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body ?? ''}`)
}
