import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Failure } from '../../contract/failure.ts'
import { newRequestId } from '../../contract/request-id.ts'
import { failureResponses, responseHeaders } from '../response.ts'
import { isPlain, refuseConnection, unansweredOn } from './framing.ts'

/** One for all: to note where it was made costs more than the rest of a refusal. */
export const TOO_MANY = new Failure('INTERNAL_005')
const respondTooMany = failureResponses(TOO_MANY)

/** Requests without a known key that may wait for their answers on one connection. Few clients send more than one at a time. */
const PIPELINED_MAX = 16

export interface ConcurrencyLimitOptions {
  /** Most requests with a known key that are worked on at a time. */
  max: number
  /** Most others; one address has at most half of these places. */
  unauthenticatedMax: number
  /** Told of each request that is refused, and why. */
  onRefused(reason: 'requests' | 'unauthenticated' | 'pipelined'): void
}

/**
 * Bounds how many requests an instance works on at a time. Under more load than it can take, a queue without an end makes
 * every answer late, until all of them come after their clients have gone; a short one keeps those that are let in quick
 * (docs/RELIABILITY.md, LOAD-4). A request takes a place once it has arrived whole: who sends slowly holds none. Requests
 * without a known key have places of their own, so that a flood of them takes none of the others' (LOAD-9).
 */
export class ConcurrencyLimit {
  readonly #max: number
  readonly #unauthenticatedMax: number
  readonly #shareMax: number
  readonly #onRefused: ConcurrencyLimitOptions['onRefused']
  readonly #byAddress = new Map<string, number>()
  #inside = 0
  #strangers = 0

  constructor({ max, unauthenticatedMax, onRefused }: ConcurrencyLimitOptions) {
    this.#max = max
    this.#unauthenticatedMax = unauthenticatedMax
    this.#shareMax = Math.ceil(unauthenticatedMax / 2)
    this.#onRefused = onRefused
  }

  get #isFull(): boolean {
    return this.#inside >= this.#max
  }

  /**
   * The work of a request with a known key, which has its place until it ends, whether or not its client waits for it.
   *
   * @throws Failure INTERNAL_005 when there is no place.
   */
  async work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isFull) {
      this.#onRefused('requests')
      throw TOO_MANY
    }
    this.#inside += 1
    try {
      return await work()
    } finally {
      this.#inside -= 1
    }
  }

  /**
   * The work of a request of somebody who is not known, for an address.
   *
   * @throws Failure INTERNAL_005 when there is no place.
   */
  async workUnauthenticated<T>(address: string, work: () => Promise<T>): Promise<T> {
    const ofAddress = this.#byAddress.get(address) ?? 0
    if (this.#strangers >= this.#unauthenticatedMax || ofAddress >= this.#shareMax) {
      this.#onRefused('unauthenticated')
      throw TOO_MANY
    }
    this.#strangers += 1
    this.#byAddress.set(address, ofAddress + 1)
    try {
      return await work()
    } finally {
      this.#strangers -= 1
      const left = (this.#byAddress.get(address) ?? 1) - 1
      if (left > 0) this.#byAddress.set(address, left)
      else this.#byAddress.delete(address)
    }
  }

  /**
   * Refuses at the door while there is no place, before anything is done for a request: a refusal that costs as much as an
   * answer would leave no time for answers. A request that has to be refused for what it is goes on to those who do.
   *
   * @param isDraining once true, refusals ask the client to close its connection.
   * @param isKnown whether a request brings a known key.
   * @param isOfHop whether it comes from a proxy of the operator, whose connections many clients share.
   */
  guard(
    server: Server,
    {
      allowedHosts,
      isDraining,
      isKnown,
      isOfHop,
    }: {
      allowedHosts: readonly string[]
      isDraining: () => boolean
      isKnown(request: IncomingMessage): boolean
      isOfHop(request: IncomingMessage): boolean
    },
  ) {
    const listeners = server.listeners('request') as RequestListener[]
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#isFull && isKnown(request) && isPlain(request, allowedHosts)) {
        this.#onRefused('requests')
        refuse(response, isDraining())
      } else if (unansweredOn(request.socket) >= PIPELINED_MAX && !isOfHop(request) && !isKnown(request)) {
        this.#onRefused('pipelined')
        refuseConnection(request.socket, TOO_MANY, '')
      } else for (const listener of listeners) listener.call(server, request, response)
    })
  }
}

function refuse(response: ServerResponse, isDraining: boolean): void {
  const requestId = newRequestId()
  const { status, headers, body } = respondTooMany(requestId)
  const all = Object.assign(responseHeaders(requestId, body), headers)
  if (isDraining) all.connection = 'close'
  response.writeHead(status, all)
  response.end(body)
}
