import { CARD_REASONS, type CardReason } from '../../ports/card-reasons.ts'
import { type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { aboutOf, isDefinite, notAccepted } from '../resilience/http-status.rules.ts'
import type { StripeFault } from './wire.ts'

/** Codes and decline codes that say more than "declined" to the caller. A code that is in none of these tables is "declined". */
const REASON_OF_CODE: Record<string, CardReason> = {
  incorrect_number: 'number',
  invalid_number: 'number',
  invalid_expiry_month: 'expiry',
  invalid_expiry_year: 'expiry',
  expired_card: 'expiry',
  incorrect_cvc: 'cvc',
  invalid_cvc: 'cvc',
  incorrect_zip: 'zipCode',
  incorrect_address: 'zipCode',
  postal_code_invalid: 'zipCode',
  insufficient_funds: 'insufficientFunds',
  card_not_supported: 'unsupported',
  currency_not_supported: 'unsupported',
  authentication_required: 'cardholder',
  authentication_not_handled: 'cardholder',
  requires_action: 'cardholder',
  setup_intent_authentication_failure: 'cardholder',
}

/** The issuer or the network could not answer: no word about the card, and none about Stripe, which works. */
const TEMPORARY_CODES: ReadonlySet<string> = new Set([
  'processing_error',
  'issuer_not_available',
  'try_again_later',
  'reenter_transaction',
])

const REASON_OF_PARAM: Record<string, CardReason> = {
  'card[number]': 'number',
  'card[exp_month]': 'expiry',
  'card[exp_year]': 'expiry',
  'card[cvc]': 'cvc',
  'billing_details[address][postal_code]': 'zipCode',
}

/** What the operator of this server has to look at, or null where a client or time can mend it. */
export type OperatorProblem = 'raw_card_data_not_enabled' | 'key_not_accepted' | 'request_not_accepted'

/** The port's outcome for an error answer of Stripe. Never quotes Stripe. */
export function toOutcome(fault: StripeFault & { status: number }): Outcome<never> {
  if (fault.type === 'idempotency_error') return { kind: 'mismatch' }
  if (fault.status === 409) return unavailable('subject', 1)
  // A key without permissions, or without raw card data, still does other things; a wrong key does nothing.
  if (operatorProblemOf(fault) !== null) return unavailable(fault.status === 401 ? 'service' : 'subject', 60)
  const reason = cardReasonOf(fault)
  if (reason !== null) return refused(CARD_REASONS[reason])
  const seconds = fault.retryAfterSeconds ?? undefined
  // Another request has the same object: no limit of the account, though its status is that of one.
  if (isTemporary(fault) || fault.code === 'lock_timeout') return unavailable('subject', seconds)
  return isDefinite(fault.status) ? refused(notAccepted(fault.status)) : unavailable(aboutOf(fault.status), seconds)
}

function isTemporary({ code, declineCode }: StripeFault): boolean {
  return TEMPORARY_CODES.has(code) || TEMPORARY_CODES.has(declineCode)
}

/** Whether a refusal is one of a shape that Stripe documents. */
export function isExplained(fault: StripeFault): boolean {
  return fault.type === 'idempotency_error' || cardReasonOf(fault) !== null
}

/** Why Stripe refuses this card, or null if it does not refuse the card. */
function cardReasonOf(fault: StripeFault): CardReason | null {
  if (fault.status !== 400 && fault.status !== 402) return null
  if (fault.isRawCardGate || isTemporary(fault)) return null
  const named = REASON_OF_CODE[fault.declineCode] ?? REASON_OF_CODE[fault.code] ?? REASON_OF_PARAM[fault.param] ?? null
  if (fault.type === 'card_error') return named ?? 'declined'
  return fault.type === 'invalid_request_error' ? named : null
}

export function operatorProblemOf(fault: StripeFault): OperatorProblem | null {
  if (fault.isRawCardGate) return 'raw_card_data_not_enabled'
  if (fault.status === 401 || fault.status === 403) return 'key_not_accepted'
  const isRefusedRequest = fault.type === 'invalid_request_error' && fault.status !== 409 && fault.status !== 429
  return isRefusedRequest && cardReasonOf(fault) === null ? 'request_not_accepted' : null
}

/** The customer that we named is not there (any more). */
export function isCustomerMissing(fault: StripeFault): boolean {
  return fault.code === 'resource_missing' && fault.param === 'customer'
}
