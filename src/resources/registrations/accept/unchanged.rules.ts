import type { Feedback } from '../registration.fields.ts'

/**
 * A registry charges for every check and every review, so what it has taken before is not ordered again: it would come to the
 * same. Compared is what would be submitted, so a member that no registry gets makes no difference.
 */

/** What a registry has taken, and why it was not approved; null where it was, or where that is not known. */
export interface Taken {
  request: object
  verdict: readonly Feedback[] | null
}

/** What is to be submitted is what was taken before. `isLast`: the registry has exactly this. */
export interface OrderedBefore {
  isLast: boolean
  feedback: readonly Feedback[]
}

/** Our reference says how often something was submitted, and nothing of what. */
const NO_CONTENT = new Set(['reference'])

/** Whether both are the same to a registry: it gets nothing of a member that is null. */
export function isSameRequest(one: object, other: object): boolean {
  return contentOf(one) === contentOf(other)
}

function contentOf(request: object): string {
  const members = Object.entries(request).filter(([name, value]) => value != null && !NO_CONTENT.has(name))
  return JSON.stringify(members.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/**
 * Whether the registry has taken `request` before. An older text counts only where it is known why it was not approved.
 *
 * @param taken the newest first.
 */
export function orderedBefore(taken: readonly Taken[], request: object): OrderedBefore | null {
  const [last, ...older] = taken
  if (last === undefined) return null
  if (isSameRequest(last.request, request)) return { isLast: true, feedback: last.verdict ?? [] }
  const same = older.find((known) => known.verdict !== null && isSameRequest(known.request, request))
  return same === undefined ? null : { isLast: false, feedback: same.verdict ?? [] }
}

const OTHERWISE =
  'Correct what the feedback names. If it was put right elsewhere, complete with check_again: true, which is charged.'

/** Why a step orders nothing. */
export const UNCHANGED = {
  brand: `Nothing that the registry gets of the brand was changed since it checked it, so no check is ordered. ${OTHERWISE}`,
  campaign: `Nothing that the registry gets of the campaign was changed since it was reviewed, so no review is ordered. ${OTHERWISE}`,
  earlier: `The registry has had this text before and did not approve it, so it is not ordered again. ${OTHERWISE}`,
} as const
