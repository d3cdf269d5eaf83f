import cardValidator from 'card-validator'
import { isLuhnValid } from './luhn.ts'

/**
 * Where text holds what may be a card number (decision 18). One definition for the input refusal and the log's mask:
 *
 * - A run is digits with at most one space or dash between two of them. Whatever stands before and after it, a letter
 *   too, is no part of it, so `card4111…` does not hide.
 * - In a run written in groups, every sequence of whole groups of 13 to 19 digits is looked at, so that an expiry or a
 *   security code behind the number does not hide it.
 * - A single group of 20 digits or more is no card number (ISO/IEC 7812 allows 19), and by chance nearly always holds
 *   one. Only its first and last 15 and 16 digits are looked at: where a number stands with something glued to it.
 * - UUIDs, and hexadecimal words of 32 or 64 characters with a letter, are ids: their digits are passed over. Without
 *   this about one UUID in ten thousand would read as a card.
 */

const DIGITS_MIN = 13
const DIGITS_MAX = 19
const GLUED_SIZES = [15, 16]
const RUN = /\d(?:[ \u00a0\u202f\u2010-\u2013-]?\d){12,}/g
const ID =
  /(?<![\da-f])(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=\d{0,63}[a-f])(?:[\da-f]{32}){1,2})(?![\da-f])/gi

/** Half-open range of indexes in the text. */
interface Span {
  from: number
  to: number
}

/**
 * Whether the text holds a Luhn-valid number of 13 to 19 digits with an issuer prefix that card-validator knows.
 * Costs one short regular expression for text without long digit runs.
 */
export function looksLikeCard(text: string): boolean {
  return hasRun(text) && findCards(text, isIssued).next().done === false
}

/**
 * Replaces every Luhn-valid number of 13 to 19 digits, of whatever issuer, by `[card]`, and says how many. A last line
 * of defence for emitted text, hence stricter than `looksLikeCard`: one in ten long numbers is masked by chance, so the
 * caller keeps back text whose long numbers must survive.
 */
export function maskCards(text: string): { text: string; masked: number } {
  if (!hasRun(text)) return { text, masked: 0 }
  const spans = merge([...findCards(text, isOfAnyIssuer)])
  let masked = ''
  let end = 0
  for (const { from, to } of spans) {
    masked += `${text.slice(end, from)}[card]`
    end = to
  }
  return { text: masked + text.slice(end), masked: spans.length }
}

/** Most text has no run of digits that is long enough, and is not looked at any further. */
function hasRun(text: string): boolean {
  return text.search(RUN) >= 0
}

/** Where numbers stand in the text; spans may overlap. `isIssuer` judges a number by its first eight digits. */
function* findCards(text: string, isIssuer: (prefix: string) => boolean): Generator<Span> {
  const readable = text.replace(ID, (id) => 'x'.repeat(id.length))
  for (const { 0: run, index } of readable.matchAll(RUN)) {
    const digits = run.replace(/\D/g, '')
    const places = placesOfDigits(run)
    for (const [first, end] of findInDigits(digits, places, isIssuer)) {
      yield { from: index + (places[first] ?? 0), to: index + (places[end - 1] ?? 0) + 1 }
    }
  }
}

function placesOfDigits(run: string): number[] {
  const places: number[] = []
  for (let at = 0; at < run.length; at += 1) {
    const unit = run.charCodeAt(at)
    if (unit >= 0x30 && unit <= 0x39) places.push(at)
  }
  return places
}

/** Half-open ranges of digits that are numbers: of those that begin at one digit, the longest. */
function* findInDigits(
  digits: string,
  places: number[],
  isIssuer: (prefix: string) => boolean,
): Generator<[number, number]> {
  const isNumber = (first: number, end: number) =>
    isIssuer(digits.slice(first, first + 8)) && isLuhnValid(digits.slice(first, end))
  let groupEnd = 0
  for (let first = 0; first < digits.length; first = groupEnd) {
    groupEnd = endOfGroup(places, first)
    if (groupEnd - first > DIGITS_MAX) {
      for (const size of GLUED_SIZES) {
        if (isNumber(first, first + size)) yield [first, first + size]
        if (isNumber(groupEnd - size, groupEnd)) yield [groupEnd - size, groupEnd]
      }
    } else if (isIssuer(digits.slice(first, first + 8))) {
      const end = endOfLongest(digits, places, first)
      if (end !== null) yield [first, end]
    }
  }
}

function endsGroup(places: number[], at: number): boolean {
  return places[at + 1] !== (places[at] ?? 0) + 1
}

function endOfGroup(places: number[], first: number): number {
  let at = first
  while (!endsGroup(places, at)) at += 1
  return at + 1
}

/**
 * The end of the longest Luhn-valid number from a digit on that ends with a group. One pass serves every length: which
 * digits count double depends on the last one, so both ways of choosing them are summed.
 */
function endOfLongest(digits: string, places: number[], first: number): number | null {
  let evenDoubled = 0
  let oddDoubled = 0
  let end: number | null = null
  for (let offset = 0; offset < DIGITS_MAX && first + offset < digits.length; offset += 1) {
    const digit = digits.charCodeAt(first + offset) - 0x30
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2
    const isEven = offset % 2 === 0
    evenDoubled += isEven ? doubled : digit
    oddDoubled += isEven ? digit : doubled
    if (offset < DIGITS_MIN - 1 || !endsGroup(places, first + offset)) continue
    if ((isEven ? oddDoubled : evenDoubled) % 10 === 0) end = first + offset + 1
  }
  return end
}

/** Issuer prefixes as ranges of the first eight digits, disjoint and ascending. */
const ISSUED = merge(
  Object.values(cardValidator.creditCardType.types)
    .flatMap((type) => cardValidator.creditCardType.getTypeInfo(type).patterns)
    .map((pattern) => {
      const [low, high] = Array.isArray(pattern) ? [pattern[0], pattern[1]] : [pattern, pattern]
      return { from: Number(String(low).padEnd(8, '0')), to: Number(String(high).padEnd(8, '9')) + 1 }
    }),
)

function isIssued(prefix: string): boolean {
  const number = Number(prefix)
  return ISSUED.some(({ from, to }) => number >= from && number < to)
}

function isOfAnyIssuer(): boolean {
  return true
}

/** Overlapping and touching spans become one. */
function merge(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const before = merged.at(-1)
    if (before !== undefined && span.from <= before.to) before.to = Math.max(before.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}
