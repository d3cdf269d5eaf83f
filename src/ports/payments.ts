import type { SecretCard } from '../contract/cards/secret-card.ts'
import type { Outcome } from './outcome.ts'

/** What remains of a card after it was forwarded: the processor's references and the only facts that may be shown. */
export interface PaymentMethod {
  processor: string
  customer: string
  reference: string
  cardBrand: string
  lastFour: string
}

/** Who the card pays for. Ids only: the processor needs nothing else to keep customers apart. */
export interface Payer {
  organizationId: string
  profileId: string
  /** The processor's customer of an earlier card of this profile, so that one profile is one customer. */
  customer: string | null
}

export interface Payments {
  readonly name: string
  readonly isSimulated: boolean
  /**
   * Forwards the card, attaches it to the payer and makes it the payer's default. The same `onceKey` (1 to 200
   * characters) with the same card gives the same method; with another card it is a `mismatch`. The card is consumed,
   * whatever the outcome. After `detachCard` its once-key is spent: a detached method cannot be attached again. An aborted `signal` is a `timeout`.
   * Refusal members: `card_number`, `expiry`, `cvc`, `zip_code` or `''`.
   */
  attachCard(request: {
    onceKey: string
    payer: Payer
    card: SecretCard
    signal?: AbortSignal
  }): Promise<Outcome<PaymentMethod>>
  /** Detaches a method. Detaching one that is already gone is `done`. */
  detachCard(request: { onceKey: string; reference: string; signal?: AbortSignal }): Promise<Outcome<null>>
}
