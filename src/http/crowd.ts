import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Failure } from '../contract/failure.ts'
import { newRequestId } from '../contract/request-id.ts'
import { failureAnswer } from './answer.ts'
import { isPlain } from './framing.ts'

export interface Crowding {
  /** Most requests that are worked on at a time. */
  max: number
  allowedHosts: readonly string[]
  /** Told of each request that is refused. */
  onRefused: () => void
}

/**
 * Bounds how many requests a server works on at a time. Under more load than it can take, a queue without an end makes
 * every answer late, until all of them come after their clients have gone; a short one keeps those that are let in quick.
 * The others are told at once, before anything is done for them: a refusal that costs as much as an answer would leave no
 * time for answers (reliability section 9, LOAD-4). A request that has to be refused for what it is goes on to those who do.
 */
export function boundCrowd(server: Server, { max, allowedHosts, onRefused }: Crowding): void {
  const listeners = server.listeners('request') as RequestListener[]
  let inside = 0
  const leave = () => {
    inside -= 1
  }
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (inside >= max && isPlain(request, allowedHosts)) {
      onRefused()
      refuse(response)
      return
    }
    inside += 1
    response.once('close', leave)
    for (const listener of listeners) listener.call(server, request, response)
  })
}

/** One for all: to note where it was made costs more than the rest of a refusal. */
const TOO_MANY = new Failure('INTERNAL_005')

function refuse(response: ServerResponse): void {
  const requestId = newRequestId()
  const { status, headers, body } = failureAnswer(requestId, TOO_MANY)
  const text = body ?? ''
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-request-id': requestId,
    'x-api-version': 'v3',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
}
