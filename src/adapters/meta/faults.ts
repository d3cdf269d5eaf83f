import { type About, type Outcome, type Refusal, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import { WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import { aboutOf, isDefinite, notAccepted } from '../resilience/http-status.rules.ts'
import type { GraphFault } from './wire.ts'

/** Rate limits, of the application or of one user, page, account or number. */
const RATE_CODES: ReadonlyMap<number, About> = new Map([
  [4, 'service'],
  [341, 'service'],
  [17, 'subject'],
  [32, 'subject'],
  [613, 'subject'],
  [80007, 'subject'],
  [80008, 'subject'],
  [130429, 'subject'],
])

/** Meta itself is in trouble, or the account is being worked on; it may have happened. */
const TROUBLE_CODES: ReadonlyMap<number, About> = new Map([
  [1, 'service'],
  [2, 'service'],
  [131000, 'service'],
  [131016, 'service'],
  [133004, 'service'],
  [131057, 'subject'],
])

/** Waits of the registration of one number, in seconds: PIN tries used up, too fast, wait, and 10 registrations in 72 hours. */
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

/** What an error means, and a word of ours for the log; null for a refusal that explains itself. */
export interface GraphJudgement {
  outcome: Outcome<never>
  reason: 'error_answer' | 'unexpected_error_answer' | null
}

/**
 * Meta decides on `code`. A fault that leaves open whether it happened is `unavailable` after a read; a change may have
 * happened, so it is a `timeout` there. What is answered definitely and not explained is refused, and told to the operator.
 */
export function judge(fault: GraphFault, isChange: boolean): GraphJudgement {
  const refusal = fault.status >= 500 && fault.code !== CAPABILITY ? null : refusalOf(fault)
  if (refusal !== null) return { outcome: refused(refusal), reason: null }
  const of = notNow(fault, isChange)
  if (of !== null) return { outcome: of, reason: 'error_answer' }
  return { outcome: refused(notAccepted(fault.status)), reason: 'unexpected_error_answer' }
}

/** The outcome of what passes by itself, or null for a definite answer. */
function notNow({ status, code, isTransient }: GraphFault, isChange: boolean): Outcome<never> | null {
  const open = (of: About) => (isChange ? unanswered(of) : unavailable(of))
  if (status >= 500) return open('service')
  const seconds = code === null ? undefined : WAIT_CODES.get(code)
  if (seconds !== undefined) return unavailable('subject', seconds)
  const limited = code === null ? undefined : RATE_CODES.get(code)
  if (limited !== undefined || status === 429) return unavailable(limited ?? 'service', 60)
  const troubled = code === null ? undefined : TROUBLE_CODES.get(code)
  if (troubled !== undefined) return open(troubled)
  return isTransient || !isDefinite(status) ? open(aboutOf(status)) : null
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
