import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Load with an open model: requests begin when their time has come, whether or not earlier ones were answered, so that a
 * slow server is not spared (no coordinated omission).
 *
 * @param {{ perSecond: number, seconds?: number, until?: Promise<unknown>, ask: (n: number) => Promise<import('./http.mjs').Reply> }} options
 *   ends after the seconds, or when `until` is settled
 * @returns {Promise<{ replies: import('./http.mjs').Reply[], seconds: number }>}
 */
export async function openLoad({ perSecond, seconds = Number.POSITIVE_INFINITY, until, ask }) {
  const startedAt = performance.now()
  let isOver = false
  until?.finally(() => {
    isOver = true
  })
  const running = []
  for (let n = 0; !isOver; n += 1) {
    const due = startedAt + (n * 1_000) / perSecond
    if (due - startedAt >= seconds * 1_000) break
    const early = due - performance.now()
    if (early > 1) await sleep(early)
    running.push(ask(n))
  }
  const took = (performance.now() - startedAt) / 1_000
  return { replies: await Promise.all(running), seconds: took }
}
