import { createHash, timingSafeEqual } from 'node:crypto'

/** How long equal bodies are one event. Later, the same words mean another change. */
const WINDOW_MS = 10 * 60_000

/** The id of an event whose provider gives none: a digest of its body within ten minutes. */
export function digestId(rawBody: Buffer, now: number): string {
  const digest = createHash('sha256').update(rawBody).digest('hex').slice(0, 32)
  return `${digest}-${Math.floor(now / WINDOW_MS)}`
}

/** Whether two signatures are the same, in a time that does not tell where they differ. */
export function isSameSignature(given: Buffer, right: Buffer): boolean {
  return given.length === right.length && timingSafeEqual(given, right)
}
