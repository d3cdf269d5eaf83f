import { type Outcome, type Refusal, refused, unavailable } from '../../ports/outcome.ts'
import { WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import type { GraphFault } from './wire.ts'

/** Rate limits of the application, the user, the account and the messaging API. */
const RATE_CODES: ReadonlySet<number> = new Set([4, 17, 32, 613, 80007, 80008, 130429])

/** Meta decides on `code`; the subcodes fade (integrations 3.2). */
export function toOutcome(fault: GraphFault): Outcome<never> {
  if (fault.status >= 500) return unavailable()
  if (fault.status === 429 || (fault.code !== null && RATE_CODES.has(fault.code))) return unavailable(60)
  const refusal = refusalOf(fault)
  return refusal === null ? unavailable() : refused(refusal)
}

/** Why Meta refuses these credentials, or null if the answer says nothing about them. */
function refusalOf(fault: GraphFault): Refusal | null {
  const { code } = fault
  if (code === null) return null
  if (code === 190 || code === 102) return WHATSAPP_REASONS.tokenInvalid
  if (code === 10 || (code >= 200 && code <= 299)) return WHATSAPP_REASONS.tokenDenied
  if (code === 100) return WHATSAPP_REASONS.wabaUnseen
  if (code === 368 || code === 131031) return WHATSAPP_REASONS.wabaBlocked
  return null
}
