import { setTimeout as sleep } from 'node:timers/promises'

const pauseMsMax = 2_000

/** Answers after which a client asks again, with the same key. */
const again = new Set([0, 409, 429, 500, 502, 503, 504])

/**
 * Asks until there is a final answer, as a careful client does: with pauses that double, or of one length where that is asked for.
 *
 * @param {() => Promise<import('./http.mjs').Reply>} ask
 * @param {{ withinMs: number, steadyPauseMs?: number }} limits
 * @returns {Promise<{ reply: import('./http.mjs').Reply, tries: number }>} the last answer, final or not
 */
export async function untilFinal(ask, { withinMs, steadyPauseMs }) {
  const until = performance.now() + withinMs
  for (let tries = 1; ; tries += 1) {
    const reply = await ask()
    const isFinal = !again.has(reply.status) || reply.headers['x-should-retry'] === 'false'
    if (isFinal || performance.now() > until) return { reply, tries }
    await sleep(steadyPauseMs ?? Math.min(pauseMsMax, 100 * 2 ** (tries - 1)))
  }
}

/**
 * Waits until the condition holds.
 *
 * @param {() => Promise<boolean> | boolean} condition
 * @param {number} withinMs
 * @returns {Promise<number>} milliseconds until it held; Infinity when it did not
 */
export async function until(condition, withinMs) {
  const startedAt = performance.now()
  while (performance.now() - startedAt < withinMs) {
    if (await condition()) return performance.now() - startedAt
    await sleep(25)
  }
  return Number.POSITIVE_INFINITY
}

/** @param {number[]} numbers @param {number} share from 0 to 1 */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
