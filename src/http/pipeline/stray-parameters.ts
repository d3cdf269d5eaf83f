import type { Details } from '../../contract/failure.ts'
import type { TSchema } from '../../contract/fields/schema.ts'
import { nearestName } from '../../contract/fields/spelling.ts'
import type { UnknownName } from '../../contract/fields/unknown-fields.ts'

/** What other APIs call the parameters of a list. */
const OTHER_NAMES: Record<string, string> = {
  limit: 'page_size',
  per_page: 'page_size',
  size: 'page_size',
  count: 'page_size',
  q: 'search',
  query: 'search',
  name: 'search',
  state: 'status',
  after: 'cursor',
  starting_after: 'cursor',
  next: 'cursor',
  page_token: 'cursor',
}

/** More are not looked up: a query of a hundred unknown names is no slip. */
const LOOKED_UP_MAX = 20

/** The parameters of a query that the operation does not know, each once, with the one that was probably meant. */
export function strayParameters(
  { document }: { document: { query?: TSchema } },
  query: URLSearchParams,
): readonly UnknownName[] {
  if (query.size === 0) return []
  const { properties = {} } = (document.query ?? {}) as { properties?: object }
  const known = Object.keys(properties)
  const stray = [...new Set(query.keys())].filter((name) => !Object.hasOwn(properties, name))
  return stray.map((name, at) => ({
    name,
    meant: at < LOOKED_UP_MAX ? (meantBy(name, known) ?? undefined) : undefined,
    isParameter: true,
  }))
}

function meantBy(name: string, known: readonly string[]): string | null {
  const plain = name.toLowerCase().replace(/\[\]$/, '')
  const other = Object.hasOwn(OTHER_NAMES, plain) ? OTHER_NAMES[plain] : undefined
  if (other !== undefined && known.includes(other)) return other
  return nearestName(name, known)
}

/**
 * What is wrong with a query whatever its values are: a known parameter that was sent more than once, since only one of its
 * values could count, and in strict mode those that the operation does not know.
 */
export function queryProblems(
  { document }: { document: { query?: TSchema } },
  query: URLSearchParams,
  { stray, isStrict }: { stray: readonly UnknownName[]; isStrict: boolean },
): Details {
  const { properties = {} } = (document.query ?? {}) as { properties?: object }
  const repeated = Object.keys(properties).filter((name) => query.getAll(name).length > 1)
  return {
    ...Object.fromEntries(repeated.map((name) => [name, [`${name} was sent more than once; send it once`]])),
    ...(isStrict ? strayProblems(stray) : {}),
  }
}

/** The sentences about them, for strict mode. */
function strayProblems(stray: readonly UnknownName[]): Details {
  return Object.fromEntries(
    stray.map(({ name, meant }) => [
      name,
      [`${name} is not a known query parameter${meant === undefined ? '' : `; did you mean ${meant}?`}`],
    ]),
  )
}
