import cardValidator from 'card-validator'
import { idsAndAccounts, isPhone, isWithin, type Span } from './long-numbers.ts'
import { isLuhnValid } from './luhn.ts'

/**
 * Where text holds what may be a card number. The input refusal asks for a number as cards have them and as people write
 * them; the mask of what is emitted is wider.
 *
 * - A run is digits with at most one separator between two of them. Whatever stands before and after it, a letter too, is
 *   no part of it, so `card4111…` does not hide.
 * - In a run written in groups, every sequence of whole groups is looked at, so that an expiry or a security code behind
 *   the number does not hide it.
 * - A single group of 20 digits or more is no card number (ISO/IEC 7812 allows 19), and by chance nearly always holds
 *   one. Only its first and last 15 and 16 digits are looked at: where a number stands with something glued to it.
 *
 * Refused is a Luhn-valid number with a prefix and a length of the same issuer, which card-validator knows, in one block,
 * in groups of four of which the last may be shorter, or in 4-6-5 or 4-6-4. Passed over is what lies within a telephone
 * number that begins with +, a UUID, a digest in hexadecimal or a valid IBAN. A SIRET in its own groups, 3-3-3-5, and two
 * American numbers side by side are in no grouping of a card.
 */

const DIGITS_MIN = 13
const DIGITS_MAX = 19
const GLUED_SIZES = [15, 16]
/** The longest telephone number (E.164). */
const PHONE_DIGITS_MAX = 15

const MASKED_RUN = /\d(?:[ \u00a0\u202f\u2010-\u2013-]?\d){12,}/g
const REFUSED_RUN = /\d(?:[\p{Zs}\p{Pd}\u2212.]?\d){12,}/gu
/** Ids whose digits the mask leaves: UUIDs, and hexadecimal words of 32 or 64 characters with a letter. */
const UNMASKED_ID =
  /(?<![\da-f])(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=\d{0,63}[a-f])(?:[\da-f]{32}){1,2})(?![\da-f])/gi

/** Digits that stand together, with their places in the text. */
interface Run {
  digits: string
  places: number[]
  /** Half-open ranges of digits that nothing separates. */
  groups: [number, number][]
  startsWithPlus: boolean
}

/**
 * Whether the text holds what reads as a card number. Costs nothing for short text, and one short regular expression for text
 * without long runs of digits.
 */
export function looksLikeCard(text: string): boolean {
  if (text.length < DIGITS_MIN) return false
  return refusedNumbers(text).next().done === false
}

/** How a number that is no card is written so that it is not taken for one; null where there is no such way. */
export function cardAdvice(text: string): string | null {
  const [first] = refusedNumbers(text)
  if (first === undefined) return null
  const number = withPlainDigits(text).slice(first.from, first.to)
  if (!/^\d{13,15}$/.test(number)) return null
  const isSiret = number.length === 14 && isLuhnValid(number.slice(0, 9))
  if (isSiret) return 'write a SIRET in groups of 3, 3, 3 and 5 digits'
  return isPhone(number) ? 'write a phone number with its + in front' : null
}

/**
 * Replaces every Luhn-valid number of 13 to 19 digits, of whatever issuer and grouping, and all that is refused, by
 * `[card]`, and says how many. A last line of defence for emitted text, hence stricter than `looksLikeCard`: one in ten
 * long numbers is masked by chance, so the caller keeps back text whose long numbers must survive.
 */
export function maskCards(text: string): { text: string; masked: number } {
  const wide = replaceSpans(text, maskedNumbers(text))
  const rest = replaceSpans(wide.text, refusedNumbers(wide.text))
  return { text: rest.text, masked: wide.masked + rest.masked }
}

function replaceSpans(text: string, found: Iterable<Span>): { text: string; masked: number } {
  const spans = merge([...found])
  let masked = ''
  let end = 0
  for (const { from, to } of spans) {
    masked += `${text.slice(end, from)}[card]`
    end = to
  }
  return { text: masked + text.slice(end), masked: spans.length }
}

function* maskedNumbers(text: string): Generator<Span> {
  // Most text has no run of digits that is long enough, and is not looked at any further.
  if (text.search(MASKED_RUN) < 0) return
  const readable = text.replace(UNMASKED_ID, (id) => 'x'.repeat(id.length))
  for (const run of runsOf(readable, MASKED_RUN)) {
    for (const range of maskedRanges(run)) yield spanOf(run, range)
  }
}

/** Where numbers stand that are refused; spans may overlap. */
function* refusedNumbers(text: string): Generator<Span> {
  if (text.search(REFUSED_RUN) < 0 && !FULL_WIDTH.test(text)) return
  const readable = withPlainDigits(text)
  let others: Span[] | null = null
  for (const run of runsOf(readable, REFUSED_RUN)) {
    for (const range of cardRanges(run)) {
      const span = spanOf(run, range)
      others ??= idsAndAccounts(readable)
      if (!isWithin(span, others) && !isWithinPhone(run, range)) yield span
    }
  }
}

const FULL_WIDTH = /[\uff0b\uff10-\uff19]/

