import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aTemplate, aTextTemplate } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../kit/servers/client.ts'

const namesOf = ({ data }: Reply) => (data.templates as Json[]).map(({ name }) => name)

describe('GET /v3/templates', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('newest first, in pages; beyond the last and without any it is empty', async () => {
    const { admin } = await app.organization()
    const empty = await admin.get('/v3/templates?page=1&page_size=20')
    const none = { page: 1, page_size: 20, total_count: 0, total_pages: 0, has_more: false, cursors: null }
    assert.deepEqual(empty.data, { templates: [], pagination: none })
    for (const name of ['A', 'B', 'C']) await admin.post('/v3/templates', aTextTemplate('Hi', { name }))
    assert.deepEqual(namesOf(await admin.get('/v3/templates')), ['C', 'B', 'A'])
    const page = await admin.get('/v3/templates?page=2&page_size=2')
    assert.deepEqual(namesOf(page), ['A'])
    assert.deepEqual(page.data.pagination, {
      page: 2,
      page_size: 2,
      total_count: 3,
      total_pages: 2,
      has_more: false,
      cursors: null,
    })
    assert.deepEqual(namesOf(await admin.get('/v3/templates?page=9&page_size=2')), [])
  })

  test('search, status and category choose', async () => {
    const { admin } = await app.organization()
    await admin.post('/v3/templates', aTemplate({ name: 'Welcome Message' }))
    await admin.post(
      '/v3/templates',
      aTextTemplate('Hi', { name: 'Code', category: 'UTILITY', submit_for_review: true }),
    )
    for (const [query, names] of [
      ['search=welcome', ['Welcome Message']],
      ['search=%25', []],
      ['status=APPROVED', ['Code']],
      ['status=DRAFT', ['Welcome Message']],
      ['category=UTILITY', ['Code']],
      ['category=UTILITY&status=DRAFT', []],
      ['search=&status=&category=&is_welcome_playground=true', ['Code', 'Welcome Message']],
    ] as const)
      assert.deepEqual(namesOf(await admin.get(`/v3/templates?${query}`)), names, query)
  })

  test('fact 4: a wrong page size has the field shape, and all problems of a query come together', async () => {
    const { admin } = await app.organization()
    const size = await admin.get('/v3/templates?page=1&page_size=101')
    assert.deepEqual(
      [size.status, size.error.code, size.error.message, size.error.details],
      [400, 'VALIDATION_001', 'Request validation failed', { page_size: ['Page size must be between 1 and 100'] }],
    )
    const all = await admin.get('/v3/templates?page=0&page_size=x&status=NEW&category=OTHER&include=all')
    assert.deepEqual(all.error.details, {
      page: ['Page must be greater than 0'],
      page_size: ['Page size must be between 1 and 100'],
      status: ['Status must be one of: DRAFT, PENDING, APPROVED, REJECTED'],
      category: ['Category must be one of: MARKETING, UTILITY, AUTHENTICATION'],
      include: ['include must be one or several of: definition, sms, warnings, review'],
    })
  })
})
