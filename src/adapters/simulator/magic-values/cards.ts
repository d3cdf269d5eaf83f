import { CARD_REASONS, type CardReason } from '../../../ports/card-reasons.ts'

/** What the simulated processor does with a card. */
export type CardBehaviour =
  | { does: 'accept' }
  | { does: 'refuse'; reason: CardReason }
  | { does: 'slow' }
  | { does: 'timeout' }
  | { does: 'outage' }

export interface MagicCard {
  number: string
  behaviour: CardBehaviour
  says: string
}

const accept = (number: string, brand: string): MagicCard => ({
  number,
  behaviour: { does: 'accept' },
  says: `Accepted (${brand}).`,
})

const refuse = (number: string, reason: CardReason, why: string): MagicCard => ({
  number,
  behaviour: { does: 'refuse', reason },
  says: `${why}: "${CARD_REASONS[reason].says}"`,
})

/**
 * The card numbers that drive the simulator: Stripe's published test numbers with the outcome that Stripe documents for
 * them, and three numbers of ours in the same unissued range. None of them is a real card. `docs/PROVIDERS.md` lists them.
 */
export const MAGIC_CARDS: readonly MagicCard[] = [
  accept('4242424242424242', 'Visa'),
  accept('4111111111111111', 'Visa'),
  accept('5555555555554444', 'Mastercard'),
  accept('378282246310005', 'American Express'),
  accept('6011111111111117', 'Discover'),
  refuse('4000000000000002', 'declined', 'Declined'),
  refuse('4000000000009995', 'insufficientFunds', 'Insufficient funds'),
  refuse('4000000000009987', 'declined', 'Lost card'),
  refuse('4000000000009979', 'declined', 'Stolen card'),
  refuse('4000000000000069', 'expiry', 'Expired card'),
  refuse('4000000000000127', 'cvc', 'Wrong security code'),
  refuse('4000000000000036', 'zipCode', 'Wrong postal code'),
  refuse('4000000000003220', 'cardholder', '3-D Secure'),
  { number: '4000000000003006', behaviour: { does: 'slow' }, says: 'Accepted after 3 seconds.' },
  {
    number: '4000000000005043',
    behaviour: { does: 'timeout' },
    says: 'No answer for 10 seconds. The card is attached nevertheless: the same request sent again is accepted.',
  },
  { number: '4000000000005027', behaviour: { does: 'outage' }, says: 'The processor is down, every time.' },
]
