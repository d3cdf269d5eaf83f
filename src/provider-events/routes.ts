import type { FastifyRequest } from 'fastify'
import { Failure } from '../contract/failure.ts'
import { Lockout } from '../http/auth/lockout.ts'
import type { OpenBodies, ServerOptions } from '../http/transport/server.ts'
import type { CallbackReceiver, CallbackRequest } from '../ports/event-receiver.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'

/**
 * Where providers tell us that something changed: `/callbacks/<provider>`. These routes are no part of the API and of its
 * document: they ask for no API key but for the provider's signature, which is checked over the raw bytes before anything
 * else is done. An address that sends wrong signatures waits like one that guesses keys.
 */

/** Every route, whether or not its provider is configured; one that is not answers 404. */
export const CALLBACK_ROUTES = [
  ['POST', '/callbacks/tcr'],
  ['POST', '/callbacks/telnyx'],
  ['POST', '/callbacks/meta'],
  ['GET', '/callbacks/meta'],
] as const

/** Events are small. Meta alone gathers up to a thousand of them into one request, of up to 3 MB by its documentation. */
const BODY_BYTES_MAX = { tcr: 64 * 1024, telnyx: 64 * 1024, meta: 3 * 1024 * 1024 } as const

export interface CallbackOptions {
  receivers: readonly CallbackReceiver[]
  /** Keeps the events for good, each once. Rejects when it cannot: the provider then sends them again. */
  accept(provider: string, events: readonly ProviderEvent[]): Promise<void>
  onRefused(provider: string): void
  /** Milliseconds since 1970. */
  now?: () => number
}

type Transport = Parameters<ServerOptions['pages']>[0]

/** @param bodies gives each body its room, within a bound for all who show no API key. */
export function addCallbacks(server: Transport, bodies: OpenBodies, options: CallbackOptions): void {
  const lockout = new Lockout()
  for (const [method, url] of CALLBACK_ROUTES) {
    const provider = url.slice('/callbacks/'.length) as CallbackReceiver['provider']
    const receiver = options.receivers.find((each) => each.provider === provider)
    // Nothing is read for a provider that nobody listens to: no route, 404.
    if (receiver === undefined) continue
    const refuse = (request: FastifyRequest) => {
      options.onRefused(provider)
      return refusal(lockout.failed(request.ip))
    }
    server.route({
      method,
      url,
      bodyLimit: BODY_BYTES_MAX[provider],
      onRequest: (request, _reply, done) => {
        if (method === 'POST') {
          if (request.headers[receiver.signatureHeader] === undefined) throw refuse(request)
          bodies.hold(request, BODY_BYTES_MAX[provider])
        }
        done()
      },
      handler: async (request, reply) => {
        const incoming = {
          url: request.url,
          headers: request.headers as Record<string, string | undefined>,
          rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          now: options.now?.() ?? Date.now(),
        }
        const answer =
          method === 'GET' ? challengeResponse(receiver, incoming.url) : await take(options, receiver, incoming)
        if (answer === null) throw refuse(request)
        bodies.letIn(request)
        return reply.headers(PLAIN).send(answer)
      },
    })
  }
}

/** Null when the question is not one of this provider, or carries another token than ours. */
function challengeResponse(receiver: CallbackReceiver, url: string): string | null {
  const mark = url.indexOf('?')
  return receiver.answerChallenge?.(new URLSearchParams(mark === -1 ? '' : url.slice(mark))) ?? null
}

/** Null when the signature is not right. */
async function take(
  { accept }: CallbackOptions,
  receiver: CallbackReceiver,
  incoming: CallbackRequest,
): Promise<string | null> {
  const reading = receiver.readCallback(incoming)
  if (reading.kind === 'refused') return null
  await accept(receiver.provider, reading.events)
  return ''
}

function refusal(waitSeconds: number): Failure {
  if (waitSeconds === 0) return new Failure('CALLBACK_001')
  return new Failure('BUSINESS_002', { headers: { 'retry-after': String(waitSeconds) } })
}

const PLAIN = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}
