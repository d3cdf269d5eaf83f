import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'
import { type NoAnswer, reasonOfCode } from './no-answer.rules.ts'
import type { Resolve } from './resolve.ts'
import { type EgressPolicy, mayDial, type Target } from './target.rules.ts'

export type Exchanged =
  | { kind: 'answered'; status: number; retryAfter: string | null }
  | { kind: 'failed'; reason: NoAnswer }

export interface Exchange {
  target: Extract<Target, { kind: 'target' }>
  policy: EgressPolicy
  resolve: Resolve
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** Ends everything, from the name's resolution to the last byte of the answer. */
  signal: AbortSignal
  /** Certificates to trust in place of the public ones. */
  ca?: string
}

const ANSWER_BYTES_MAX = 16 * 1024
const HEADER_BYTES_MAX = 16 * 1024
/** Node's own 250 ms would give up on a receiver on the other side of the world. */
const NEXT_ADDRESS_AFTER_MS = 2_500

/** An error of our own: its reason is all that leaves this module. */
class Stopped extends Error {
  readonly reason: NoAnswer
  constructor(reason: NoAnswer) {
    super(reason)
    this.reason = reason
  }
}

/**
 * Resolves a name inside the connector and hands out its addresses only if every one of them may be dialled, so that
 * what was checked is what is dialled, however often the name changes its mind (SSRF-2).
 */
function checkedLookup({ policy, resolve, signal }: Exchange): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, signal).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
        const [first] = found
        if (first === undefined) callback(new Stopped('name_not_resolved'), [])
        else if (!addresses.every((address) => mayDial(address, policy))) callback(new Stopped('address_refused'), [])
        else if (options.all === true) callback(null, found)
        else callback(null, first.address, first.family)
      },
      () => callback(new Stopped('name_not_resolved'), []),
    )
  }
}

/**
 * One POST over a connection of its own: no redirect is followed, no proxy used, no cookie kept, no connection or TLS
 * session shared with another request. At most 16 KiB of the answer's body are read, undecoded, and dropped.
 * Never throws.
 */
export function exchange(options: Exchange): Promise<Exchanged> {
  return new Promise((resolve) => {
    const request = open(options)
    const fail = (error: unknown) => {
      request.destroy()
      resolve({ kind: 'failed', reason: options.signal.aborted ? 'timeout' : reasonOf(error) })
    }
    request.on('error', fail)
    request.on('upgrade', () => fail(new Stopped('bad_answer')))
    // Node dials a literal address without asking the lookup, so the connection itself is looked at too.
    request.on('socket', (socket) => {
      socket.on('connect', () => {
        if (!mayDial(socket.remoteAddress ?? '', options.policy)) fail(new Stopped('address_refused'))
      })
    })
    request.on('response', (response) => {
      drain(response).then(() => {
        request.destroy()
        const retryAfter = response.headers['retry-after'] ?? null
        resolve({ kind: 'answered', status: response.statusCode ?? 0, retryAfter })
      }, fail)
    })
    request.end(options.body)
  })
}

function open(options: Exchange): ClientRequest {
  const { target, headers, body, signal, ca } = options
  const { url, hostname, isLiteral, port } = target
  const common = {
    method: 'POST',
    host: hostname,
    port,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': String(body.byteLength), connection: 'close' },
    lookup: checkedLookup(options),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    insecureHTTPParser: false,
    signal,
  }
  if (url.protocol === 'http:') return httpRequest({ ...common, agent: new HttpAgent({ keepAlive: false }) })
  return httpsRequest({
    ...common,
    agent: new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
    rejectUnauthorized: true,
    ...(isLiteral ? {} : { servername: hostname }),
    ...(ca === undefined ? {} : { ca }),
  })
}

/** Reads to the end of the body or to the bound, whichever comes first. */
function drain(response: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes > ANSWER_BYTES_MAX) resolve()
    })
    response.on('end', resolve)
    response.on('error', reject)
    response.on('close', () => reject(new Stopped('connection_failed')))
  })
}

function reasonOf(error: unknown): NoAnswer {
  if (error instanceof Stopped) return error.reason
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return reasonOfCode(code)
}
