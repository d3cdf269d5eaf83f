import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pagination, readFlag, readPages, readSearch } from './page.rules.ts'

const query = (text: string) => new URLSearchParams(text)

test('the first page and twenty entries are answered unless told', () => {
  assert.deepEqual(readPages(query('')), { page: 1, pageSize: 20, offset: 0 })
  assert.deepEqual(readPages(query('page=3&page_size=7')), { page: 3, pageSize: 7, offset: 14 })
  assert.throws(() => readPages(query('page=0')), { code: 'VALIDATION_001' })
})

test('what is searched for is at most 255 characters without a null character, and nothing when empty', () => {
  assert.equal(readSearch(query('')), null)
  assert.equal(readSearch(query('search=')), null)
  assert.equal(readSearch(query(`search=${'a'.repeat(255)}`)), 'a'.repeat(255))
  const details = { search: ['search must be text of at most 255 characters'] }
  for (const text of ['a'.repeat(256), 'a%00b'])
    assert.throws(() => readSearch(query(`search=${text}`)), { code: 'VALIDATION_001', details })
})

test('active is true, false, or not asked', () => {
  assert.deepEqual(
    ['', 'is_active=', 'is_active=true', 'is_active=false'].map((text) => readFlag(query(text), 'is_active')),
    [null, null, true, false],
  )
  const details = { is_active: ['is_active must be true or false'] }
  for (const text of ['TRUE', '1', 'null'])
    assert.throws(() => readFlag(query(`is_active=${text}`), 'is_active'), { code: 'VALIDATION_001', details })
})

test('there are as many pages as the entries fill, and more follow until the last', () => {
  const at = (page: number, total: number) => pagination({ page, pageSize: 2, offset: 0 }, total)
  assert.deepEqual(at(1, 3), {
    page: 1,
    page_size: 2,
    total_count: 3,
    total_pages: 2,
    has_more: true,
    cursors: null,
  })
  assert.deepEqual(
    [at(2, 3).has_more, at(2, 4).total_pages, at(1, 0).total_pages, at(1, 0).has_more],
    [false, 2, 0, false],
  )
})
