import { looksLikeCard } from '../../contract/cards/card-text.ts'
import { Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readCursor, readPage, readPageSize, toCursor } from '../../contract/paging.ts'
import { PROFILE_STATUSES } from './profile-members.fields.ts'

/** Never more profiles in one answer. */
const LIST_MAX = 1000

export interface ListQuery {
  page: number | null
  pageSize: number
  status: string | null
  search: string | null
  after: { created_at: string; id: string } | null
}

/** Reads the query of the list. Without parameters everything is answered, up to LIST_MAX (contract 8.6). @throws Failure VALIDATION_001. */
export function readListQuery(query: URLSearchParams): ListQuery {
  const cursor = query.get('cursor')
  const page = readPage(query) ?? (cursor === null && query.has('page_size') ? 1 : null)
  if (page !== null && cursor !== null) {
    throw new Failure('VALIDATION_001', { details: { cursor: ['cursor cannot be combined with page'] } })
  }
  const status = query.get('status')
  if (status !== null && !(PROFILE_STATUSES as readonly string[]).includes(status)) {
    throw new Failure('VALIDATION_001', {
      details: { status: [`status must be one of: ${PROFILE_STATUSES.join(', ')}`] },
    })
  }
  // Names are kept composed.
  const search = query.get('search')?.normalize('NFC') ?? null
  if (search !== null && (search.length > 255 || search.includes('\0'))) {
    throw new Failure('VALIDATION_001', { details: { search: ['search must be text of at most 255 characters'] } })
  }
  // No profile has a card number in its name, and the database is not to be shown one (decision 18).
  if (search !== null && looksLikeCard(search)) {
    throw new Failure('VALIDATION_001', { details: { search: ['search must not contain a card number'] } })
  }
  return {
    page,
    pageSize: readPageSize(query, page === null ? LIST_MAX : 20),
    status,
    search: search === '' ? null : search,
    after: readCursor(query),
  }
}

/** The `pagination` member of a list answer. */
export function pagination(
  query: ListQuery,
  found: { hasMore: boolean; last: { created_at: string; id: string } | null; total: number | null },
): JsonObject {
  const cursors = found.hasMore && found.last !== null ? { after: toCursor(found.last), before: null } : null
  return {
    page: query.page,
    page_size: query.pageSize,
    total_count: found.total,
    total_pages: found.total === null ? null : Math.ceil(found.total / query.pageSize),
    has_more: found.hasMore,
    cursors,
  }
}
