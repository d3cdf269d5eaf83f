/** A longer name is nobody's slip of a few letters, and comparing it costs. */
const LENGTH_MAX = 64

/** A name without what spellings differ by: `legal_name`, `legal-name`, `LegalName` and `legalName[]` are one. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_\-\s]|\[\]$/g, '')
}

/** How many letters may be wrong in a name of this length. */
function slipsIn(length: number): number {
  if (length < 3) return 0
  return length < 6 ? 1 : 2
}

/** Whether two names differ only in case, underscores, hyphens, blanks or brackets at their end. */
export function isSameName(one: string, other: string): boolean {
  return one.length <= LENGTH_MAX && plain(one) === plain(other)
}

/**
 * Which of the names was meant by one that is none of them: the same in another spelling, or else the nearest within one
 * or two wrong letters. Null where none is near, or the nearest are several.
 */
export function nearestName(given: string, names: readonly string[]): string | null {
  if (given.length > LENGTH_MAX) return null
  const same = names.find((name) => isSameName(given, name))
  if (same !== undefined) return same
  const wanted = plain(given)
  const far = slipsIn(wanted.length)
  let best = far + 1
  let found: string | null = null
  for (const name of names) {
    const other = plain(name)
    if (Math.abs(other.length - wanted.length) > far) continue
    const slips = slipsBetween(wanted, other)
    if (slips === best) found = null
    if (slips >= best) continue
    best = slips
    found = name
  }
  return found
}

/** Letters to add, drop, change, or swap with their neighbour, to make one text of the other. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at += 1) {
    const row = [at]
    for (let to = 1; to <= other.length; to += 1) {
      const isSame = one[at - 1] === other[to - 1]
      const changed = (last[to - 1] ?? 0) + (isSame ? 0 : 1)
      const isSwap = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1]
      const swapped = isSwap ? (before[to - 2] ?? 0) + 1 : changed
      row.push(Math.min((last[to] ?? 0) + 1, (row[to - 1] ?? 0) + 1, changed, swapped))
    }
    before = last
    last = row
  }
  return last[other.length] ?? 0
}
