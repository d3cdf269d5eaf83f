/** Whether a text names a brand, however it is written: letter case, punctuation, accents and legal forms aside. */

/** What law adds to a name. */
const LEGAL_FORMS: ReadonlySet<string> = new Set(
  'inc incorporated llc llp lp ltd limited corp corporation co company companies plc pllc pc pa gmbh ag sa sas sarl bv nv oy ab as aps srl spa kg kgaa pty pte lllp'.split(
    ' ',
  ),
)

/** First words of names that are words of any text. One of them alone names nobody. */
const ORDINARY: ReadonlySet<string> = new Set(
  `american atlantic auto best better blue bright capital center central choice city classic clean clear clinic coastal community complete creative customer
  customers daily dental digital direct downtown eastern easy elite express family fast first fitness florida fresh friendly global golden good grand great green group
  happy harbor health healthy home house international lake legal little local market master medical metro midwest mobile modern mountain national natural network
  northern northwest office online order orders pacific perfect personal plus premier premium prime professional pure quality quick rapid regional river royal safe
  secure select senior service services simple smart social solar southern southwest special standard star state student summit super swift system team texas
  total trade travel true trusted ultimate union united universal urban valley village vital water welcome wellness west western white world your york`.split(
    /\s+/,
  ),
)

const NOT_ASCII = /[^\0-\x7f]/

/** Letters and digits alone, in lower case, without accents; an ampersand reads "and". */
function plain(text: string): string {
  const known = NOT_ASCII.test(text) ? text.normalize('NFKD').replace(/\p{M}+/gu, '') : text
  return known.toLowerCase().replace(/&/g, ' and ')
}

const SEPARATORS = /[^\p{L}\p{N}]+/gu
const ASCII_SEPARATORS = /[^a-z0-9]+/g

/** The words of a text as names are compared. */
function wordsOf(text: string): string[] {
  return plain(text)
    .replace(/['\u2019]/g, '')
    .split(SEPARATORS)
    .filter((word) => word !== '')
}

/** A text without anything between its letters, and where its words begin and end. */
export interface FoldedText {
  letters: string
  starts: Uint8Array
  ends: Uint8Array
  /** As it was written, for names that count in capitals only. */
  written: string
}

/** Folds a text once, so that several names can be looked for. */
export function foldText(text: string): FoldedText {
  const lower = plain(text)
  const starts = new Uint8Array(lower.length + 1)
  const ends = new Uint8Array(lower.length + 1)
  let letters = ''
  let from = 0
  for (const separator of lower.matchAll(NOT_ASCII.test(lower) ? SEPARATORS : ASCII_SEPARATORS)) {
    starts[letters.length] = 1
    letters += lower.slice(from, separator.index)
    ends[letters.length] = 1
    from = separator.index + separator[0].length
  }
  starts[letters.length] = 1
  letters += lower.slice(from)
  ends[letters.length] = 1
  return { letters, starts, ends, written: text }
}

function holdsWord({ letters, starts, ends }: FoldedText, name: string): boolean {
  for (let at = letters.indexOf(name); at !== -1; at = letters.indexOf(name, at + 1))
    if (starts[at] === 1 && ends[at + name.length] === 1) return true
  return false
}

export interface BrandNames {
  /** Without anything between the letters; one of them in a text names the brand. */
  folded: readonly string[]
  /** Acronyms and short forms that count only as they are written here. */
  exact: readonly RegExp[]
  /** Every word of every name. */
  words: ReadonlySet<string>
}

function withoutForms(words: readonly string[]): string[] {
  const kept = words.filter((word) => !LEGAL_FORMS.has(word))
  return kept[0] === 'the' && kept.length > 1 ? kept.slice(1) : kept
}

/** Short forms of a name: its first two words, and its first where it is no ordinary word. */
function shortForms(words: readonly string[]): { folded: string[]; exact: RegExp[] } {
  const [first = '', second = ''] = words
  const folded = words.length > 2 && first.length + second.length >= 7 && second !== 'and' ? [first + second] : []
  const isOwn = words.length > 1 && first.length >= 5 && !ORDINARY.has(first) && /^[a-z]+$/.test(first)
  const written = first.charAt(0).toUpperCase() + first.slice(1)
  return { folded, exact: isOwn ? [new RegExp(`(?<!\\p{L})(?:${written}|${first.toUpperCase()})(?!\\p{L})`, 'u')] : [] }
}

/** A word of its own, from three words on: two letters stand in many texts. */
function acronymOf(words: readonly string[]): RegExp[] {
  if (words.length < 3) return []
  const letters = words
    .filter((word) => word !== 'and' && word !== 'of' && word !== 'the')
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
  return /^[A-Z]{3,}$/.test(letters) ? [new RegExp(`(?<![\\p{L}\\p{N}])${letters}(?![\\p{L}\\p{N}])`, 'u')] : []
}

/**
 * The names of a brand.
 *
 * @param names the full ones.
 * @param label the first label of its web site.
 */
export function brandNames(names: readonly string[], label: string | null): BrandNames {
  const folded = new Set<string>()
  const exact: RegExp[] = []
  const all = new Set<string>()
  for (const name of names) {
    const words = wordsOf(name)
    const own = withoutForms(words)
    for (const word of own) all.add(word)
    if (own.length === 0) continue
    const whole = own.join('')
    if (whole.length >= 2) folded.add(whole)
    folded.add(words.join(''))
    const short = shortForms(own)
    for (const form of short.folded) folded.add(form)
    exact.push(...short.exact, ...acronymOf(own))
  }
  if (label !== null) {
    const plainLabel = label.replace(/-/g, '')
    if (plainLabel.length >= 3) folded.add(plainLabel)
    all.add(plainLabel)
  }
  return { folded: [...folded], exact, words: all }
}

/** Whether the text names the brand. Links and e-mail addresses are to be cut out first. */
export function isNamed(text: FoldedText, { folded, exact }: BrandNames): boolean {
  return folded.some((name) => holdsWord(text, name)) || exact.some((name) => name.test(text.written))
}

/** Whether a name says how a business is made up in law. */
export function hasLegalForm(name: string): boolean {
  return (
    wordsOf(name).some((word) => LEGAL_FORMS.has(word)) || /\bL\.?\s?L\.?\s?C\b|\bP\.\s?C\b|\bS\.\s?A\b/i.test(name)
  )
}

/** The words of a name without legal forms. */
export function ownWords(name: string): string[] {
  return withoutForms(wordsOf(name))
}
