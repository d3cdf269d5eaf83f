/** Times as API bodies show them: ISO 8601, `+00:00`, no trailing zero in the fraction, no zero fraction (contract 1.7). */

const PG_UTC = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00(?::?00)?$/

/**
 * Converts PostgreSQL's text of a timestamptz in a UTC session, like `2026-03-25 10:43:34.589117+00`. Throws on any
 * other text (another offset, `infinity`, years outside 0000 to 9999): the session is then not what the program set up.
 */
export function toWireTimestamp(pgText: string): string {
  const parts = PG_UTC.exec(pgText)
  if (parts === null) throw new Error('A timestamp from the database is not in UTC or not in ISO form')
  return toWire(`${parts[1]}T${parts[2]}`, parts[3] ?? '')
}

function toWire(seconds: string, fraction: string): string {
  const digits = fraction.replace(/0{1,7}$/, '')
  return digits === '' ? `${seconds}+00:00` : `${seconds}.${digits}+00:00`
}

const TICKS_PER_MS = 10_000

/**
 * A clock with 100 ns digits. Its milliseconds are always the wall clock's own; the digits below come from the
 * monotonic clock. So it goes back only when the wall clock does, and never leaves the wall clock's millisecond.
 * `wallMs` returns whole milliseconds since 1970, `monotonicMs` fractional ones since any origin.
 */
export function createWireClock(wallMs: () => number, monotonicMs: () => number): () => string {
  // Whole ticks: fractions would be rounded differently from call to call, and the last digit could step back.
  const readTicks = () => Math.round(monotonicMs() * TICKS_PER_MS)
  let anchorWall = wallMs()
  let anchorTicks = readTicks()
  return () => {
    const wall = wallMs()
    const ticks = readTicks()
    const passed = ticks - anchorTicks - (wall - anchorWall) * TICKS_PER_MS
    const belowMs = Math.min(Math.max(passed, 0), TICKS_PER_MS - 1)
    anchorWall = wall
    anchorTicks = ticks - belowMs
    const iso = new Date(wall).toISOString()
    return toWire(iso.slice(0, 19), iso.slice(20, 23) + String(belowMs).padStart(4, '0'))
  }
}

/** The present instant for `meta.timestamp`. */
export const nowWireTimestamp = createWireClock(
  () => Date.now(),
  () => performance.now(),
)
