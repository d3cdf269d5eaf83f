/** The parts of a card, as the request carried them. */
export interface CardParts {
  cardNumber: string
  /** `MM/YY` (contract 8.5). */
  expiry: string
  cvc: string
  zipCode: string
}

/** What a payments adapter may do once with a card. */
export interface ConsumedCard {
  cardNumber: string
  expMonth: number
  expYear: number
  cvc: string
  zipCode: string
}

const MASK = '[card]'

/**
 * A card on its way to the payment processor (decision 18).
 *
 * The parts live in private fields, which no serializer, inspector, clone or spread can reach: every such way shows
 * `[card]` or nothing. They leave once, through `consume`, into the one call that forwards them. JavaScript strings
 * cannot be wiped: emptying the fields ends their reachability, and the garbage collector does the rest.
 */
export class SecretCard {
  #parts: CardParts | null

  /** Takes a card of the shape of contract 8.5. Any other shape is a bug of the caller: the error names no value. */
  constructor(parts: CardParts) {
    const { cardNumber, expiry, cvc, zipCode } = parts
    const isCard =
      /^\d{13,19}$/.test(cardNumber) &&
      /^(0[1-9]|1[0-2])\/\d{2}$/.test(expiry) &&
      /^\d{3,4}$/.test(cvc) &&
      zipCode.length > 0
    if (!isCard) throw new TypeError('SecretCard takes a card whose shape was checked')
    this.#parts = { cardNumber, expiry, cvc, zipCode }
    Object.freeze(this)
  }

  /** Hands the card out and empties this object. A second call throws: one request forwards one card once. */
  consume(): ConsumedCard {
    if (this.#parts === null) throw new Error('The card was consumed before')
    const { cardNumber, expiry, cvc, zipCode } = this.#parts
    this.#parts = null
    return {
      cardNumber,
      expMonth: Number(expiry.slice(0, 2)),
      expYear: 2000 + Number(expiry.slice(3)),
      cvc,
      zipCode,
    }
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.toPrimitive](): string {
    return MASK
  }

  /** What `console.log`, `util.inspect` and `util.format` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}
