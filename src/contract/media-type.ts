const TOKEN = "[!#$%&'*+.^_`|~\\w-]+"
const RANGE = new RegExp(`^(${TOKEN})/(${TOKEN})$`)
const PARAMETER = new RegExp(`^(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")$`)
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/
/** Names of UTF-8 that clients use, and ASCII, of which each text is the same in UTF-8. */
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])

/** What a Content-Type says. `charset` is another encoding that was named, in the client's spelling. */
export type ContentType =
  | { kind: 'json' | 'merge-patch' }
  | { kind: 'other' }
  | { kind: 'charset'; charset: string }
  | { kind: 'malformed' }

const JSON_TYPE: ContentType = { kind: 'json' }
const MERGE_PATCH_TYPE: ContentType = { kind: 'merge-patch' }

/**
 * Which of the two request media types a Content-Type names: `application/json` or `application/merge-patch+json`. Their bodies
 * are UTF-8; a charset that says so is taken in any spelling, and parameters that mean nothing here are ignored (RFC 8259
 * section 11 defines none, and clients send many).
 */
export function readContentType(header: string | undefined): ContentType {
  // Most requests: nothing to take apart.
  if (header === 'application/json') return JSON_TYPE
  const [name = '', ...parameters] = splitOutsideQuotes(header ?? '', ';')
  const type = name.toLowerCase()
  const known =
    type === 'application/json' ? JSON_TYPE : type === 'application/merge-patch+json' ? MERGE_PATCH_TYPE : null
  if (known === null) return RANGE.test(name) ? { kind: 'other' } : { kind: 'malformed' }
  for (const parameter of parameters) {
    if (parameter === '') continue
    const [, key, bare, quoted] = PARAMETER.exec(parameter) ?? []
    if (key === undefined) return { kind: 'malformed' }
    const charset = bare ?? (quoted ?? '').replace(/\\(.)/g, '$1')
    if (key.toLowerCase() === 'charset' && !UTF_8.has(charset.toLowerCase())) return { kind: 'charset', charset }
  }
  return known
}

/**
 * Whether the client takes `application/json` (RFC 9110 section 12.5.1): the most specific range that covers it
 * decides, and a quality of 0 excludes it. Parameters other than `q` narrow nothing. An absent, empty or malformed
 * header accepts: refusing an answer over a header that nobody can read helps no one.
 */
export function acceptsJson(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true
  let decidedBy = 0
  let quality = 0
  for (const element of splitOutsideQuotes(header, ',')) {
    if (element === '') continue
    const range = readRange(element)
    if (range === null) return true
    if (range.specificity === 0 || range.specificity < decidedBy) continue
    quality = range.specificity > decidedBy ? range.quality : Math.max(quality, range.quality)
    decidedBy = range.specificity
  }
  return quality > 0
}

/** Specificity 3 is the type itself, 2 its family, 1 everything, 0 another type. Null when malformed. */
function readRange(element: string): { specificity: number; quality: number } | null {
  const [name = '', ...parameters] = splitOutsideQuotes(element, ';')
  const parts = RANGE.exec(name.toLowerCase())
  if (parts === null) return null
  let quality = 1
  for (const parameter of parameters) {
    if (parameter === '') continue
    const [, key, value] = PARAMETER.exec(parameter) ?? []
    if (key === undefined) return null
    if (key.toLowerCase() !== 'q') continue
    if (value === undefined || !QUALITY.test(value)) return null
    quality = Number(value)
  }
  const specificity = specificityOf(parts[1] ?? '', parts[2] ?? '')
  return specificity === null ? null : { specificity, quality }
}

function specificityOf(type: string, subtype: string): number | null {
  if (type === '*') return subtype === '*' ? 1 : null
  if (type !== 'application') return 0
  if (subtype === '*') return 2
  return subtype === 'json' ? 3 : 0
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let from = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}
