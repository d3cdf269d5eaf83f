const CONTENT_TYPE =
  /^application\/(json|merge-patch\+json)[ \t]{0,8}(?:;[ \t]{0,8}charset=(?:utf-8|"utf-8")[ \t]{0,8})?;?$/i

/**
 * Which of the two request media types a Content-Type names: `application/json` or `application/merge-patch+json`
 * (decision 13), with no parameter but `charset=utf-8`. Null for anything else, which is a 415.
 */
export function parseContentType(header: string | undefined): 'json' | 'merge-patch' | null {
  const subtype = CONTENT_TYPE.exec(header ?? '')?.[1]?.toLowerCase()
  if (subtype === undefined) return null
  return subtype === 'json' ? 'json' : 'merge-patch'
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+"
const RANGE = new RegExp(`^(${TOKEN})/(${TOKEN})$`)
const PARAMETER = new RegExp(`^(${TOKEN})=(?:(${TOKEN})|"(?:[^"\\\\]|\\\\.)*")$`)
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

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
