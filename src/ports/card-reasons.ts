import type { Refusal } from './outcome.ts'

/**
 * Why a card is refused, in our words: the only sentences that reach a client, whichever processor is behind the port.
 * Suspected fraud, a lost and a stolen card read "declined", so that the answer helps nobody who tries cards (decision 18).
 */
export const CARD_REASONS = {
  number: { member: 'card_number', says: 'The card number was not accepted.' },
  expiry: { member: 'expiry', says: 'The card has expired or its expiry date was not accepted.' },
  cvc: { member: 'cvc', says: 'The security code was not accepted.' },
  zipCode: { member: 'zip_code', says: 'The postal code was not accepted for this card.' },
  declined: { member: '', says: 'The card was declined.' },
  insufficientFunds: { member: '', says: 'The card has insufficient funds.' },
  unsupported: { member: '', says: 'This kind of card is not accepted.' },
  cardholder: {
    member: '',
    says: 'The card needs the cardholder to confirm it, which is not possible here. Use another card.',
  },
} as const satisfies Record<string, Refusal>

export type CardReason = keyof typeof CARD_REASONS
