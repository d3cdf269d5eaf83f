import type { Log } from '../../observe/log.ts'
import { done, type Outcome, unavailable } from '../../ports/outcome.ts'
import { boundedFetch } from '../bounded-fetch.ts'
import type { Deadline } from '../deadline.ts'
import { toOutcome } from './faults.ts'
import { type GraphFault, toGraphFault } from './wire.ts'

/** One read of the Graph API. `read` gives null for an answer whose shape is not the promised one. */
export interface GraphRead<T> {
  name: string
  /** Below the base URL, without a leading slash; made of fixed words and checked ids only. */
  path: string
  query: Record<string, string>
  bearer: string
  read: (answer: unknown) => T | null
}

export interface GraphAnswer<T> {
  outcome: Outcome<T>
  fault: GraphFault | null
}

export interface GraphSession {
  get<T>(request: GraphRead<T>): Promise<GraphAnswer<T>>
}

/**
 * The Graph API for the reads of one operation under one deadline. No URL is ever logged or thrown: the query of
 * `debug_token` holds a token.
 */
export function openSession(baseUrl: URL, log: Log, deadline: Deadline): GraphSession {
  return {
    async get(request) {
      const delivery = await boundedFetch({
        url: urlOf(baseUrl, request.path, request.query),
        method: 'GET',
        headers: { authorization: `Bearer ${request.bearer}`, accept: 'application/json' },
        signal: deadline.signal,
      })
      if (delivery.kind === 'timeout') {
        log.warn('whatsapp.timeout', { provider: 'meta', step: request.name })
        return { outcome: { kind: 'timeout' }, fault: null }
      }
      if (delivery.kind !== 'answer') {
        const reason = delivery.kind === 'unreachable' ? `unreachable_${delivery.code}` : 'unexpected_answer'
        return withoutFault(log, request.name, reason)
      }
      const answer = parsed(delivery.text)
      if (delivery.status !== 200) return withFault(log, request.name, toGraphFault(delivery.status, answer))
      const value = request.read(answer)
      return value === null
        ? withoutFault(log, request.name, 'unexpected_answer')
        : { outcome: done(value), fault: null }
    },
  }
}

function withoutFault(log: Log, step: string, reason: string): GraphAnswer<never> {
  log.warn('whatsapp.unavailable', { provider: 'meta', step, reason })
  return { outcome: unavailable(), fault: null }
}

function withFault(log: Log, step: string, fault: GraphFault): GraphAnswer<never> {
  const outcome = toOutcome(fault)
  const fields = { provider: 'meta', step, status: fault.status, code: fault.code, subcode: fault.subcode }
  if (outcome.kind === 'unavailable') {
    log.warn('whatsapp.unavailable', { ...fields, reason: 'error_answer', fbtrace_id: fault.traceId })
  } else {
    log.info(`whatsapp.${outcome.kind}`, { ...fields, fbtrace_id: fault.traceId })
  }
  return { outcome, fault }
}

function urlOf(baseUrl: URL, path: string, query: Record<string, string>): string {
  const url = new URL(`${baseUrl.href.replace(/\/+$/, '')}/${path}`)
  url.search = new URLSearchParams(query).toString()
  return url.href
}

/** The answer as JSON, or null. The parser's error quotes the answer, so it ends here. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
