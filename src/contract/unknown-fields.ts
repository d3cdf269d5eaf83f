const NAMES_MAX = 20
const BYTES_MAX = 1024
/** Thirteen digits, however they are grouped: a card number must not come back as a member's name. */
const LONG_DIGITS = /\d(?:[ .\-\u00a0\u2010-\u2013]?\d){12}/

/**
 * The value of `X-Unknown-Fields` (decision 22): the dotted paths of ignored members, percent-encoded, separated by
 * comma and space, in the order given, each once. At most 20 names and 1,024 bytes; a name that does not fit is left
 * out, and so is one with a run of 13 digits or more. Null when nothing is left to name.
 */
export function toUnknownFieldsHeader(paths: readonly string[]): string | null {
  const names = new Set<string>()
  let length = 0
  for (const path of paths) {
    if (names.size === NAMES_MAX) break
    const name = toHeaderName(path)
    if (name === null || names.has(name)) continue
    const added = (names.size === 0 ? 0 : 2) + name.length
    if (length + added > BYTES_MAX) continue
    names.add(name)
    length += added
  }
  return names.size === 0 ? null : [...names].join(', ')
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
