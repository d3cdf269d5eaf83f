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
  return findCards(text, isIssued).length > 0
}

/**
 * Replaces every Luhn-valid number of 13 to 19 digits, of whatever issuer, by `[card]`, and says how many. A last line
 * of defence for emitted text, hence stricter than `looksLikeCard`: one in ten long numbers is masked by chance, so the
 * caller keeps back text whose long numbers must survive.
 */
export function maskCards(text: string): { text: string; masked: number } {
  const spans = merge(findCards(text, isOfAnyIssuer))
  let masked = ''
  let end = 0
  for (const { from, to } of spans) {
    masked += `${text.slice(end, from)}[card]`
    end = to
  }
  return { text: masked + text.slice(end), masked: spans.length }
}

function findCards(text: string, isIssuer: (digits: string) => boolean): Span[] {
  if (text.search(RUN) < 0) return []
  const readable = text.replace(ID, (id) => 'x'.repeat(id.length))
  return Array.from(readable.matchAll(RUN)).flatMap((run) => findInRun(run[0], run.index, isIssuer))
}

/** The digits of a run, where each stands in it, and which begin and end a group. */
function readRun(run: string) {
  const places: number[] = []
  for (let at = 0; at < run.length; at += 1) if (isDigit(run, at)) places.push(at)
  const begins = places.map((at) => !isDigit(run, at - 1))
  const ends = places.map((at) => !isDigit(run, at + 1))
  return { places, begins, ends, digits: places.map((at) => run[at]).join('') }
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0x30 && unit <= 0x39
}

function findInRun(run: string, offset: number, isIssuer: (digits: string) => boolean): Span[] {
  const { places, begins, ends, digits } = readRun(run)
  const found: Span[] = []
  const look = (first: number, last: number) => {
    const number = digits.slice(first, last + 1)
    if (isIssuer(number) && isLuhnValid(number))
      found.push({ from: offset + (places[first] ?? 0), to: offset + (places[last] ?? 0) + 1 })
  }
  for (let first = 0; first < digits.length; first += 1) {
    if (!begins[first]) continue
    const groupLast = ends.indexOf(true, first)
    if (groupLast - first >= DIGITS_MAX) {
      for (const size of [15, 16]) {
        look(first, first + size - 1)
        look(groupLast - size + 1, groupLast)
      }
      continue
    }
    const farthest = Math.min(first + DIGITS_MAX, digits.length) - 1
    for (let last = first + DIGITS_MIN - 1; last <= farthest; last += 1) if (ends[last]) look(first, last)
  }
  return found
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

function isIssued(digits: string): boolean {
  const prefix = Number(digits.slice(0, 8))
  return ISSUED.some(({ from, to }) => prefix >= from && prefix < to)
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
