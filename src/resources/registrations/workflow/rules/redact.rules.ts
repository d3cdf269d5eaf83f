import type { Outcome, Refusal } from '../../../../ports/outcome.ts'
import type { ProviderResponse } from './transition.rules.ts'

/**
 * What a provider says is shown to every role and kept as it is read, so nothing that is encrypted elsewhere may stand in it,
 * and it may be of any length and content (reliability TEN-6).
 */

/** Values are found in what somebody else has written, who may spell them in another way. */
const MASK = '[…]'
/** Shorter ones are found in too many words to mean anything. */
const SHORTEST = 4
/** From here on a value is no accident, also where it begins within a word and goes on in the next. */
const UNMISTAKABLE = 7
/** A country code has one to three digits, and many leave it out. */
const COUNTRY_CODE_MAX = 3

/** The letters and digits of a text, without case and accents, and the place of each in it. */
interface Folded {
  letters: string
  from: number[]
}

function fold(text: string): Folded {
  let letters = ''
  const from: number[] = []
  let at = 0
  for (const character of text) {
    const plain = character
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}]/gu, '')
      .toUpperCase()
    letters += plain
    for (let unit = 0; unit < plain.length; unit += 1) from.push(at)
    at += character.length
  }
  return { letters, from }
}

/** What of a value is looked for: all of it, its digits alone, and a phone number's without the country code. */
function formsOf(value: string): string[] {
  const { letters } = fold(value)
  const digits = letters.replace(/\P{N}/gu, '')
  const forms = new Set([letters, digits])
  if (value.trim().startsWith('+')) {
    for (let code = 1; code <= COUNTRY_CODE_MAX; code += 1)
      if (digits.length - code >= UNMISTAKABLE) forms.add(digits.slice(code))
  }
  return [...forms].filter((form) => form.length >= SHORTEST)
}

const kindOf = (character: string | undefined) => {
  if (character === undefined) return null
  if (/\p{N}/u.test(character)) return 'digit'
  return /\p{L}/u.test(character) ? 'letter' : null
}

/** A short value that is spread over several words, as `Dean` over `made another`, is none unless the words are its own. */
function isMeant(text: string, form: string, from: number, to: number): boolean {
  if (form.length >= UNMISTAKABLE || !/[^\p{L}\p{N}\p{M}]/u.test(text.slice(from, to))) return true
  const isEdge = (inside: string | undefined, outside: string | undefined) => kindOf(inside) !== kindOf(outside)
  return isEdge(text[from], text[from - 1]) && isEdge(text[to - 1], text[to])
}

/**
 * The text with each of the values masked, whatever the case, the accents, and the spaces and signs between their letters and
 * digits: `12-3456789` is found as `123456789` and as `12 345 6789`. Values of fewer than four letters and digits are left.
 */
export function maskValues(text: string, values: readonly string[]): string {
  const { letters, from } = fold(text)
  const isMasked = new Uint8Array(text.length)
  for (const form of new Set(values.flatMap(formsOf))) {
    for (let at = letters.indexOf(form); at !== -1; at = letters.indexOf(form, at + 1)) {
      const begin = from[at] ?? 0
      const last = from[at + form.length - 1] ?? 0
      const end = last + String.fromCodePoint(text.codePointAt(last) ?? 0).length
      if (isMeant(text, form, begin, end)) isMasked.fill(1, begin, end)
    }
  }
  let masked = ''
  for (let at = 0; at < text.length; at += 1) {
    if (isMasked[at] !== 1) masked += text[at]
    else if (isMasked[at - 1] !== 1) masked += MASK
  }
  return masked
}

const WORDS_MAX = 500
const ENTRIES_MAX = 20

/** The text in one line of at most 500 characters, without the given values, however they are spelt (`maskValues`). */
export function cleanWords(text: string, secrets: readonly string[]): string {
  // Cut afterwards: a cut before could leave the beginning of a value, which nothing would find.
  return maskValues(text, secrets)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX)
}

/** A path of our own request, or nothing. */
function cleanFields(fields: readonly string[]): string[] {
  return fields.filter((field) => /^[A-Za-z0-9_.[\]]{1,100}$/.test(field)).slice(0, ENTRIES_MAX)
}

function withValue<T>(outcome: Outcome<T>, clean: (value: T) => T): Outcome<T> {
  return outcome.kind === 'done' ? { kind: 'done', value: clean(outcome.value) } : outcome
}

/** The reply with everything cleaned that a provider worded. */
export function redactResponse(reply: ProviderResponse, secrets: readonly string[]): ProviderResponse {
  const clean = (text: string) => cleanWords(text, secrets)
  const cleanOrNull = (text: string | null) => (text === null ? null : clean(text))
  if (reply.outcome.kind === 'refused') {
    const refusals: Refusal[] = reply.outcome.refusals
      .slice(0, ENTRIES_MAX)
      .map(({ member, says }) => ({ member: cleanFields([member])[0] ?? '', says: clean(says) }))
    return { ...reply, outcome: { kind: 'refused', refusals } } as ProviderResponse
  }
  switch (reply.of) {
    case 'feedback':
      return {
        ...reply,
        outcome: withValue(reply.outcome, (found) =>
          found.slice(0, ENTRIES_MAX).map(({ category, fields, says }) => ({
            category: clean(category).slice(0, 100),
            fields: cleanFields(fields),
            says: clean(says),
          })),
        ),
      }
    case 'vetting':
    case 'authentication':
      return {
        ...reply,
        outcome: withValue(
          reply.outcome,
          (vetting) => vetting && { ...vetting, reasons: vetting.reasons.slice(0, ENTRIES_MAX).map(clean) },
        ),
      } as ProviderResponse
    case 'campaign':
      return {
        ...reply,
        outcome: withValue(reply.outcome, (campaign) => campaign && { ...campaign, says: cleanOrNull(campaign.says) }),
      }
    case 'assignment':
      return {
        ...reply,
        outcome: withValue(
          reply.outcome,
          (assignment) => assignment && { ...assignment, says: cleanOrNull(assignment.says) },
        ),
      }
    default:
      return reply
  }
}
