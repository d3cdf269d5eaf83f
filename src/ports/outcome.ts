/**
 * What an outside service said. An adapter never throws for an answer of the service; only a bug throws.
 *
 * - `done`: the service did it.
 * - `refused`: the service will not do it, and says why. Nothing happened there, so a corrected request may follow.
 * - `mismatch`: the once-key was used before with other input. Nothing happened now.
 * - `unavailable`: the service cannot be reached, says it is broken, or answered what cannot be understood. Nothing is
 *   known to have happened; where the call changes something, the next attempt carries the same once-key.
 * - `timeout`: no answer within the deadline. It may have happened: only the same once-key may follow.
 */
export type Outcome<T> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; refusals: readonly Refusal[] }
  | { kind: 'mismatch' }
  | { kind: 'unavailable'; retryAfterSeconds: number }
  | { kind: 'timeout' }

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
export function unavailable(retryAfterSeconds = 5): Outcome<never> {
  return { kind: 'unavailable', retryAfterSeconds }
}
