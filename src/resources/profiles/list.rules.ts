import { looksLikeCard } from '../../contract/card-text.ts'
import { Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/json-value.ts'
import { readPage, readPageSize } from '../../contract/paging.ts'
import { PROFILE_STATUSES } from './profile.fields.ts'

/** Never more profiles in one answer. */
const LIST_MAX = 1000

export interface ListQuery {
  page: number | null
  pageSize: number
  status: string | null
  search: string | null
  after: { created_at: string; id: string } | null
}

const CURSOR =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

function toCursor({ created_at, id }: { created_at: string; id: string }): string {
  // Of these characters Base64 makes neither + nor /, so that it stands in a query as it is.
  return btoa(`${created_at} ${id}`).replaceAll('=', '')
}

/** Whether the database can read the time too: JavaScript takes a 31st of February and a year 0, PostgreSQL does not. */
function isCalendarTime(time: string): boolean {
  const read = new Date(time)
  if (Number.isNaN(read.getTime()) || time.startsWith('0000')) return false
  return read.toISOString().slice(0, 19) === time.slice(0, 19)
}

function fromCursor(cursor: string): { created_at: string; id: string } {
  let found: RegExpExecArray | null = null
  try {
    found = CURSOR.exec(atob(cursor))
  } catch {
    found = null
  }
  const [, created_at, id] = found ?? []
  if (created_at === undefined || id === undefined || !isCalendarTime(created_at)) {
    throw new Failure('VALIDATION_001', { details: { cursor: ['cursor must be one that this list has answered'] } })
  }
  return { created_at, id }
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
  const search = query.get('search')
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
    after: cursor === null ? null : fromCursor(cursor),
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
