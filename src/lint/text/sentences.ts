/** Texts of several sentences, judged one by one: what one sentence denies another may say. */

const END = /(?<=[.!?][)"'\u201d\u2019]?)\s+|\n+|;\s+/

/** The sentences of a text, whose links are cut out. */
export function sentencesOf(text: string): string[] {
  return text.split(END).filter((sentence) => sentence !== '')
}

const DENIED = /\b(?:not|never|no|nor|neither|without|cannot|none|nobody)\b|n['\u2019]t\b/i

/** Whether a sentence denies something. */
export function isDenied(sentence: string): boolean {
  return DENIED.test(sentence)
}

/** The first match in a sentence that denies nothing; null where there is none. */
export function saidIn(sentences: readonly string[], pattern: RegExp): string | null {
  for (const sentence of sentences) {
    const found = pattern.exec(sentence)
    if (found !== null && !isDenied(sentence)) return found[0]
  }
  return null
}
