import { isLuhnValid } from '../contract/cards/luhn.ts'
import { SecretCard } from '../contract/cards/secret-card.ts'
import type { Details } from '../contract/failure.ts'
import { isJsonObject, type JsonObject } from '../contract/fields/json-value.ts'

/**
 * The first of the two modules that see card data. It takes `payment_details` out of the body before anything else reads
 * the body, judges it without quoting it, and hands on either a encrypted object or the problems. Contract 8.5; decision 18.
 */
export interface CardInput {
  /** Null when there are problems. */
  card: SecretCard | null
  problems: Details
}

const ROOT = 'payment_details'

const MEMBERS = [
  { name: 'card_number', fits: /^\d{13,19}$/, says: 'must be 13 to 19 digits' },
  { name: 'expiry', fits: /^(0[1-9]|1[0-2])\/\d{2}$/, says: "must be in MM/YY format (e.g. '09/27')" },
  { name: 'cvc', fits: /^\d{3,4}$/, says: 'must be 3 or 4 digits' },
  { name: 'zip_code', fits: /^(?=.*\S).{1,32}$/, says: 'must be 1 to 32 characters' },
] as const

/** Removes `payment_details` from `body`, which is changed, and returns what it held; null when it was absent or null. */
export function takeCard(body: JsonObject): CardInput | null {
  if (!Object.hasOwn(body, ROOT)) return null
  const held = body[ROOT]
  delete body[ROOT]
  if (held === null || held === undefined) return null
  if (!isJsonObject(held)) return { card: null, problems: { [ROOT]: [`${ROOT} must be an object`] } }
  const problems: Details = {}
  for (const { name, fits, says } of MEMBERS) {
    const value = held[name]
    const path = `${ROOT}.${name}`
    if (value === undefined || value === null) problems[path] = [`${path} is required`]
    else if (typeof value !== 'string' && name !== 'expiry')
      // The sentence of the expiry is a published one, and shows its quotation marks.
      problems[path] = [`${path} must be text, in quotation marks`]
    else if (typeof value !== 'string' || !fits.test(value)) problems[path] = [`${path} ${says}`]
    else if (name === 'card_number' && !isLuhnValid(value)) problems[path] = [`${path} is not a valid card number`]
  }
  if (Object.keys(problems).length > 0) return { card: null, problems }
  const read = (name: string) => String(held[name])
  const card = new SecretCard({
    cardNumber: read('card_number'),
    expiry: read('expiry'),
    cvc: read('cvc'),
    zipCode: read('zip_code'),
  })
  return { card, problems }
}
