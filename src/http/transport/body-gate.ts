import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Failure } from '../../contract/failure.ts'
import { parseKeyText } from '../../contract/tokens/key-text.ts'
import type { AppContext } from '../app-context.ts'
import { isLiveKey } from '../auth/authenticate.ts'
import { KnownKeys } from '../auth/known-keys.ts'
import { countedAddress } from '../auth/lockout.ts'
import type { Endpoint } from '../endpoint.ts'
import type { IncomingRequest } from '../incoming-request.ts'
import { failed } from '../pipeline/failed.ts'
import type { HttpResponse } from '../response.ts'
import { BodyBudget } from './body-budget.ts'
import type { Connections } from './connections.ts'
import { announcesBody, refuseConnection } from './framing.ts'
import { type ConcurrencyLimit, TOO_MANY } from './load-shedding.ts'

/** What becomes of a request whose headers have arrived. */
export type Verdict =
  /** Its body is read. `release` gives its room back. */
  | { kind: 'read'; mark: string; release: () => void }
  /** It is answered as its key deserves, and its body is not read. */
  | { kind: 'unread'; isKeyRefused: boolean }
  /** It is answered with this. */
  | { kind: 'answer'; answer: HttpResponse }

const nothing = () => {}
const MIB = 1024 * 1024
/** Of clients that are not known: two bodies of three MiB for each of two addresses (docs/PROVIDERS.md, events of Meta). */
const OPEN_BYTES_MAX = 12 * MIB
/** Keys that are looked up at a time: the database's connections are for those who are known. */
const LOOK_UPS_MAX = 4
/** One customer's, of all. */
const SHARE = 1 / 4

export interface BodyGateOptions {
  context: AppContext
  concurrencyLimit: ConcurrencyLimit
  connections: Connections
  /** Most bytes of bodies that are received at a time for known keys. */
  bytesMax: number
  /** Most requests that wait while one key is looked up. */
  waitingMax: number
  /** Told of each body for which there was no room. */
  onFull(): void
}

/**
 * Decides before a body is read whether it is: nothing is kept in memory for somebody who has shown no valid key. A key that
 * opened something a moment ago passes at once. Any other that could be one is looked up first, in a place of the
 * unauthenticated; what the request then does asks the database again, as every request.
 */
export class BodyGate {
  readonly keys = new KnownKeys()
  readonly #options: BodyGateOptions
  /** Look-ups that wait for their turn. */
  readonly #next: (() => void)[] = []
  #lookUps = 0
  readonly #bodies: BodyBudget
  readonly #openBodies = new BodyBudget({ bytesMax: OPEN_BYTES_MAX, shareMax: OPEN_BYTES_MAX / 2 })

  constructor(options: BodyGateOptions) {
    this.#options = options
    this.#bodies = new BodyBudget({ bytesMax: options.bytesMax, shareMax: options.bytesMax * SHARE })
  }

  /** Whether a request brings a known key. */
  isKnown({ headers }: IncomingMessage): boolean {
    const key = headers['x-api-key']
    return typeof key === 'string' && this.keys.has(this.keys.markOf(key))
  }

  /**
   * Of an operation that asks for a key.
   *
   * @param bytesMax the most that its body may have.
   * @throws Failure INTERNAL_005, also by the promise, where there is no place or no room.
   */
  judge(
    endpoint: Endpoint,
    request: IncomingMessage,
    incoming: IncomingRequest,
    bytesMax: number,
  ): Verdict | Promise<Verdict> {
    const key = incoming.headers['x-api-key']
    if (key === undefined || key === '') return { kind: 'unread', isKeyRefused: false }
    const mark = this.keys.markOf(key)
    if (this.keys.has(mark)) return this.#readFor(mark, request, bytesMax)
    if (parseKeyText(key) === null) return { kind: 'unread', isKeyRefused: false }
    return this.#lookUp(endpoint, request, incoming, { key, mark, bytesMax })
  }

  async #lookUp(
    endpoint: Endpoint,
    request: IncomingMessage,
    incoming: IncomingRequest,
    { key, mark, bytesMax }: { key: string; mark: string; bytesMax: number },
  ): Promise<Verdict> {
    const { concurrencyLimit, context, waitingMax } = this.#options
    const ask = () =>
      concurrencyLimit.workUnauthenticated(countedAddress(incoming.remoteAddress), () =>
        this.#inTurn(async () => {
          // Who is gone by the time of its turn costs the database nothing, also while the server stops.
          if (request.socket.destroyed) throw TOO_MANY
          return isLiveKey(context, endpoint, key, incoming)
        }),
      )
    try {
      const isValid = await this.keys.find(mark, ask, waitingMax)
      if (isValid === null) throw TOO_MANY
      return isValid ? this.#readFor(mark, request, bytesMax) : { kind: 'unread', isKeyRefused: true }
    } catch (error) {
      if (error instanceof Failure) throw error
      return { kind: 'answer', answer: failed(context, endpoint, incoming, error) }
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    // Who ends hands the turn on, so it is counted once.
    if (this.#lookUps >= LOOK_UPS_MAX) await new Promise<void>((resolve) => this.#next.push(resolve))
    else this.#lookUps += 1
    try {
      return await work()
    } finally {
      const next = this.#next.shift()
      if (next === undefined) this.#lookUps -= 1
      else next()
    }
  }

  #readFor(mark: string, request: IncomingMessage, bytesMax: number): Verdict {
    const release = announcesBody(request) ? this.#hold(this.#bodies, mark, request, bytesMax) : nothing
    return { kind: 'read', mark, release }
  }

  /**
   * Of a client that shows something else than a key, or nothing: room for its body.
   *
   * @returns what gives the room back.
   * @throws Failure INTERNAL_005 where there is none.
   */
  holdOpen(request: IncomingMessage, address: string, bytesMax: number): () => void {
    return announcesBody(request) ? this.#hold(this.#openBodies, countedAddress(address), request, bytesMax) : nothing
  }

  #hold(budget: BodyBudget, owner: string, request: IncomingMessage, bytesMax: number): () => void {
    // Without a length it may become as large as any.
    const bytes = Math.min(Number(request.headers['content-length'] ?? bytesMax), bytesMax)
    const release = budget.take(owner, bytes, {
      isArriving: () => !request.complete,
      end: () => refuseConnection(request.socket, new Failure('REQUEST_408'), this.#options.context.docsOrigin()),
    })
    if (release !== null) return release
    this.#options.onFull()
    throw TOO_MANY
  }

  /**
   * What a request has shown of its client: it was let in, or its key opens nothing any more.
   *
   * @param mark of its key; null where it shows something else.
   */
  learn(socket: Socket, mark: string | null, hasPassed: boolean): void {
    if (hasPassed) this.#options.connections.know(socket)
    if (mark === null) return
    if (hasPassed) this.keys.keep(mark)
    else this.keys.forget(mark)
  }
}
