/** Readers for the answers of strangers: null for whatever is not of the promised shape. */

const ITEMS_MAX = 1000

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All items read, or null if it is no list, is over-long, or one item cannot be read. */
export function listOf<T>(value: unknown, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > ITEMS_MAX) return null
  const items: T[] = []
  for (const item of value) {
    const entry = read(item)
    if (entry === null) return null
    items.push(entry)
  }
  return items
}

export function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

export function matching(value: unknown, pattern: RegExp): string | null {
  return typeof value === 'string' && pattern.test(value) ? value : null
}

/** Text that can be stored and shown: bounded, without control characters and lone surrogates, not blank. */
export function shownText(value: unknown, charactersMax: number): string | null {
  if (typeof value !== 'string' || value.length > charactersMax) return null
  return /[\p{Cc}\p{Cs}]/u.test(value) || value.trim() === '' ? null : value
}

/** Far more than is ever shown: what is shown is cut once values are masked in it, since half a value is not found. */
const SENTENCE_MAX = 2_000

/** A sentence of a provider, on one line and of at most 2,000 characters; '' for what is no text. */
export function sentence(value: unknown): string {
  if (typeof value !== 'string') return ''
  return value
    .slice(0, SENTENCE_MAX)
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
}

/** Told of a word that a provider gives as a state and that is not known: the member, and the word. */
export type NoteWord = (member: string, word: string) => void

/** What a state is that is not known yet. */
export const NEW_STATE = 'not known yet'

/** One of the words as `wordOrNull` reads it; NEW_STATE, which is told, for another word of the kind that names states. */
export function stateOrNew<const T extends string>(
  value: unknown,
  words: readonly T[],
  { member, note }: { member: string; note: NoteWord | undefined },
): T | typeof NEW_STATE | null | undefined {
  const known = wordOrNull(value, words)
  const word = known === undefined ? matching(value, /^[A-Z][A-Z0-9_]{0,39}$/) : null
  if (word === null) return known
  note?.(member, word)
  return NEW_STATE
}

/** One of the words, null for null and for a member that is absent, undefined for anything else. */
function wordOrNull<const T extends string>(value: unknown, words: readonly T[]): T | null | undefined {
  if (value === undefined || value === null || value === '') return null
  return words.find((word) => word === value)
}
