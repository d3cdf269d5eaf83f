import type { Definition } from './definition.fields.ts'
import { contentFor, placeholdersOf, withoutPlaceholders } from './placeholder.rules.ts'

/** A mark in place of a variable, out of the area for private use. */
const MARK = '\ue000'

interface Advice {
  says: string
  isDue: (text: string, variables: number) => boolean
}

/**
 * What reviewers at Meta refuse. A template is taken all the same: its text messages need no review, and what reviewers do
 * changes.
 */
const ADVICE: readonly Advice[] = [
  {
    says: 'WhatsApp reviewers refuse a text that begins or ends with a variable',
    isDue: (text) => text.trim().startsWith(MARK) || text.trim().endsWith(MARK),
  },
  { says: 'WhatsApp reviewers refuse variables next to each other', isDue: (text) => /\ue000\s*\ue000/.test(text) },
  {
    says: 'WhatsApp reviewers refuse a text with few words for its variables: it needs twice as many and one more',
    isDue: (text, variables) => wordsIn(text) < 2 * variables + 1 && variables > 0,
  },
  {
    says: 'WhatsApp reviewers refuse line breaks at the begin or end of a text',
    isDue: (text) => /^\s*\n|\n\s*$/.test(text),
  },
  { says: 'WhatsApp reviewers refuse more than two line breaks in a row', isDue: (text) => /\n{3}/.test(text) },
  { says: 'WhatsApp reviewers refuse more than four spaces in a row', isDue: (text) => / {5}/.test(text) },
]

function wordsIn(text: string): number {
  return text.split(/[\s\ue000]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** What reviewers of WhatsApp templates will say of the text; nothing where it has none for WhatsApp. */
export function reviewWarnings(definition: Definition): string[] {
  const content = contentFor(definition, 'whatsapp')
  if (content === null) return []
  const text = withoutPlaceholders(content.template, MARK)
  const variables = placeholdersOf(content.template).length
  return ADVICE.filter(({ isDue }) => isDue(text, variables)).map(({ says }) => says)
}
