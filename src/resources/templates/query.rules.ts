import { looksLikeCard } from '../../contract/cards/card-text.ts'
import { type Details, Failure } from '../../contract/failure.ts'
import { wholeNumber } from '../../contract/paging.ts'
import { CATEGORIES, INCLUDABLE, type Includable, STATUSES } from './template.fields.ts'

/** What the query of an operation on templates says. */

export interface TemplateFilter {
  search: string | null
  status: string | null
  category: string | null
}

export interface TemplateListing {
  page: number
  pageSize: number
  filter: TemplateFilter
  include: ReadonlySet<Includable>
}

const PAGES_MAX = 1_000_000

/** Empty is absent: clients write a null so. */
function given(query: URLSearchParams, name: string): string | null {
  const value = query.get(name)
  return value === '' ? null : value
}

/** Reads `include` and notes what it cannot be. */
function includeOf(query: URLSearchParams, details: Details): ReadonlySet<Includable> {
  const words = (given(query, 'include') ?? '').split(',').map((word) => word.trim())
  const wanted = words.filter((word) => word !== '')
  if (!wanted.every((word): word is Includable => (INCLUDABLE as readonly string[]).includes(word))) {
    details.include = [`include must be one or several of: ${INCLUDABLE.join(', ')}`]
    return new Set()
  }
  return new Set(wanted as Includable[])
}

/** @throws Failure VALIDATION_001. */
export function readInclude(query: URLSearchParams): ReadonlySet<Includable> {
  const details: Details = {}
  const include = includeOf(query, details)
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  return include
}

function oneWord(
  query: URLSearchParams,
  name: 'status' | 'category',
  words: readonly string[],
  details: Details,
): string | null {
  const value = given(query, name)
  if (value === null || words.includes(value)) return value
  details[name] = [`${name === 'status' ? 'Status' : 'Category'} must be one of: ${words.join(', ')}`]
  return null
}

function searchOf(query: URLSearchParams, details: Details): string | null {
  // Names are kept composed.
  const search = given(query, 'search')?.normalize('NFC') ?? null
  if (search === null) return null
  if (search.length > 255 || search.includes('\0')) details.search = ['search must be text of at most 255 characters']
  else if (looksLikeCard(search)) details.search = ['search must not contain a card number']
  return search
}

/** Reads what a list asks for. @throws Failure VALIDATION_001 with all problems of the query together. */
export function readListing(query: URLSearchParams): TemplateListing {
  const details: Details = {}
  const page = wholeNumber(query, 'page') ?? 1
  const pageSize = wholeNumber(query, 'page_size') ?? 20
  if (!(page >= 1 && page <= PAGES_MAX)) details.page = ['Page must be greater than 0']
  if (!(pageSize >= 1 && pageSize <= 100)) details.page_size = ['Page size must be between 1 and 100']
  const filter = {
    search: searchOf(query, details),
    status: oneWord(query, 'status', STATUSES, details),
    category: oneWord(query, 'category', CATEGORIES, details),
  }
  const include = includeOf(query, details)
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  return { page, pageSize, filter, include }
}
