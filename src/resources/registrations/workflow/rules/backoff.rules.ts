import { fullJitterMs } from '../../../../jobs/backoff.rules.ts'

/** How long a registration waits before it asks again. Times are milliseconds. */

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** While a score or a connection is awaited: short at first, since most come within two minutes; a callback ends the wait. */
const POLLS = [3 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE]
/** While people review, which takes hours to days. */
const REVIEW_POLLS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE]
/** Between look-ups of what may have happened. */
const LOOKUPS = [5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE]

const TABLES = { poll: POLLS, review: REVIEW_POLLS, lookup: LOOKUPS } as const
export type WaitKind = keyof typeof TABLES

/**
 * The wait before the next look, the `looks`th being 0. Between three quarters and five quarters of the table's, so that
 * what began together does not return together.
 *
 * @param random at least 0 and below 1.
 */
export function waitMs(kind: WaitKind, looks: number, random: number): number {
  const table = TABLES[kind]
  const planned = table[Math.min(looks, table.length - 1)] ?? MINUTE
  return Math.floor(planned * (0.75 + random / 2))
}

/** Short enough that whatever waits is tried within two minutes of a provider's return, also beside an open breaker (OUTB-5). */
const OUTAGE = { firstMs: 4 * SECOND, longestMs: MINUTE }

/**
 * The wait after a provider failed, or did not answer, the `looks`th time being 0: full jitter, behind the wait that it asked
 * for, which is the same for everybody that it turned away.
 *
 * @param random at least 0 and below 1.
 */
export function outageMs(looks: number, random: number, askedMs: number): number {
  return askedMs + fullJitterMs(OUTAGE, looks + 1, random)
}
