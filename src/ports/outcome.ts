/**
 * What an outside service said. An adapter never throws for an answer of the service; only a bug throws.
 *
 * - `done`: the service did it.
 * - `refused`: the service will not do it, and says why. Nothing happened there, so a corrected request may follow.
 * - `mismatch`: the once-key was used before with other input. Nothing happened now.
 * - `unavailable`: the service cannot be reached, says it is broken or busy, or answered what cannot be understood. Nothing
 *   is known to have happened; where the call changes something, the next attempt carries the same once-key.
 * - `timeout`: no answer within the deadline. It may have happened: only the same once-key may follow.
 * - `not_asked`: no call was let out, because too many are under way or the service is left alone for a while. It is no
 *   attempt of whoever counts attempts. The guard gives it, no adapter does.
 *
 * Each failure says whom it is about. `refused` and `mismatch` are answers about the subject by their nature.
 */
export type Outcome<T> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; refusals: readonly Refusal[] }
  | { kind: 'mismatch' }
  | { kind: 'unavailable'; of: About; retryAfterSeconds: number }
  | { kind: 'timeout'; of: About }
  | { kind: 'not_asked'; retryAfterSeconds: number }

/**
 * Whom a failure is about. `subject`: this one call with its card, number, mailbox, brand or account; the service works,
 * and another's call may well succeed. `service`: everybody's calls, so the service is better left alone for a while.
 */
export type About = 'subject' | 'service'

/** One reason, in our words, addressed to a member of the request below the port's own root (`''` is the root itself). */
export interface Refusal {
  member: string
  says: string
}

export function done<T>(value: T): Outcome<T> {
  return { kind: 'done', value }
}

export function refused(...refusals: readonly Refusal[]): Outcome<never> {
  return { kind: 'refused', refusals }
}

/** `retryAfterSeconds` is a hint for the caller's Retry-After. */
export function unavailable(of: About, retryAfterSeconds = 5): Outcome<never> {
  return { kind: 'unavailable', of, retryAfterSeconds }
}

/** No answer, or one that leaves open whether it happened. */
export function unanswered(of: About): Outcome<never> {
  return { kind: 'timeout', of }
}

/** `retryAfterSeconds`: when a call may be let out again. */
export function notAsked(retryAfterSeconds: number): Outcome<never> {
  return { kind: 'not_asked', retryAfterSeconds }
}

/** Whether the service as a whole has failed. Only that may keep other calls from being made. */
export function isOfService(outcome: Outcome<unknown>): boolean {
  return (outcome.kind === 'unavailable' || outcome.kind === 'timeout') && outcome.of === 'service'
}
