import type { Reply } from './servers/client.ts'

/** What kind of answer a reply is: `200`, `200 replay` or `409 CONFLICT_001`. */
export function kindOf(reply: Reply): string {
  if (reply.status >= 400) return `${reply.status} ${reply.error.code}`
  return reply.headers['idempotent-replayed'] === 'true' ? `${reply.status} replay` : String(reply.status)
}

/** How many replies there are of each kind. */
export function tally(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const reply of replies) counts[kindOf(reply)] = (counts[kindOf(reply)] ?? 0) + 1
  return counts
}

/** Waits until `isSo`, asking every 20 ms; fails after the deadline. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
