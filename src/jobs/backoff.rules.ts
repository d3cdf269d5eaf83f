/** How often a job is tried before it is parked for a person (reliability OUTB-6). */
export const ATTEMPTS_MAX = 8

const FIRST_MS = 120_000
const LONGEST_MS = 7_200_000
const SHORTEST_MS = 1_000

/**
 * How long to wait after the given attempt (1 is the first): exponential with full jitter, so that jobs which failed
 * together do not return together (OUTB-5). Seven waits last two hours on average and four at most, well below the
 * 24 hours that a processor remembers a once-key.
 *
 * @param random at least 0 and below 1.
 * @returns milliseconds.
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.max(SHORTEST_MS, Math.floor(ceiling * random))
}

/** Half to one and a half times `ms`, so that instances which started together do not stay in step. */
export function spreadMs(ms: number, random: number): number {
  return Math.floor(ms * (0.5 + random))
}
