/** How often a job is tried before it is parked for a person (reliability OUTB-6). */
export const ATTEMPTS_MAX = 8

const FIRST_MS = 120_000
const LONGEST_MS = 7_200_000
const SHORTEST_MS = 1_000

/**
 * How long to wait after the given attempt (1 is the first): exponential with full jitter. Seven waits last two hours on
 * average and four at most, well below the 24 hours that a processor remembers a once-key.
 *
 * @param random at least 0 and below 1.
 * @returns milliseconds.
 */
export function backoffMs(attempt: number, random: number): number {
  return fullJitterMs({ firstMs: FIRST_MS, longestMs: LONGEST_MS }, attempt, random)
}

/**
 * A wait with full jitter: anywhere between a second and a ceiling, which doubles with each attempt (1 is the first) up to
 * `longestMs`. What failed together does not return together, not even when its provider does (OUTB-5).
 *
 * @param random at least 0 and below 1.
 * @returns milliseconds.
 */
export function fullJitterMs(
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
  attempt: number,
  random: number,
): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** (attempt - 1))
  return SHORTEST_MS + Math.floor((ceiling - SHORTEST_MS) * random)
}

/** What was turned away together does not come back together. */
const RETURN_MS = 30_000

/**
 * How long a job waits that could not ask its provider, which is no attempt: behind the wait until calls may be let out
 * again, anywhere within half a minute.
 *
 * @param random at least 0 and below 1.
 */
export function notAskedMs(retryAfterSeconds: number, random: number): number {
  return retryAfterSeconds * 1_000 + fullJitterMs({ firstMs: RETURN_MS, longestMs: RETURN_MS }, 1, random)
}

/** Half to one and a half times `ms`, so that instances which started together do not stay in step. */
export function spreadMs(ms: number, random: number): number {
  return Math.floor(ms * (0.5 + random))
}
