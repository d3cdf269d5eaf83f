import Stripe from 'stripe'
import type { Log } from '../../observability/log.ts'
import { type About, done, type Outcome, unanswered, unavailable } from '../../ports/outcome.ts'
import { boundedFetch, type Delivery } from '../http-client/bounded-fetch.ts'
import type { Deadline } from '../http-client/deadline.ts'
import { isExplained, operatorProblemOf, toOutcome } from './faults.ts'
import { type StripeFault, toStripeFault } from './wire.ts'

export interface StripeConnection {
  secretKey: string
  baseUrl: URL
  log: Log
}

/** What one call gave: the port's outcome, and Stripe's error where there was one. */
export interface StripeResponse<T> {
  outcome: Outcome<T>
  fault: StripeFault | null
}

/** One call of the library. `read` gives null for an answer whose shape is not the promised one. */
export interface StripeStep<T> {
  name: string
  call: (stripe: Stripe) => Promise<unknown>
  read: (answer: unknown) => T | null
  /** What it means that the named thing does not exist, where that is an answer and not a failure. */
  absent?: T
}

export interface StripeSession {
  run<T>(step: StripeStep<T>): Promise<StripeResponse<T>>
}

/** Of Stripe's headers only these reach the library; `stripe-notice` would print Stripe's text to our stderr. */
const HEADERS_KEPT = ['request-id', 'idempotent-replayed', 'retry-after']

/**
 * The official library, for the calls of one operation under one deadline. It retries nothing, follows no redirect and
 * reads at most 1 MiB. The errors it throws hold Stripe's raw answer: they end here.
 */
export function openSession(connection: StripeConnection, deadline: Deadline): StripeSession {
  let delivery: Delivery | null = null

  const fetchThroughUs = async (
    url: string,
    init: { method: string; headers: Headers | [string, string][]; body?: string },
  ) => {
    delivery = await boundedFetch({
      url,
      method: init.method,
      headers: Object.fromEntries(init.headers),
      ...(init.body === undefined ? {} : { body: init.body }),
      signal: deadline.signal,
    })
    if (delivery.kind !== 'answer') throw new Error('No answer')
    const headers = new Headers()
    for (const name of HEADERS_KEPT) {
      const value = delivery.headers.get(name)
      if (value !== null) headers.set(name, value)
    }
    return new Response(delivery.text === '' ? null : delivery.text, { status: delivery.status, headers })
  }

  const { baseUrl } = connection
  const isPlain = baseUrl.protocol === 'http:'
  const stripe = new Stripe(connection.secretKey, {
    protocol: isPlain ? 'http' : 'https',
    host: baseUrl.hostname,
    port: baseUrl.port === '' ? (isPlain ? 80 : 443) : baseUrl.port,
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(fetchThroughUs as typeof fetch),
  })

  return {
    async run(step) {
      delivery = null
      if (deadline.signal.aborted) return { outcome: unanswered('service'), fault: null }
      try {
        const answer = await step.call(stripe)
        // The library takes an error status for a success where the answer holds no `error`.
        if (errorStatusOf(delivery) !== null) return failed(connection.log, step.name, delivery, toStripeFault(null))
        const value = step.read(answer)
        return value === null
          ? unread(connection.log, step.name, delivery, 'subject')
          : { outcome: done(value), fault: null }
      } catch (error) {
        const fault = toStripeFault(error)
        if (step.absent !== undefined && fault.status === 404 && fault.code === 'resource_missing') {
          return { outcome: done(step.absent), fault: null }
        }
        return failed(connection.log, step.name, delivery, fault)
      }
    },
  }
}

/** The status of an answer that is an error, whatever it holds. */
function errorStatusOf(delivery: Delivery | null): number | null {
  return delivery?.kind === 'answer' && delivery.status >= 400 ? delivery.status : null
}

function unread(log: Log, step: string, delivery: Delivery | null, of: About): StripeResponse<never> {
  warn(log, 'unavailable', { step, reason: reasonOf(delivery) })
  return { outcome: unavailable(of), fault: null }
}

function failed(log: Log, step: string, delivery: Delivery | null, read: StripeFault): StripeResponse<never> {
  if (delivery?.kind === 'timeout') {
    warn(log, 'timeout', { step })
    return { outcome: unanswered('service'), fault: null }
  }
  const status = errorStatusOf(delivery)
  if (status === null) return unread(log, step, delivery, 'service')
  const fault = { ...read, status }
  const outcome = toOutcome(fault)
  if (outcome.kind === 'unavailable') {
    warn(log, 'unavailable', { step, reason: operatorProblemOf(fault) ?? 'error_answer', ...fieldsOf(fault) })
  } else if (isExplained(fault)) {
    log.info(`payments.${outcome.kind}`, { provider: 'stripe', step, ...fieldsOf(fault) })
  } else {
    warn(log, outcome.kind, { step, reason: 'unexpected_error_answer', ...fieldsOf(fault) })
  }
  return { outcome, fault }
}

function reasonOf(delivery: Delivery | null): string {
  if (delivery === null) return 'not_sent'
  return delivery.kind === 'unreachable' ? `unreachable_${delivery.code}` : 'unexpected_answer'
}

function warn(log: Log, kind: Outcome<unknown>['kind'], fields: Record<string, string | number | null>): void {
  log.warn(`payments.${kind}`, { provider: 'stripe', ...fields })
}

/** What an operator may read of an error: names and Stripe's request id, by which Stripe's own log shows the rest. */
function fieldsOf(fault: StripeFault): Record<string, string | number | null> {
  return {
    status: fault.status,
    type: fault.type,
    code: fault.code,
    decline_code: fault.declineCode,
    stripe_request_id: fault.requestId,
  }
}
