/** Seconds until an event is tried again that concerns nothing we know yet; the last one repeats. */
const WAITS_SECONDS = [1, 5, 30, 300, 3600] as const

/** How long an event may wait for the record that it is about (FLT-8: three days late). */
export const KEPT_DAYS = 3

/** Milliseconds until the next try after so many, 1 at the first. */
export function waitMs(attempts: number): number {
  return (WAITS_SECONDS[Math.min(Math.max(attempts, 1), WAITS_SECONDS.length) - 1] ?? 3600) * 1000
}
