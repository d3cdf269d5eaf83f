import { looksLikeCard } from '../../contract/cards/card-text.ts'
import { Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readPage, readPageSize } from '../../contract/paging.ts'

export interface Page {
  page: number
  pageSize: number
  offset: number
}

/** Reads `page` and `page_size`: the first page, and 20 entries, unless told (contract 1.11). @throws Failure VALIDATION_001. */
export function readPages(query: URLSearchParams): Page {
  const pageSize = readPageSize(query, 20)
  const page = readPage(query) ?? 1
  return { page, pageSize, offset: (page - 1) * pageSize }
}

/** @throws Failure VALIDATION_001. */
export function readSearch(query: URLSearchParams): string | null {
  // Names are kept composed.
  const search = query.get('search')?.normalize('NFC') ?? null
  if (search !== null && (search.length > 255 || search.includes('\0'))) {
    throw new Failure('VALIDATION_001', { details: { search: ['search must be text of at most 255 characters'] } })
  }
  if (search !== null && looksLikeCard(search)) {
    throw new Failure('VALIDATION_001', { details: { search: ['search must not contain a card number'] } })
  }
  return search === '' ? null : search
}

/** Empty is absent: clients write a null so (contract 16). @throws Failure VALIDATION_001. */
export function readFlag(query: URLSearchParams, name: 'is_active' | 'is_ended'): boolean | null {
  const given = query.get(name)
  if (given === null || given === '') return null
  if (given === 'true' || given === 'false') return given === 'true'
  throw new Failure('VALIDATION_001', { details: { [name]: [`${name} must be true or false`] } })
}

/** The `pagination` member (contract 1.11). */
export function pagination({ page, pageSize }: Page, total: number): JsonObject {
  const pages = Math.ceil(total / pageSize)
  return {
    page,
    page_size: pageSize,
    total_count: total,
    total_pages: pages,
    has_more: page < pages,
    cursors: null,
  }
}
