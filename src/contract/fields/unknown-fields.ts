const NAMES_MAX = 20
const BYTES_MAX = 1024
/** Thirteen digits, however they are grouped: a card number must not come back as a member's name. */
const LONG_DIGITS = /\d(?:[ .\-\u00a0\u2010-\u2013]?\d){12}/

/** A name that a request has and the operation does not know. */
export interface UnknownName {
  /** The dotted path of a member, or the name of a query parameter. */
  name: string
  /** What was probably meant. */
  meant?: string | undefined
  isParameter?: boolean
}

/**
 * The value of `X-Unknown-Fields`: the dotted paths of ignored members, percent-encoded, separated by comma and space, in the
 * order given, each once. A parameter of the query begins with a question mark, which is encoded in the name of a member.
 * Where another spelling was probably meant, it follows as `;did-you-mean=`. At most 20 names and 1,024 bytes; a name that
 * does not fit is left out, and so is one with a run of 13 digits or more. Null when nothing is left to name.
 */
export function toUnknownFieldsHeader(unknown: readonly UnknownName[]): string | null {
  const names = new Set<string>()
  const entries: string[] = []
  let length = 0
  for (const { name: path, meant, isParameter } of unknown) {
    if (entries.length === NAMES_MAX) break
    const encoded = toHeaderName(path)
    if (encoded === null) continue
    const name = isParameter === true ? `?${encoded}` : encoded
    if (names.has(name)) continue
    const suggestion = meant === undefined ? null : toHeaderName(meant)
    const whole = suggestion === null ? name : `${name};did-you-mean=${suggestion}`
    const left = BYTES_MAX - length - (entries.length === 0 ? 0 : 2)
    const entry = whole.length <= left ? whole : name
    if (entry.length > left) continue
    names.add(name)
    entries.push(entry)
    length = BYTES_MAX - left + entry.length
  }
  return entries.length === 0 ? null : entries.join(', ')
}

function toHeaderName(path: string): string | null {
  if (path.length > BYTES_MAX || LONG_DIGITS.test(path)) return null
  try {
    return encodeURIComponent(path)
  } catch {
    // Half of a surrogate pair has no percent-encoded form.
    return null
  }
}
