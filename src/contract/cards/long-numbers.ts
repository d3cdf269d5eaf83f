import { createRequire } from 'node:module'
import { isE164 } from '../text/phone.ts'

/** Long numbers in a text that are no card numbers, though their digits may pass for one. */

/** Half-open range of indexes in the text. */
export interface Span {
  from: number
  to: number
}

/** Reads the package when a text holds what may be an account number: most requests never do. */
const readWhenUsed = createRequire(import.meta.url)

const UUID = String.raw`[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?!\d)`
const DIGEST = String.raw`(?<![\da-f])(?=\d{0,127}[a-f])(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{56}|[\da-f]{64}|[\da-f]{96}|[\da-f]{128})(?![\da-f])`
const ID = new RegExp(`${UUID}|${DIGEST}`, 'gi')

/**
 * UUIDs wherever they stand, also behind a word, and hexadecimal words that are as long as a digest (128 bits, SHA-1 and
 * SHA-224 to SHA-512) and hold a letter.
 */
function idsIn(text: string): Span[] {
  return Array.from(text.matchAll(ID), ({ 0: id, index }) => ({ from: index, to: index + id.length }))
}

const IBAN_START = /(?<![\da-z])[a-z]{2}\d/gi
const ALPHANUMERIC = /[\da-z]/i
const SEPARATOR = /[\p{Zs}\p{Pd}]/u

/** The account numbers (ISO 13616) in the text whose country, length and check digits fit. */
function ibansIn(text: string): Span[] {
  const starts = [...text.matchAll(IBAN_START)]
  if (starts.length === 0) return []
  const { getCountrySpecifications, isValidIBAN } = readWhenUsed('ibantools') as typeof import('ibantools')
  const countries = getCountrySpecifications()
  return starts.flatMap(({ 0: start, index: from }) => {
    const length = countries[start.slice(0, 2).toUpperCase()]?.chars ?? 0
    const read = readAlphanumerics(text, from, length)
    return read !== null && isValidIBAN(read.characters.toUpperCase()) ? [{ from, to: read.to }] : []
  })
}

/** So many letters and digits from a place on, with at most one separator between two, and none more behind them. */
function readAlphanumerics(text: string, from: number, length: number): { characters: string; to: number } | null {
  let characters = ''
  let at = from
  while (characters.length < length) {
    if (SEPARATOR.test(text.charAt(at))) at += 1
    const character = text.charAt(at)
    if (!ALPHANUMERIC.test(character)) return null
    characters += character
    at += 1
  }
  return ALPHANUMERIC.test(text.charAt(at)) ? null : { characters, to: at }
}

/** Where ids and account numbers stand in the text. */
export function idsAndAccounts(text: string): Span[] {
  return [...idsIn(text), ...ibansIn(text)]
}

/** Whether the digits, with a + before them, are a telephone number of a length that exists in its country. */
export function isPhone(digits: string): boolean {
  return isE164(`+${digits}`)
}

export function isWithin(inner: Span, spans: readonly Span[]): boolean {
  return spans.some(({ from, to }) => from <= inner.from && inner.to <= to)
}
