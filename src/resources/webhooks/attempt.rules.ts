/** What became of one attempt, as the way out tells it. */
export type Attempted =
  | { kind: 'answered'; status: number; retryAfter: string | null }
  | { kind: 'failed'; reason: string }

export interface Verdict {
  state: 'DELIVERED' | 'RETRYING' | 'FAILED'
  status: number | null
  /** For the delivery log; null when all is well. Nothing that the receiver said. */
  says: string | null
  /** Until the next attempt; null when there is none. */
  delayMs: number | null
  /** The receiver wants nothing more, ever (410). */
  isGone: boolean
}

const FIRST_RETRY_MS = 60_000
const LONGEST_WAIT_MS = 3_600_000
const RETRY_AFTER_MAX_MS = 24 * 3_600_000

/** Milliseconds after the first to fifth failed attempt, before jitter (contract 12.5: about a minute, doubling, an hour at most). */
export const RETRY_SCHEDULE_MS = [1, 2, 3, 4, 5].map((attempt) =>
  Math.min(LONGEST_WAIT_MS, FIRST_RETRY_MS * 2 ** (attempt - 1)),
)

/** Failed attempts in a row after which an endpoint is switched off (contract 12.5). */
export const FAILURES_MAX = 10

const REASONS: Record<string, string> = {
  timeout: 'The endpoint gave no complete answer in time',
  address_refused: 'The address of the endpoint is not one that this server calls',
  name_not_resolved: 'The name of the endpoint was not found',
  connection_failed: 'The connection to the endpoint failed',
  tls_failed: 'The endpoint did not prove its name with a valid certificate',
  bad_answer: 'The endpoint did not answer in HTTP',
}

/** Seconds, or an HTTP date (RFC 9110, 10.2.3), as milliseconds from `nowMs`, 24 hours at most; 0 for anything else. */
function retryAfterMs(text: string | null, nowMs: number): number {
  if (text === null) return 0
  const asked = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(asked) ? 0 : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, asked))
}

/**
 * Judges an attempt (contract 12.5): 2xx is success, anything else a failure, a redirect too. A receiver's Retry-After makes
 * the wait longer, never shorter.
 *
 * @param attempt 1 at the first.
 * @param random at least 0 and below 1, for ten percent of jitter either way.
 */
export function judge(
  attempted: Attempted,
  { attempt, retryCount, nowMs, random }: { attempt: number; retryCount: number; nowMs: number; random: number },
): Verdict {
  const status = attempted.kind === 'answered' ? attempted.status : null
  if (status !== null && status >= 200 && status < 300)
    return { state: 'DELIVERED', status, says: null, delayMs: null, isGone: false }
  const says =
    attempted.kind === 'answered'
      ? `The endpoint answered with status ${attempted.status}`
      : (REASONS[attempted.reason] ?? 'The endpoint was not reached')
  const isGone = status === 410
  if (isGone || attempt > retryCount) return { state: 'FAILED', status, says, delayMs: null, isGone }
  const scheduled = (RETRY_SCHEDULE_MS[attempt - 1] ?? LONGEST_WAIT_MS) * (0.9 + 0.2 * random)
  const asked = attempted.kind === 'answered' ? retryAfterMs(attempted.retryAfter, nowMs) : 0
  return { state: 'RETRYING', status, says, delayMs: Math.round(Math.max(scheduled, asked)), isGone }
}
