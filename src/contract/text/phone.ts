import { createRequire } from 'node:module'
import type { E164Number, MetadataJson } from 'libphonenumber-js/core'

/** Reads a package when it is first used: a start does not need it, and it is a tenth of all that it would read. */
const readWhenUsed = createRequire(import.meta.url)

let isPossible: ((text: string) => boolean) | null = null

/** Reads the package and its lengths, so that the first request that needs them does not wait for it. */
export function readPhones(): (text: string) => boolean {
  if (isPossible === null) {
    const { PhoneNumber } = readWhenUsed('libphonenumber-js/core') as typeof import('libphonenumber-js/core')
    // The smallest of its sets: it has the lengths of all countries, and nothing else is asked for.
    const metadata = readWhenUsed('libphonenumber-js/min/metadata') as MetadataJson
    isPossible = (text) => new PhoneNumber(text as E164Number, metadata).isPossible()
  }
  return isPossible
}

const E164 = /^\+[1-9]\d{1,14}$/

/** Whether the text is E.164 with a length that exists in its country; the prefix of national calls is no part of E.164. */
export function isE164(text: string): boolean {
  if (!E164.test(text)) return false
  const isPossiblePhone = readPhones()
  try {
    return isPossiblePhone(text)
  } catch {
    // No country has the code that it begins with.
    return false
  }
}

/**
 * A number in the form in which WhatsApp means it. Mobile numbers of Mexico had a 1 behind the country code until 2019, and many
 * lists still have it: it belongs to no number any more.
 */
export function whatsappNumber(text: string): string {
  return text.replace(/^\+521(?=\d{10}$)/, '+52')
}

/** What is wrong with a text that is nearly E.164; null where nothing is known. */
export function phoneAdvice(text: string): string | null {
  if (/^\+521\d{10}$/.test(text)) return 'Mexican numbers have no 1 behind +52 any more'
  if (/^00[1-9]\d{6,}$/.test(text)) return 'a + stands in front of the country code, not 00'
  if (/^\+\d+$/.test(text) && isE164(withoutTrunkZero(text))) return 'there is no 0 behind the country code'
  return null
}

/** Without the 0 that is dialled before a number within its country, behind a country code of one to three digits. */
function withoutTrunkZero(text: string): string {
  const [country, rest] = /^(\+[1-9]\d{0,2}?)0(\d+)$/.exec(text)?.slice(1) ?? []
  return country === undefined || rest === undefined ? '' : country + rest
}
