/**
 * A circuit breaker as plain values. Closed: every call passes. After `failuresMax` failures without a success between them
 * it opens: no call passes for `openMs`. Then one call passes as a probe; its success closes the breaker, its failure opens
 * it again.
 */
export interface BreakerState {
  failures: number
  /** Null while it is closed; milliseconds of the caller's clock. */
  openedAt: number | null
  /** When the probe that decides set out; null while none is under way. */
  probedAt: number | null
}

export interface BreakerLimits {
  failuresMax: number
  openMs: number
}

export const CLOSED: BreakerState = { failures: 0, openedAt: null, probedAt: null }

export type Admission = { passes: true; state: BreakerState } | { passes: false; waitMs: number }

/** Whether a call may go out now. A probe that never came back counts as failed after another `openMs`. */
export function admit(state: BreakerState, now: number, { openMs }: BreakerLimits): Admission {
  if (state.openedAt === null) return { passes: true, state }
  const waitsFrom = state.probedAt ?? state.openedAt
  const waitMs = waitsFrom + openMs - now
  return waitMs > 0 ? { passes: false, waitMs } : { passes: true, state: { ...state, probedAt: now } }
}

/** The breaker after a call that told nothing of the provider. After such a probe the next call is one. */
export function unsettled(state: BreakerState, isProbe: boolean): BreakerState {
  return isProbe ? { ...state, probedAt: null } : state
}

/** The breaker after a call came back. A late answer of a call that set out while it was closed does not open it anew. */
export function settle(
  state: BreakerState,
  call: { isFailure: boolean; isProbe: boolean },
  now: number,
  { failuresMax }: BreakerLimits,
): BreakerState {
  if (!call.isFailure) return CLOSED
  if (state.openedAt !== null) return call.isProbe ? { ...state, openedAt: now, probedAt: null } : state
  const failures = state.failures + 1
  return failures >= failuresMax ? { failures, openedAt: now, probedAt: null } : { ...state, failures }
}
