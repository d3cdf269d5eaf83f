import { type Outcome, type Refusal, refused, unavailable } from '../../ports/outcome.ts'
import { WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import type { GraphFault } from './wire.ts'

/** Rate limits of the application, the user, the account and the messaging API. */
const RATE_CODES: ReadonlySet<number> = new Set([4, 17, 32, 613, 80007, 80008, 130429])

/** Waits of the registration of a number, in seconds: PIN tries used up, too fast, wait, and 10 registrations in 72 hours. */
const WAIT_CODES: ReadonlyMap<number, number> = new Map([
  [133008, 3600],
  [133009, 60],
  [133015, 600],
  [133016, 3600],
])

/** A permission that is missing, which Meta answers with status 500. */
const CAPABILITY = 3

const DENIED_CODES: ReadonlySet<number> = new Set([CAPABILITY, 10, 131005])

/** The object is not there, or not for this token: a parameter, a deleted number, an unknown id. */
const UNSEEN_CODES: ReadonlySet<number> = new Set([100, 33, 803])

/**
 * Meta decides on `code`. A fault that is none of ours to explain is `unavailable` after a read; a change may have happened,
 * so it is a `timeout` there.
 */
export function toOutcome(fault: GraphFault, isChange: boolean): Outcome<never> {
  const unknown: Outcome<never> = isChange ? { kind: 'timeout' } : unavailable()
  if (fault.status >= 500 && fault.code !== CAPABILITY) return unknown
  const wait = fault.code === null ? undefined : WAIT_CODES.get(fault.code)
  if (wait !== undefined) return unavailable(wait)
  if (fault.status === 429 || (fault.code !== null && RATE_CODES.has(fault.code))) return unavailable(60)
  const refusal = refusalOf(fault)
  return refusal === null ? unknown : refused(refusal)
}

/** Whether the object of the call is none that the token reaches. */
export function isUnseen({ code }: GraphFault): boolean {
  return code !== null && UNSEEN_CODES.has(code)
}

/** Why Meta refuses these credentials, or null if the answer says nothing about them. */
function refusalOf(fault: GraphFault): Refusal | null {
  const { code } = fault
  if (code === null) return null
  if (code === 190 || code === 102 || code === 0) return WHATSAPP_REASONS.tokenInvalid
  if (DENIED_CODES.has(code) || (code >= 200 && code <= 299)) return WHATSAPP_REASONS.tokenDenied
  if (isUnseen(fault)) return WHATSAPP_REASONS.wabaUnseen
  if (code === 133005) return WHATSAPP_REASONS.pinWrong
  if (code === 133006 || code === 133010) return WHATSAPP_REASONS.numberUnverified
  if (code === 368 || code === 131031) return WHATSAPP_REASONS.wabaBlocked
  return null
}
