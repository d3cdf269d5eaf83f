/**
 * The keywords in a list that a person wrote, in capitals and each once. Commas, semicolons, blanks and line breaks separate them; what
 * goes around in two words (`opt out`) is one keyword, as one word is all that a reply is compared with.
 */
export function readKeywords(text: string): string[] {
  const words = text
    .toUpperCase()
    .replace(/\bOPT[\s-]+(OUT|IN)\b/g, 'OPT$1')
    .split(/[\s,;\u060c\u3001\uff0c\uff1b]+/)
  return [...new Set(words.map(withoutQuotes).filter((word) => word !== ''))]
}

/** Quotes around a keyword, a full stop behind the last. */
function withoutQuotes(word: string): string {
  return word.replace(/^["'\u2018-\u201f\u00ab]+|["'.\u2018-\u201f\u00bb]+$/g, '')
}
