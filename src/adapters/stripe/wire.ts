/**
 * Stripe's shapes, checked on incoming: an answer is data of a stranger. Every reader gives null for an answer that lacks
 * what we need, and lets nothing through that could be long, or hold digits where only a name belongs.
 */

/** A card payment method, as far as we use it. */
export interface StripeMethod {
  id: string
  cardBrand: string
  lastFour: string
  customer: string | null
}

/** An error answer, reduced to what may be kept: no message, no request, nothing in free text. */
export interface StripeFault {
  /** The HTTP status, or null where no readable answer arrived. */
  status: number | null
  type: string
  code: string
  declineCode: string
  param: string
  requestId: string
  /** Stripe keeps the first answer of an idempotency key, 500s included, and says when it repeats one. */
  isReplayed: boolean
  /** The account is not enabled for raw card data. Only the message says so. */
  isRawCardGate: boolean
  retryAfterSeconds: number | null
}

/** What a successful answer says of a payment method, or null if it is not one of a card. */
export function toStripeMethod(answer: unknown): StripeMethod | null {
  if (!isRecord(answer) || !isRecord(answer.card)) return null
  const id = matching(answer.id, /^pm_[A-Za-z0-9_]{1,100}$/)
  const cardBrand = matching(answer.card.brand, /^[a-z][a-z_]{1,31}$/)
  const lastFour = matching(answer.card.last4, /^\d{4}$/)
  // Null says that it belongs to nobody; what cannot be read says nothing, and a card would be left attached.
  const customer = answer.customer === null ? null : toCustomerId(answer.customer)
  if (id === '' || cardBrand === '' || lastFour === '' || customer === '') return null
  return { id, cardBrand, lastFour, customer }
}

/** The id of a customer answer, or null if it is not one. */
export function toStripeCustomer(answer: unknown): string | null {
  const id = isRecord(answer) && answer.deleted !== true ? toCustomerId(answer.id) : ''
  return id === '' ? null : id
}

/** Reads the library's error object, which must not be kept: its `raw` holds the answer with all it quotes. */
export function toStripeFault(error: unknown): StripeFault {
  const source = isRecord(error) ? error : {}
  const headers = isRecord(source.headers) ? source.headers : {}
  const status = source.statusCode
  return {
    status: typeof status === 'number' && Number.isInteger(status) ? status : null,
    type: word(source.rawType),
    code: word(source.code),
    declineCode: word(source.decline_code),
    param: matching(source.param, /^[a-z_[\]]{1,100}$/),
    requestId: matching(source.requestId, /^req_[A-Za-z0-9]{1,64}$/),
    isReplayed: headers['idempotent-replayed'] === 'true',
    isRawCardGate: typeof source.message === 'string' && /credit card numbers directly/i.test(source.message),
    retryAfterSeconds: seconds(headers['retry-after']),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function toCustomerId(value: unknown): string {
  return matching(value, /^cus_[A-Za-z0-9_]{1,100}$/)
}

/** One of Stripe's own names for a kind of thing. They hold no digits. */
function word(value: unknown): string {
  return matching(value, /^[a-z][a-z_]{1,63}$/)
}

function matching(value: unknown, pattern: RegExp): string {
  return typeof value === 'string' && pattern.test(value) ? value : ''
}

function seconds(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : null
}
