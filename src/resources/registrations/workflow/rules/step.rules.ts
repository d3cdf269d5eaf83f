import { notAskedMs } from '../../../../jobs/backoff.rules.ts'
import type { RegisteredBrand, RegisteredCampaign, RegistryFees } from '../../../../ports/brand-registry.ts'
import type { CallName, Step } from '../../registration.fields.ts'
import { outageMs, type WaitKind, waitMs } from './backoff.rules.ts'
import { ONCE, type ProviderRequest, READS } from './next-action.rules.ts'

/** How a step changes, whatever it is about. Times are milliseconds since 1970. */

/** What else has to be written with the step. */
export type Effect =
  | { kind: 'brand_registered'; brand: RegisteredBrand }
  | { kind: 'brand_read'; brand: RegisteredBrand }
  | { kind: 'campaign_registered'; id: string; campaign: RegisteredCampaign }
  | { kind: 'campaign_read'; id: string; campaign: RegisteredCampaign }
  | { kind: 'campaign_ended'; id: string }
  | { kind: 'messaging_profile'; id: string }
  | { kind: 'number_dropped' }
  | { kind: 'whatsapp'; event: 'registered' | 'failed' }
  | { kind: 'charged'; dollars: number }

export interface Transition {
  step: Step
  effects: Effect[]
}

export interface Circumstances {
  now: number
  /** At least 0 and below 1. */
  random: number
  /** How long after a call its absence at the provider becomes definite. */
  settleMs: number
  fees: RegistryFees
  /** The brand is a listed company, which a registry asks by mail. */
  isListed?: boolean
  /** The registry had verified the brand before the run. */
  isVerified?: boolean
  /** A campaign at the registry that the profile's number is to join. */
  hasCampaign: boolean
}

const ROUNDS_MAX = 3
/** How often a call that may be repeated is repeated without an answer before a person has to look. */
const REPEATS_MAX = 8

export function only(step: Step): Transition {
  return { step, effects: [] }
}

type Moment = Pick<Circumstances, 'now' | 'random'>

function later(step: Step, kind: WaitKind, { now, random }: Moment): Step {
  return { ...step, looks: step.looks + 1, next_try_at: now + waitMs(kind, step.looks, random) }
}

function afterFailure(step: Step, { now, random }: Moment, askedMs = 0): Step {
  return { ...step, looks: step.looks + 1, next_try_at: now + outageMs(step.looks, random, askedMs) }
}

/** Where a question goes back to when nothing came of it. */
function asBefore(step: Step, isLookup: boolean): Step['state'] {
  if (isLookup) return 'unknown'
  return step.waiting_since === null ? 'pending' : 'waiting'
}

/** Certainly not done: the same follows, as long as it takes. */
export function notAvailable(step: Step, isLookup: boolean, hintMs: number, at: Circumstances): Step {
  const says = 'The provider is not available; it is asked again.'
  return afterFailure({ ...step, state: asBefore(step, isLookup), says }, at, hintMs)
}

/** No call was let out: the same follows as soon as one may be, and nothing is counted. */
export function notAsked(
  step: Step,
  question: ProviderRequest,
  isLookup: boolean,
  { now, random, retryAfterSeconds }: Moment & { retryAfterSeconds: number },
): Step {
  const says = 'The provider cannot be asked for a moment; it is asked as soon as it can be.'
  const attempts = READS.has(question) ? step.attempts : Math.max(0, step.attempts - 1)
  return {
    ...step,
    state: asBefore(step, isLookup),
    says,
    attempts,
    next_try_at: now + notAskedMs(retryAfterSeconds, random),
  }
}

/** May have happened. What must not be sent twice is looked up first; the rest is asked again, not for ever. */
export function unanswered(step: Step, question: ProviderRequest, isLookup: boolean, at: Circumstances): Step {
  if (isLookup) return afterFailure({ ...step, state: 'unknown' }, at)
  if (step.call !== null && ONCE.has(step.call)) {
    const says = 'No answer came. The provider is asked whether it was done before anything is sent again.'
    return afterFailure({ ...step, state: 'unknown', says, looks: 0 }, at)
  }
  const says = 'No answer came; it is asked again.'
  const rounds = READS.has(question) ? step.rounds : step.rounds + 1
  if (rounds >= REPEATS_MAX) return { ...step, state: 'parked', rounds, says: `No answer came ${rounds} times.` }
  return afterFailure({ ...step, state: asBefore(step, false), rounds, says }, at)
}

/**
 * The provider does not have it. That is definite only when it has had time to show; then it is sent again, in three rounds
 * at most (decision 21).
 */
export function absent(step: Step, at: Circumstances): Step {
  const settledAt = (step.called_at ?? at.now) + at.settleMs
  if (at.now < settledAt) {
    const next = later({ ...step, state: 'unknown' }, 'lookup', at)
    return { ...next, next_try_at: Math.min(next.next_try_at ?? settledAt, settledAt) }
  }
  const rounds = step.rounds + 1
  if (rounds >= ROUNDS_MAX) {
    const says = `Sent ${rounds} times without an answer, and the provider has no record of it.`
    return { ...step, state: 'parked', rounds, says }
  }
  return { ...step, state: 'pending', rounds, looks: 0, next_try_at: null }
}

export function finished(step: Step, says: string | null): Step {
  return { ...step, state: 'done', says, feedback: [], looks: 0, rounds: 0, next_try_at: null, waiting_since: null }
}

/** The step goes on with another call, at once. */
export function goesOn(step: Step, call: CallName): Step {
  return { ...step, state: 'pending', call, looks: 0, rounds: 0, next_try_at: null, waiting_since: null }
}

/** The provider decides; `call` asks how far it is. */
export function waiting(step: Step, call: CallName, says: string, kind: WaitKind, at: Moment): Step {
  const isStill = step.waiting_since !== null && step.call === call
  const since = isStill ? step.waiting_since : at.now
  const looks = isStill ? step.looks : 0
  return later({ ...step, state: 'waiting', call, says, looks, rounds: 0, waiting_since: since }, kind, at)
}

/** Adds what the registry charges. */
export function charged({ step, effects }: Transition, dollars: number | null): Transition {
  if (dollars === null) return { step, effects }
  return { step: { ...step, fee: addDollars(step.fee, dollars) }, effects: [...effects, { kind: 'charged', dollars }] }
}

/** A sum of US dollars, exact to the cent. */
export function addDollars(sum: number | null, more: number): number {
  return (Math.round((sum ?? 0) * 100) + Math.round(more * 100)) / 100
}
