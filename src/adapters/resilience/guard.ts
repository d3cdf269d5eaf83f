import type { Log } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Span, Trace } from '../../observability/trace.ts'
import { isOfService, notAsked, type Outcome, unanswered } from '../../ports/outcome.ts'
import { openDeadline } from '../http-client/deadline.ts'
import { admit, type BreakerLimits, type BreakerState, CLOSED, settle, unsettled } from './circuit-breaker.rules.ts'

/**
 * What stands around every port, so that a provider which is slow or down costs the rest of the server nothing:
 *
 * - a bulkhead: at most `callsMax` calls are under way; one more is `not_asked`;
 * - a total deadline: who has not answered by then is a `timeout`, whether or not the adapter has noticed;
 * - a circuit breaker (`breaker.rules.ts`): a provider that keeps failing is left alone for a while, and calls are `not_asked`.
 *   Only what is about the service counts: an answer about one card, number, mailbox or brand is a sign that the provider
 *   works, so no customer's data keeps others from it. A simulator has no breaker, since its outages are asked for one by one;
 * - the count of calls by outcome. Nobody else counts them.
 */
export interface Guard {
  run<T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<Outcome<T>>): Promise<Outcome<T>>
}

export interface GuardOptions {
  /** The port's name, as `payments`. */
  port: string
  provider: { readonly name: string; readonly isSimulated: boolean }
  log: Pick<Log, 'warn' | 'info'>
  metrics: Pick<Metrics, 'providerCalled' | 'providerGuarded'>
  deadlineMs: number
  callsMax: number
  /** Makes a span of each call that is let through. */
  trace: Trace
  breaker?: BreakerLimits
  /** Milliseconds that never go back. */
  now?: () => number
}

const BREAKER: BreakerLimits = { failuresMax: 5, openMs: 10_000 }
/** A full bulkhead empties as soon as one call ends. */
const FULL_RETRY_SECONDS = 1
/** An adapter ends by the deadline's signal and says more than we can; it gets this long to do so. */
const NOTICE_MS = 200

export function createGuard(options: GuardOptions): Guard {
  const { port, provider, log, metrics, deadlineMs, callsMax, breaker = BREAKER } = options
  const now = options.now ?? (() => performance.now())
  let state: BreakerState = CLOSED
  let inFlight = 0

  function note(isFailure: boolean, isProbe: boolean): void {
    if (provider.isSimulated) return
    const before = state
    state = settle(state, { isFailure, isProbe }, now(), breaker)
    if ((before.openedAt === null) === (state.openedAt === null)) return
    const isOpen = state.openedAt !== null
    metrics.providerGuarded(port, isOpen ? 'opened' : 'closed')
    if (isOpen) log.warn('provider.breaker_opened', { port, provider: provider.name })
    else log.info('provider.breaker_closed', { port, provider: provider.name })
  }

  async function attempt<T>(
    isProbe: boolean,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    inFlight += 1
    try {
      const outcome = await options.trace(spanOf<T>(options), () => withinDeadline(deadlineMs, signal, call))
      metrics.providerCalled(port, outcome.kind)
      note(isOfService(outcome), isProbe)
      return outcome
    } catch (error) {
      // A bug of ours, which one customer's data may have found: it tells nothing of the provider.
      state = unsettled(state, isProbe)
      throw error
    } finally {
      inFlight -= 1
    }
  }

  return {
    async run(signal, call) {
      if (inFlight >= callsMax) {
        metrics.providerGuarded(port, 'full')
        return notAsked(FULL_RETRY_SECONDS)
      }
      const admission = admit(state, now(), breaker)
      if (!admission.passes) {
        metrics.providerGuarded(port, 'refused')
        return notAsked(Math.ceil(admission.waitMs / 1000))
      }
      state = admission.state
      return attempt(state.openedAt !== null, signal, call)
    },
  }
}

/** The call under one signal for the caller's patience and ours; a `timeout` when it does not end by itself. */
async function withinDeadline<T>(
  deadlineMs: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const deadline = openDeadline(deadlineMs, signal)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Outcome<T>>((resolve) => {
    const giveUp = () => {
      timer = setTimeout(() => resolve(unanswered('service')), NOTICE_MS)
    }
    if (deadline.signal.aborted) giveUp()
    else deadline.signal.addEventListener('abort', giveUp, { once: true })
  })
  const running = call(deadline.signal)
  // What is given up may still fail later, when nobody listens any more.
  running.catch(() => undefined)
  try {
    return await Promise.race([running, late])
  } finally {
    clearTimeout(timer)
    deadline.close()
  }
}

function spanOf<T>({ port, provider }: GuardOptions): Span<Outcome<T>> {
  return {
    name: port,
    kind: 'client',
    attributes: { 'letterhead.provider': provider.name },
    outcome: ({ kind }) => ({
      attributes: { 'letterhead.outcome': kind },
      isError: kind === 'unavailable' || kind === 'timeout',
    }),
  }
}
