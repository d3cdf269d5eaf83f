/** What the simulated reviewers do with a template. */
export type TemplateBehaviour = 'reject' | 'refuse' | 'neverReview' | 'loseAnswer' | 'outage'

export interface MagicTemplate {
  /** Written anywhere in the body. */
  word: string
  behaviour: TemplateBehaviour
  says: string
}

export const REJECT_REASON = 'The text does not fit the category.'
export const REFUSE_REASON = 'The text is not in the language of the template.'

/** The words that drive the simulated review of WhatsApp templates; one without any is approved. `docs/PROVIDERS.md` lists them. */
export const MAGIC_TEMPLATES: readonly MagicTemplate[] = [
  { word: '[reject]', behaviour: 'reject', says: `REJECTED by the reviewers: "${REJECT_REASON}"` },
  { word: '[refuse]', behaviour: 'refuse', says: `Not taken for review, so REJECTED at once: "${REFUSE_REASON}"` },
  { word: '[pending]', behaviour: 'neverReview', says: 'The reviewers never decide, so it stays PENDING.' },
  { word: '[lost]', behaviour: 'loseAnswer', says: 'Handed in, but not answered for 10 seconds the first time.' },
  { word: '[outage]', behaviour: 'outage', says: 'The Graph API is down, every time.' },
]

/** The behaviour that a text asks for. */
export function magicTemplate(text: string): TemplateBehaviour | null {
  return MAGIC_TEMPLATES.find(({ word }) => text.includes(word))?.behaviour ?? null
}
