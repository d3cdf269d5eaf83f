/**
 * What a vendor's own types say of a request, as a table that a fake checks requests against. TypeScript proves each table equal
 * to the type, so a member that the vendor does not have is seen here when it is sent, and a member that the vendor adds or takes
 * away when its package is updated.
 */

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]

/** What a member holds; for words, exactly those that the type has. */
type Rule<V> = [V] extends [boolean]
  ? 'flag'
  : [V] extends [string]
    ? string extends V
      ? 'text'
      : Record<V, true>
    : [V] extends [number]
      ? 'number'
      : [V] extends [readonly unknown[]]
        ? 'list'
        : 'object'

type Rules<T> = { [K in keyof T]-?: Rule<NonNullable<T[K]>> }

export interface ShapeOf<T> {
  required: Rules<Pick<T, RequiredKeys<T>>>
  optional: Rules<Omit<T, RequiredKeys<T>>>
}

type AnyRule = string | Readonly<Record<string, true>>

export interface Shape {
  required: Readonly<Record<string, AnyRule>>
  optional: Readonly<Record<string, AnyRule>>
}

/** The member that does not fit, and why; null where all fit. `isText`: values are text, as in a query. */
export function misfit(
  { required, optional }: Shape,
  given: Record<string, unknown>,
  { isText = false } = {},
): { member: string; says: string } | null {
  const missing = Object.keys(required).find((member) => given[member] === undefined)
  if (missing !== undefined) return { member: missing, says: 'Required' }
  for (const [member, value] of Object.entries(given)) {
    const rule = Object.hasOwn(required, member)
      ? required[member]
      : Object.hasOwn(optional, member)
        ? optional[member]
        : undefined
    if (rule === undefined) return { member, says: 'Unknown member' }
    if (value === '' || value === null) return { member, says: 'Must not be empty' }
    if (!fits(rule, value, isText)) return { member, says: 'Not a value of this member' }
  }
  return null
}

function fits(rule: AnyRule, value: unknown, isText: boolean): boolean {
  if (typeof rule !== 'string') return typeof value === 'string' && Object.hasOwn(rule, value)
  if (rule === 'list') return Array.isArray(value)
  if (rule === 'object') return typeof value === 'object'
  if (isText && rule === 'number') return /^\d+$/.test(String(value))
  return typeof value === { text: 'string', flag: 'boolean', number: 'number' }[rule]
}
