import type { Log } from '../../observability/log.ts'
import { type About, done, type Outcome, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import { aboutOf, isDefinite, notAccepted } from '../resilience/http-status.rules.ts'
import { boundedFetch, type Delivery, isUnsent } from './bounded-fetch.ts'
import { openDeadline } from './deadline.ts'
import type { NoteWord } from './read-wire.ts'

/** One call of a provider's JSON interface. `read` gives null for an answer whose shape is not the promised one. */
export interface JsonCall<T> {
  /** Our name of the call, for the log. */
  step: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base URL, without a leading slash; made of fixed words and checked ids only. */
  path: string
  query?: Record<string, string>
  body?: Record<string, unknown>
  read: (answer: unknown, note: NoteWord) => T | null
}

/** An answer that is no success. */
export interface HttpFault {
  status: number
  answer: unknown
  /** From Retry-After or Telnyx's `x-ratelimit-reset`, whole seconds from 1 to 3600; null without one. */
  retryAfterSeconds: number | null
}

/** What a provider's error means: the outcome, and for the log the provider's code and a word of ours. */
export interface Judgement {
  outcome: Outcome<never>
  code: string | number | null
  /** `error_answer` unless told. */
  reason?: string
}

export interface JsonClientOptions {
  provider: string
  /** First word of the events in the log. */
  area: string
  baseUrl: URL
  authorization: string
  log: Log
  /** For all calls of one operation together. */
  timeoutMs: number
  /** Null for an error that the provider does not document: its status decides. */
  judge(fault: HttpFault, isChange: boolean): Judgement | null
}

export interface JsonSession {
  call<T>(call: JsonCall<T>): Promise<Outcome<T>>
}

/**
 * Runs the calls of one operation under one deadline. A change whose fate is not known is a `timeout`, a read `unavailable`.
 * Nothing of a body, a query or an error's text is ever logged.
 */
export async function withSession<T>(
  options: JsonClientOptions,
  signal: AbortSignal | undefined,
  work: (session: JsonSession) => Promise<T>,
): Promise<T> {
  const deadline = openDeadline(options.timeoutMs, signal)
  try {
    return await work({ call: (call) => exchange(options, deadline.signal, call) })
  } finally {
    deadline.close()
  }
}

/** As many new words as are told: a provider that makes up words fills no log. */
const WORDS_MAX = 100
const toldWords = new Set<string>()

/** Tells the operator of a state that is not known yet, once per process; it names a state and nothing of a customer. */
function noteOnce({ log, provider, area }: JsonClientOptions, member: string, word: string): void {
  const key = `${provider} ${member} ${word}`
  if (toldWords.has(key) || toldWords.size >= WORDS_MAX) return
  toldWords.add(key)
  log.warn(`${area}.unknown_state`, { provider, member, word })
}

async function exchange<T>(options: JsonClientOptions, signal: AbortSignal, call: JsonCall<T>): Promise<Outcome<T>> {
  const { log, provider, area } = options
  const isChange = call.method !== 'GET'
  const delivery = await boundedFetch(requestOf(options, signal, call))
  const noted = (kind: Outcome<unknown>['kind'], fields: Record<string, string | number | null>) =>
    log.warn(`${area}.${kind}`, { provider, step: call.step, ...fields })
  const lost = (reason: string, of: About): Outcome<never> => {
    const outcome = isChange && !isUnsent(delivery) ? unanswered(of) : unavailable(of)
    noted(outcome.kind, { reason })
    return outcome
  }
  if (delivery.kind === 'timeout') {
    noted('timeout', {})
    return unanswered('service')
  }
  if (delivery.kind !== 'answer') {
    return lost(delivery.kind === 'unreachable' ? `unreachable_${delivery.code}` : 'unexpected_answer', 'service')
  }
  const answer = parsed(delivery.text)
  if (delivery.status < 300) {
    const value = call.read(answer, (member, word) => noteOnce(options, member, word))
    return value === null ? lost('unexpected_answer', isData(answer) ? 'subject' : 'service') : done(value)
  }
  const fault = { status: delivery.status, answer, retryAfterSeconds: retryAfterOf(delivery) }
  const judged = options.judge(fault, isChange)
  if (judged === null) {
    if (!isDefinite(delivery.status)) return lost(`http_${delivery.status}`, aboutOf(delivery.status))
    noted('refused', { status: delivery.status, reason: 'unexpected_error_answer' })
    return refused(notAccepted(delivery.status))
  }
  const { outcome, code, reason = 'error_answer' } = judged
  if (outcome.kind === 'refused' || outcome.kind === 'mismatch') {
    log.info(`${area}.${outcome.kind}`, { provider, step: call.step, status: delivery.status, code })
  } else {
    noted(outcome.kind, { status: delivery.status, code, reason })
  }
  return outcome
}

function requestOf({ baseUrl, authorization }: JsonClientOptions, signal: AbortSignal, call: JsonCall<unknown>) {
  const url = new URL(`${baseUrl.href.replace(/\/+$/, '')}/${call.path}`)
  url.search = new URLSearchParams(call.query ?? {}).toString()
  return {
    url: url.href,
    method: call.method,
    headers: {
      authorization,
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    signal,
  }
}

function retryAfterOf(delivery: Delivery & { kind: 'answer' }): number | null {
  const text = delivery.headers.get('retry-after') ?? delivery.headers.get('x-ratelimit-reset') ?? ''
  return /^\d{1,4}$/.test(text) ? Math.min(3600, Math.max(1, Number(text))) : null
}

/** Whether the provider itself answers, about what was asked: what is no JSON object comes from something before it. */
function isData(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null
}

/** The answer as JSON; null for an empty one, undefined for what is no JSON. The parser's error quotes the answer, so it ends here. */
function parsed(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
