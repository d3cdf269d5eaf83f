import { DESCRIBED_EVENTS } from '../../contract/events.ts'
import type { Details } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Subscription } from './subscription.rules.ts'
import { hears } from './subscription.rules.ts'

/** The most events that one call replays; the answer says where to go on. */
export const REPLAY_MAX = 500
const REPLAY_DAYS = 7

export interface Wanted {
  eventId: string | null
  from: string | null
  to: string | null
}

/** What a checked body asks for. */
export function readWanted({ event_id, from, to }: JsonObject): Wanted {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
  return { eventId: textOf(event_id)?.toLowerCase() ?? null, from: textOf(from), to: textOf(to) }
}

/** Which members contradict each other, or ask for what is not kept. `nowMs` is the database's clock. */
export function wantedProblems({ eventId, from, to }: Wanted, nowMs: number): Details {
  const [fromMs, toMs] = [from, to].map((time) => (time === null ? null : Date.parse(time)))
  if (eventId !== null && (from !== null || to !== null))
    return { event_id: ['event_id cannot be combined with from or to'] }
  if (eventId !== null) return {}
  if (typeof fromMs !== 'number') return { from: ['Name an event_id, or the instant from which to replay'] }
  const earliestMs = nowMs - REPLAY_DAYS * 24 * 3_600_000
  if (!(fromMs >= earliestMs && fromMs <= nowMs)) return { from: [`from must be in the last ${REPLAY_DAYS} days`] }
  if (typeof toMs === 'number' && !(toMs > fromMs && toMs <= nowMs + 24 * 3_600_000))
    return { to: ['to must be after from'] }
  return {}
}

/** The types of events that a webhook hears of. */
export function heardTypes(subscription: Subscription): string[] {
  return DESCRIBED_EVENTS.map(({ type }) => type).filter((type) => hears(subscription, type))
}
