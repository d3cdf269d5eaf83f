import { Failure } from './failure.ts'
import { flag, text } from './fields/field.ts'
import { Type } from './fields/schema.ts'

/** Reads a whole number of the query. Null when it is absent; NaN when it is not a whole number. */
export function wholeNumber(query: URLSearchParams, name: string): number | null {
  const given = query.get(name)
  if (given === null) return null
  return /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
}

/** @throws Failure VALIDATION_001 in the sentence shape (contract 1.11). */
export function readPageSize(query: URLSearchParams, otherwise: number): number {
  const size = wholeNumber(query, 'page_size')
  if (size === null) return otherwise
  if (!(size >= 1 && size <= 100))
    throw new Failure('VALIDATION_001', { message: 'Page size must be between 1 and 100' })
  return size
}

/** @throws Failure VALIDATION_001 in the sentence shape (contract 1.11). */
export function readPage(query: URLSearchParams): number | null {
  const page = wholeNumber(query, 'page')
  if (page !== null && !(page >= 1 && page <= 1_000_000)) {
    throw new Failure('VALIDATION_001', { message: 'Page must be greater than 0' })
  }
  return page
}

const CURSOR =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

/** Where a list that is ordered by time and id goes on: after this entry. */
export function toCursor({ created_at, id }: { created_at: string; id: string }): string {
  // Of these characters Base64 makes neither + nor /, so that it stands in a query as it is.
  return btoa(`${created_at} ${id}`).replaceAll('=', '')
}

/** Whether the database can read the time too: JavaScript takes a 31st of February and a year 0, PostgreSQL does not. */
function isCalendarTime(time: string): boolean {
  const read = new Date(time)
  if (Number.isNaN(read.getTime()) || time.startsWith('0000')) return false
  return read.toISOString().slice(0, 19) === time.slice(0, 19)
}

/** Reads `cursor` of the query; null where there is none. @throws Failure VALIDATION_001 for one that no list has answered. */
export function readCursor(query: URLSearchParams): { created_at: string; id: string } | null {
  const cursor = query.get('cursor')
  if (cursor === null) return null
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

const number = (description: string, example: number) => Type.Integer({ description, example, nullable: true })

/** The `pagination` member (contract 1.11). Counting costs a scan, so totals are there only when a page was asked for. */
export const paginationResponse = Type.Object(
  {
    page: number('The page, when one was asked for.', 1),
    page_size: Type.Integer({ description: 'Most entries in one answer.', example: 20 }),
    total_count: number('All entries, when a page was asked for.', 1),
    total_pages: number('All pages, when a page was asked for.', 1),
    has_more: flag({ description: 'Whether more entries follow.', example: false }),
    cursors: Type.Object(
      {
        after: text(
          { max: 200 },
          {
            description: 'Send it as cursor to go on after this answer.',
            example: 'MjAyNi0wMy0yNVQxMDo0Mw',
            nullable: true,
          },
        ),
        before: text(
          { max: 200 },
          { description: 'Always null: lists are read forwards.', example: null, nullable: true },
        ),
      },
      { description: 'Where to go on, null when there is nothing more.', nullable: true },
    ),
  },
  { description: 'Where this answer stands in the whole list.' },
)
