import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

describe('GET /v3/webhooks', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
    for (let count = 1; count <= 5; count += 1) {
      const made = await org.admin.post('/v3/webhooks', {
        display_name: `Hook ${count}`,
        endpoint_url: 'https://hooks.acme.com',
      })
      if (count % 2 === 0) await org.admin.patch(`/v3/webhooks/${made.data.id}/toggle-status`, { is_active: false })
    }
  })
  after(() => app[Symbol.asyncDispose]())

  const names = (data: Json) => (data.webhooks as Json[]).map(({ display_name }) => display_name)

  test('answers pages with their totals, oldest first, secrets null', async () => {
    const first = (await org.admin.get('/v3/webhooks?page=1&page_size=2')).data
    assert.deepEqual(names(first), ['Hook 1', 'Hook 2'])
    assert.deepEqual(first.pagination, {
      page: 1,
      page_size: 2,
      total_count: 5,
      total_pages: 3,
      has_more: true,
      cursors: null,
    })
    assert.ok((first.webhooks as Json[]).every(({ signing_secret }) => signing_secret === null))
    const last = (await org.admin.get('/v3/webhooks?page=3&page_size=2')).data
    assert.deepEqual(names(last), ['Hook 5'])
    assert.equal((last.pagination as Json).has_more, false)
    const beyond = (await org.admin.get('/v3/webhooks?page=4&page_size=2')).data
    assert.deepEqual(names(beyond), [])
    const all = (await org.billing.get('/v3/webhooks')).data
    assert.deepEqual([names(all).length, (all.pagination as Json).page, (all.pagination as Json).page_size], [5, 1, 20])
  })

  test('filters by name and by is_active; an empty value is none', async () => {
    assert.deepEqual(names((await org.admin.get('/v3/webhooks?search=hook%203')).data), ['Hook 3'])
    assert.deepEqual(names((await org.admin.get('/v3/webhooks?search=%25')).data), [])
    assert.deepEqual(names((await org.admin.get('/v3/webhooks?is_active=false')).data), ['Hook 2', 'Hook 4'])
    assert.deepEqual(names((await org.admin.get('/v3/webhooks?is_active=true&search=5')).data), ['Hook 5'])
    assert.equal(names((await org.admin.get('/v3/webhooks?is_active=&search=')).data).length, 5)
  })

  test('refuses a page size or page out of bounds with the contract’s sentence, and filters that are none', async () => {
    for (const size of ['0', '101', '-1', 'x', '1.5', '']) {
      const { status, error } = await org.admin.get(`/v3/webhooks?page=1&page_size=${size}`)
      assert.equal(status, 400, size)
      assert.deepEqual(
        [error.code, error.message, error.details],
        ['VALIDATION_001', 'Page size must be between 1 and 100', null],
      )
    }
    assert.equal((await org.admin.get('/v3/webhooks?page=0&page_size=20')).error.message, 'Page must be greater than 0')
    for (const query of ['is_active=yes', `search=${'x'.repeat(256)}`, 'search=%00']) {
      assert.equal((await org.admin.get(`/v3/webhooks?${query}`)).status, 400, query)
    }
  })

  test('webhooks of a profile are not the organization’s, nor another organization’s', async () => {
    const profile = await org.profile()
    assert.deepEqual(names((await org.admin.get('/v3/webhooks', { 'x-profile-id': profile.id })).data), [])
    assert.deepEqual(names((await (await app.organization()).admin.get('/v3/webhooks')).data), [])
  })
})