/** Full-width digits and plus signs, as East Asian keyboards write them, as ASCII; the text stays as long as it was. */
function withPlainDigits(text: string): string {
  if (!FULL_WIDTH.test(text)) return text
  return text.replace(/[\uff0b\uff10-\uff19]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
}

function* runsOf(text: string, pattern: RegExp): Generator<Run> {
  for (const { 0: run, index } of text.matchAll(pattern)) {
    const places: number[] = []
    const groups: [number, number][] = []
    for (const { 0: group, index: at } of run.matchAll(/\d+/g)) {
      groups.push([places.length, places.length + group.length])
      for (let offset = 0; offset < group.length; offset += 1) places.push(index + at + offset)
    }
    yield { digits: run.replace(/\D/g, ''), places, groups, startsWithPlus: text[index - 1] === '+' }
  }
}

function spanOf({ places }: Run, [first, end]: [number, number]): Span {
  return { from: places[first] ?? 0, to: (places[end - 1] ?? 0) + 1 }
}

/** Ranges of digits that are numbers of any issuer: of those that begin at one digit, the longest. */
function* maskedRanges({ digits, groups }: Run): Generator<[number, number]> {
  for (const [at, [first, groupEnd]] of groups.entries()) {
    if (groupEnd - first > DIGITS_MAX) {
      for (const [from, to] of gluedRanges(first, groupEnd)) if (isLuhnValid(digits.slice(from, to))) yield [from, to]
    } else {
      const end = endOfLongest(digits, groups, at)
      if (end !== null) yield [first, end]
    }
  }
}

/**
 * The end of the longest Luhn-valid number from a group on. One pass serves every length: which digits count double
 * depends on the last one, so both ways of choosing them are summed.
 */
function endOfLongest(digits: string, groups: [number, number][], at: number): number | null {
  const first = groups[at]?.[0] ?? 0
  let group = at
  let evenDoubled = 0
  let oddDoubled = 0
  let longest: number | null = null
  for (let offset = 0; offset < DIGITS_MAX && first + offset < digits.length; offset += 1) {
    const digit = digits.charCodeAt(first + offset) - 0x30
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2
    const isEven = offset % 2 === 0
    evenDoubled += isEven ? doubled : digit
    oddDoubled += isEven ? digit : doubled
    const end = first + offset + 1
    if (end !== groups[group]?.[1]) continue
    group += 1
    if (offset >= DIGITS_MIN - 1 && (isEven ? oddDoubled : evenDoubled) % 10 === 0) longest = end
  }
  return longest
}

function gluedRanges(first: number, end: number): [number, number][] {
  return GLUED_SIZES.flatMap((size): [number, number][] => [
    [first, first + size],
    [end - size, end],
  ])
}

/** Ranges of digits that are card numbers as people write them. */
function* cardRanges({ digits, groups }: Run): Generator<[number, number]> {
  for (const at of groups.keys()) {
    for (const [from, to] of usualRanges(groups, at)) {
      const number = digits.slice(from, to)
      if (isLuhnValid(number) && isIssued(number)) yield [from, to]
    }
  }
}

/** From a group on, the ranges of digits that are grouped as a card number is. */
function usualRanges(groups: [number, number][], at: number): [number, number][] {
  const lengthOf = (place: number) => {
    const [from, to] = groups[place] ?? [0, 0]
    return to - from
  }
  const [first, end] = groups[at] ?? [0, 0]
  const length = end - first
  if (length > DIGITS_MAX) return gluedRanges(first, end)
  if (length >= DIGITS_MIN) return [[first, end]]
  if (length !== 4) return []
  const shape = [1, 2, 3, 4].map((offset) => lengthOf(at + offset)).join(' ')
  const lastGroups = USUAL_GROUPINGS.filter(([, grouping]) => grouping.test(shape)).map(([last]) => at + last)
  return lastGroups.map((last) => [first, groups[last]?.[1] ?? first])
}

/** What follows a group of four, and which of the groups is the last. */
const USUAL_GROUPINGS: readonly [number, RegExp][] = [
  [2, /^6 [45] /],
  [3, /^4 4 [1-4] /],
  [4, /^4 4 4 [1-3]$/],
]

/** The prefixes of all issuers as ranges of the first eight digits, disjoint and ascending. */
const PREFIXES = merge(
  Object.values(cardValidator.creditCardType.types)
    .flatMap((type) => cardValidator.creditCardType.getTypeInfo(type).patterns)
    .map((pattern) => {
      const [low, high] = Array.isArray(pattern) ? [pattern[0], pattern[1]] : [pattern, pattern]
      return { from: Number(String(low).padEnd(8, '0')), to: Number(String(high).padEnd(8, '9')) + 1 }
    }),
)

/** Whether an issuer has numbers of this prefix and this length. Most numbers have no issuer's prefix, and the library is slow. */
function isIssued(number: string): boolean {
  const prefix = Number(number.slice(0, 8))
  return PREFIXES.some(({ from, to }) => prefix >= from && prefix < to) && cardValidator.number(number).isValid
}

/** Whether the digits are part of a telephone number that the + before the run begins. */
function isWithinPhone({ digits, groups, startsWithPlus }: Run, [, end]: [number, number]): boolean {
  return startsWithPlus && groups.some(([, to]) => to >= end && to <= PHONE_DIGITS_MAX && isPhone(digits.slice(0, to)))
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
