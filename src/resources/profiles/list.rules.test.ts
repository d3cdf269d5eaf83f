import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pagination, readListQuery } from './list.rules.ts'

const read = (query: string) => readListQuery(new URLSearchParams(query))
const refused = (query: string, member: string, says: string) =>
  assert.throws(() => read(query), { code: 'VALIDATION_001', details: { [member]: [says] } }, query)

const ID = '6f1f6a52-0f5e-4c1b-9a53-0c8f4f5f7a01'
const cursorOf = (text: string) => Buffer.from(text, 'latin1').toString('base64url')
const PLAIN = { page: null, pageSize: 1000, status: null, search: null, after: null }

test('without parameters everything is answered, up to a thousand; a page has twenty', () => {
  assert.deepEqual(read(''), PLAIN)
  assert.deepEqual(read('page=3'), { ...PLAIN, page: 3, pageSize: 20 })
  assert.deepEqual(read('page_size=7'), { ...PLAIN, page: 1, pageSize: 7 })
  assert.deepEqual(read('status=approved&search='), { ...PLAIN, status: 'approved' })
})

test('a status must be one of them', () => {
  assert.throws(() => read('status=none'), { code: 'VALIDATION_001' })
  assert.throws(
    () => read('status='),
    (error: { details?: object }) => {
      assert.match(JSON.stringify(error.details), /^\{"status":\["status must be one of: \w+, .*\w"\]\}$/)
      return true
    },
  )
})

test('what is searched for is short text without a null character or a card number', () => {
  const says = 'search must be text of at most 255 characters'
  assert.equal(read(`search=${'a'.repeat(255)}`).search, 'a'.repeat(255))
  refused(`search=${'a'.repeat(256)}`, 'search', says)
  refused('search=a%00b', 'search', says)
  refused('search=4242424242424242', 'search', 'search must not contain a card number')
})

test('the cursor of an answer leads behind its last profile', () => {
  for (const created_at of ['2026-03-25T10:43:34.589117+00:00', '2024-02-29T00:00:00+00:00']) {
    const last = { created_at, id: ID }
    const shown = pagination(read('page_size=2'), { hasMore: true, last, total: 5 })
    const { cursors, ...rest } = shown as { cursors: { after: string; before: null } }
    assert.deepEqual(rest, { page: 1, page_size: 2, total_count: 5, total_pages: 3, has_more: true })
    assert.equal(cursors.before, null)
    assert.match(cursors.after, /^[\w-]+$/)
    assert.deepEqual(read(`cursor=${cursors.after}&page_size=2`), { ...PLAIN, pageSize: 2, after: last })
  }
})

test('the last page has no cursor, and what was not counted has no total', () => {
  const last = { created_at: '2026-03-25T10:43:34+00:00', id: ID }
  const ended = pagination(read(''), { hasMore: false, last, total: null })
  assert.deepEqual(ended, {
    page: null,
    page_size: 1000,
    total_count: null,
    total_pages: null,
    has_more: false,
    cursors: null,
  })
  assert.equal(pagination(read(''), { hasMore: true, last: null, total: 0 }).cursors, null)
  assert.equal(pagination(read(''), { hasMore: false, last, total: 0 }).total_pages, 0)
})

test('a cursor that no list answered is refused, and so is one beside a page', () => {
  const says = 'cursor must be one that this list has answered'
  const time = '2026-03-25T10:43:34.589117+00:00'
  for (const text of [
    '',
    'x',
    `${time} ${ID} `,
    ` ${time} ${ID}`,
    `${time} x`,
    `${time}`,
    `2026-02-31T10:43:34+00:00 ${ID}`,
    `2026-13-01T10:43:34+00:00 ${ID}`,
    `0000-01-01T10:43:34+00:00 ${ID}`,
    `2026-03-25T10:43:34.+00:00 ${ID}`,
    `2026-03-25T10:43:34.1234567+00:00 ${ID}`,
    `2026-03-25T10:43:34Z ${ID}`,
  ])
    refused(`cursor=${cursorOf(text)}`, 'cursor', says)
  refused('cursor=%25', 'cursor', says)
  refused(`cursor=${cursorOf(`${time} ${ID}`)}&page=1`, 'cursor', 'cursor cannot be combined with page')
})
