import { exchange } from './exchange.ts'
import type { NoAnswer } from './no-answer.rules.ts'
import { type Resolve, resolveByServers, resolveBySystem } from './resolve.ts'
import { type EgressPolicy, readTarget } from './target.rules.ts'

export type { NoAnswer } from './no-answer.rules.ts'
export type { Resolve } from './resolve.ts'
export type { EgressPolicy } from './target.rules.ts'

/** A POST to an address that a customer gave us. */
export interface OutboundPost {
  url: string
  headers: Readonly<Record<string, string>>
  /** Sent byte for byte, as UTF-8. */
  body: string
  /** Over name resolution, connecting, TLS, and the whole answer. */
  timeoutMs: number
}

/** All that is ever known of the answer: its status, when to come again, and how long it took. */
export type Posted =
  | { kind: 'answered'; status: number; retryAfter: string | null; durationMs: number }
  | { kind: 'failed'; reason: NoAnswer; durationMs: number }

/** The only way from this server to an address that a customer chose (SSRF-1 to SSRF-3 in docs/RELIABILITY.md). */
export interface Egress {
  /** Never throws. An address that the policy refuses is a failure before anything is sent. */
  post(request: OutboundPost): Promise<Posted>
  /** Why the address would never be called: the end of a sentence, or `not_a_url`; null when it would. Asks no name server. */
  problemOf(url: string): string | null
}

export interface EgressOptions {
  policy: EgressPolicy
  resolve?: Resolve
  /** Certificates to trust in place of the public ones. */
  ca?: string
}

export function createEgress({ policy, resolve, ca }: EgressOptions): Egress {
  const ask = resolve ?? (policy.allowsPrivate ? resolveBySystem : resolveByServers)
  return {
    problemOf(url) {
      const target = readTarget(url, policy)
      if (target.kind === 'target') return null
      return target.kind === 'refused' ? target.says : 'not_a_url'
    },
    async post({ url, headers, body, timeoutMs }) {
      const startedAt = performance.now()
      const durationMs = () => Math.round(performance.now() - startedAt)
      const target = readTarget(url, policy)
      if (target.kind !== 'target') return { kind: 'failed', reason: 'address_refused', durationMs: durationMs() }
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), timeoutMs)
      try {
        const bytes = Buffer.from(body, 'utf8')
        const trust = ca === undefined ? {} : { ca }
        const signal = deadline.signal
        const outcome = await exchange({ target, policy, resolve: ask, headers, body: bytes, signal, ...trust })
        return { ...outcome, durationMs: durationMs() }
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
