import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure } from '../contract/failure.ts'
import { newRequestId } from '../contract/request-id.ts'
import { failureAnswer } from './answer.ts'

const TARGET_BYTES_MAX = 2048
const HOST = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

function countOf(request: IncomingMessage, name: string): number {
  let count = 0
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === name) count += 1
  }
  return count
}

/**
 * Refuses what Node's parser lets through and the API must not: a target that is no path, a missing, doubled or strange
 * Host, a doubled Content-Type (Node silently takes the first), an encoded body. Reliability section 8.
 *
 * @throws Failure REQUEST_400, REQUEST_414, REQUEST_415.
 */
export function checkFraming(request: IncomingMessage, allowedHosts: readonly string[]): void {
  const { url = '', headers } = request
  if (!url.startsWith('/')) throw new Failure('REQUEST_400', { message: 'The request target must be a path' })
  if (url.length > TARGET_BYTES_MAX) throw new Failure('REQUEST_414')
  const { host } = headers
  if (host === undefined || countOf(request, 'host') !== 1 || !HOST.test(host)) {
    throw new Failure('REQUEST_400', { message: 'The request must have exactly one valid Host header' })
  }
  if (allowedHosts.length > 0 && !allowedHosts.includes(host.toLowerCase())) {
    throw new Failure('REQUEST_400', { message: 'This server does not answer for that Host' })
  }
  if (countOf(request, 'content-type') > 1)
    throw new Failure('REQUEST_400', { message: 'The request has more than one Content-Type header' })
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw new Failure('REQUEST_415')
}

const CODES: Record<string, 'REQUEST_431' | 'REQUEST_408' | 'REQUEST_413'> = {
  HPE_HEADER_OVERFLOW: 'REQUEST_431',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_408',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'REQUEST_413',
}

/** Answers a request that could not be parsed with the envelope, then closes: nothing after it can be trusted. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const requestId = newRequestId()
  const { status, body } = failureAnswer(requestId, new Failure(CODES[error.code ?? ''] ?? 'REQUEST_400'))
  const text = body ?? ''
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `x-request-id: ${requestId}\r\nx-api-version: v3\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}
