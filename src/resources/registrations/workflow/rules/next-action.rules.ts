import type { CallName, Step } from '../../registration.fields.ts'

/**
 * The first half of a registration's step function: what is done next. State in, move out; it never asks, waits or looks at
 * a clock. Times are milliseconds since 1970.
 */

/** What is asked of a provider: a call of the step, or the look-up of what a call without an answer has left there. */
export type ProviderRequest = CallName | 'find_brand' | 'find_campaign'

export type NextAction =
  | { kind: 'ask'; index: number; question: ProviderRequest }
  | { kind: 'copy_numbers'; index: number }
  /** Another completion registers the organization's brand: look whether it has. */
  | { kind: 'await_brand'; index: number }
  | { kind: 'set_status'; index: number }
  | { kind: 'wait'; index: number; untilMs: number; isReview: boolean }
  | { kind: 'correct'; index: number }
  | { kind: 'parked'; index: number }
  | { kind: 'finished' }

/** Calls that must not be sent again while their outcome is unknown: the provider would do, and charge, it twice. */
export const ONCE: ReadonlySet<CallName> = new Set([
  'submit_brand',
  'revet_brand',
  'order_vetting',
  'submit_campaign',
  'create_messaging_profile',
])

/** How a call whose outcome is unknown is found again: by our reference, or by the state of what it was about. */
const LOOKUP: Partial<Record<CallName, ProviderRequest>> = {
  submit_brand: 'find_brand',
  revet_brand: 'read_brand',
  order_vetting: 'read_vetting',
  submit_campaign: 'find_campaign',
  create_messaging_profile: 'find_messaging_profile',
}

/** Questions that change nothing at the provider. */
export const READS: ReadonlySet<ProviderRequest> = new Set<ProviderRequest>([
  'find_brand',
  'find_campaign',
  'read_brand',
  'read_feedback',
  'read_vetting',
  'read_authentication',
  'read_campaign',
  'find_messaging_profile',
  'read_assignment',
])

/** A wait that lasts longer is a review, whatever is awaited: who waits for the callback is told. */
const SHORT_WAIT_MS = 5 * 60_000

/**
 * The next thing to do: the first step that is not done decides, since each needs those before it.
 *
 * @param callLimitMs how long a call may be under way before its worker is taken for dead.
 */
export function nextAction(steps: readonly Step[], now: number, callLimitMs: number): NextAction {
  // What cannot succeed is found before anything is sent and paid for, but what may have been sent is known first: with the
  // correction its lock is given back (decision 21).
  const wrong = steps.findIndex(({ state }) => state === 'correction_needed')
  const open = steps.findIndex(({ state }) => state === 'unknown' || state === 'calling')
  if (wrong !== -1 && open === -1) return { kind: 'correct', index: wrong }
  const index = wrong === -1 ? steps.findIndex(({ state }) => state !== 'done' && state !== 'skipped') : open
  const step = steps[index]
  if (step === undefined) return { kind: 'finished' }
  if (step.state === 'parked') return { kind: 'parked', index }
  const untilMs = step.state === 'calling' ? (step.called_at ?? 0) + callLimitMs : (step.next_try_at ?? 0)
  if (untilMs > now) return { kind: 'wait', index, untilMs, isReview: isReview(step, now) }
  if (step.step === 'copy_numbers') return { kind: 'copy_numbers', index }
  if (step.step === 'status') return { kind: 'set_status', index }
  if (step.call === null) return { kind: 'await_brand', index }
  return { kind: 'ask', index, question: questionOf(step.state, step.call) }
}

/**
 * The same steps once a provider has said that something changed: what is awaited or looked up is so at once. A provider
 * that was not to be had is left alone as long as before.
 */
export function woken(steps: readonly Step[]): Step[] {
  return steps.map((step) =>
    step.state === 'waiting' || step.state === 'unknown' ? { ...step, next_try_at: null } : step,
  )
}

/** After an interrupted or unanswered call that must not be repeated, the provider's records first. */
function questionOf(state: Step['state'], call: CallName): ProviderRequest {
  const isOpen = state === 'unknown' || state === 'calling'
  return (isOpen ? LOOKUP[call] : undefined) ?? call
}

function isReview({ step, state, waiting_since: since, next_try_at: until }: Step, now: number): boolean {
  if (state !== 'waiting') return false
  if ((until ?? 0) - now > SHORT_WAIT_MS) return true
  return step === 'campaign_review' || step === 'vetting' || (since !== null && now - since > SHORT_WAIT_MS)
}

/** The step when a call begins: written before the call, so that a worker that dies leaves word of it. */
export function begun(step: Step, call: CallName, now: number): Step {
  return { ...step, state: 'calling', call, called_at: now, next_try_at: null, attempts: step.attempts + 1 }
}
