import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Failure } from '../contract/failure.ts'
import { newRequestId } from '../contract/request-id.ts'
import { answerHeaders, failureAnswers } from './answer.ts'
import { isPlain } from './framing.ts'

/** One for all: to note where it was made costs more than the rest of a refusal. */
const TOO_MANY = new Failure('INTERNAL_005')
const answerTooMany = failureAnswers(TOO_MANY)

/**
 * Bounds how many requests an instance works on at a time. Under more load than it can take, a queue without an end makes
 * every answer late, until all of them come after their clients have gone; a short one keeps those that are let in quick
 * (reliability section 9, LOAD-4). A request takes a place once it has arrived whole: who sends slowly holds none.
 */
export class Crowd {
  readonly #max: number
  readonly #onRefused: () => void
  #inside = 0

  /** @param onRefused told of each request that is refused. */
  constructor(max: number, onRefused: () => void) {
    this.#max = max
    this.#onRefused = onRefused
  }

  get #isFull(): boolean {
    return this.#inside >= this.#max
  }

  /**
   * The work of a request, which has its place until it ends, whether or not its client waits for it.
   *
   * @throws Failure INTERNAL_005 when there is no place.
   */
  async work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isFull) {
      this.#onRefused()
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
   * Refuses at the door while there is no place, before anything is done for a request: a refusal that costs as much as an
   * answer would leave no time for answers. A request that has to be refused for what it is goes on to those who do.
   *
   * @param isDraining once true, refusals ask the client to close its connection.
   */
  guard(server: Server, { allowedHosts, isDraining }: { allowedHosts: readonly string[]; isDraining: () => boolean }) {
    const listeners = server.listeners('request') as RequestListener[]
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#isFull && isPlain(request, allowedHosts)) {
        this.#onRefused()
        refuse(response, isDraining())
      } else for (const listener of listeners) listener.call(server, request, response)
    })
  }
}

function refuse(response: ServerResponse, isDraining: boolean): void {
  const requestId = newRequestId()
  const { status, headers, body } = answerTooMany(requestId)
  const all = Object.assign(answerHeaders(requestId, body), headers)
  if (isDraining) all.connection = 'close'
  response.writeHead(status, all)
  response.end(body)
}
