import type { Log } from '../../observability/log.ts'
import { type About, done, type Outcome, unanswered, unavailable } from '../../ports/outcome.ts'
import { type BoundedRequest, boundedFetch, isUnsent } from '../http-client/bounded-fetch.ts'
import type { Deadline } from '../http-client/deadline.ts'
import { judge } from './faults.ts'
import { type GraphFault, toGraphFault } from './wire.ts'

/** One call of the Graph API. `read` gives null for an answer whose shape is not the promised one. */
interface GraphCall<T> {
  name: string
  /** Below the base URL, without a leading slash; made of fixed words and checked ids only. */
  path: string
  bearer: string
  read: (answer: unknown) => T | null
}

export interface GraphRead<T> extends GraphCall<T> {
  query: Record<string, string>
}

export interface GraphChange<T> extends GraphCall<T> {
  body: Record<string, string>
}

export interface GraphResponse<T> {
  outcome: Outcome<T>
  fault: GraphFault | null
}

export interface GraphSession {
  get<T>(request: GraphRead<T>): Promise<GraphResponse<T>>
  /** What may have happened is a `timeout`. */
  post<T>(request: GraphChange<T>): Promise<GraphResponse<T>>
}

/**
 * The Graph API for the calls of one operation under one deadline. No URL is ever logged or thrown: the query of
 * `debug_token` holds a token.
 */
export function openSession(baseUrl: URL, log: Log, deadline: Deadline): GraphSession {
  const send = async <T>(
    request: GraphCall<T>,
    exchange: Pick<BoundedRequest, 'url' | 'method' | 'body'>,
  ): Promise<GraphResponse<T>> => {
    const isChange = exchange.method !== 'GET'
    const delivery = await boundedFetch({
      ...exchange,
      headers: {
        authorization: `Bearer ${request.bearer}`,
        accept: 'application/json',
        ...(isChange ? { 'content-type': 'application/json' } : {}),
      },
      signal: deadline.signal,
    })
    if (delivery.kind === 'timeout') {
      log.warn('whatsapp.timeout', { provider: 'meta', step: request.name })
      return { outcome: unanswered('service'), fault: null }
    }
    const unknown = (of: About) => (isChange && !isUnsent(delivery) ? unanswered(of) : unavailable(of))
    if (delivery.kind !== 'answer') {
      const reason = delivery.kind === 'unreachable' ? `unreachable_${delivery.code}` : 'unexpected_answer'
      return withoutFault(log, request.name, reason, unknown('service'))
    }
    const answer = parsed(delivery.text)
    if (delivery.status !== 200) return withFault(log, request.name, toGraphFault(delivery.status, answer), isChange)
    const value = request.read(answer)
    return value === null
      ? withoutFault(log, request.name, 'unexpected_answer', unknown(answer === null ? 'service' : 'subject'))
      : { outcome: done(value), fault: null }
  }
  return {
    get: (request) => send(request, { url: urlOf(baseUrl, request.path, request.query), method: 'GET' }),
    post: (request) =>
      send(request, {
        url: urlOf(baseUrl, request.path, {}),
        method: 'POST',
        body: JSON.stringify(request.body),
      }),
  }
}

function withoutFault(log: Log, step: string, reason: string, outcome: Outcome<never>): GraphResponse<never> {
  log.warn(`whatsapp.${outcome.kind}`, { provider: 'meta', step, reason })
  return { outcome, fault: null }
}

function withFault(log: Log, step: string, fault: GraphFault, isChange: boolean): GraphResponse<never> {
  const { outcome, reason } = judge(fault, isChange)
  const fields = { provider: 'meta', step, status: fault.status, code: fault.code, subcode: fault.subcode }
  if (reason === null) log.info('whatsapp.refused', { ...fields, fbtrace_id: fault.traceId })
  else log.warn(`whatsapp.${outcome.kind}`, { ...fields, reason, fbtrace_id: fault.traceId })
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
