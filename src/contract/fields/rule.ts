import type { Details } from '../failure.ts'

/** One combination that is refused: where it is reported, what it reads, what it says, when it is broken. */
export interface Rule<Facts> {
  at: string
  /** Members whose own problem makes this rule pointless: it is skipped when one of them, or anything inside it, is invalid. */
  reads: readonly string[]
  says: string | ((facts: Facts) => string)
  broken: (facts: Facts) => boolean
}

function concerns(path: string, member: string): boolean {
  return path === member || path.startsWith(`${member}.`) || path.startsWith(`${member}[`)
}

/** Adds every broken rule to `details`. Rules are judged against the problems found before, never against each other's. */
export function addBrokenRules<Facts>(rules: readonly Rule<Facts>[], facts: Facts, details: Details): void {
  const invalid = Object.keys(details)
  for (const rule of rules) {
    if (rule.reads.some((member) => invalid.some((path) => concerns(path, member)))) continue
    if (!rule.broken(facts)) continue
    const says = typeof rule.says === 'string' ? rule.says : rule.says(facts)
    details[rule.at] = [...(details[rule.at] ?? []), says]
  }
}

/** `details` with its members in the order of `members`, what is inside a member after it; the rest at the end. */
export function inOrder(details: Details, members: readonly string[]): Details {
  const place = (path: string) => {
    const index = members.indexOf(path.split(/[.[]/)[0] ?? path)
    return index === -1 ? members.length : index
  }
  return Object.fromEntries(Object.entries(details).sort(([a], [b]) => place(a) - place(b)))
}
