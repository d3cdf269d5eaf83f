import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { giveBrand } from '../../../kit/builders/organization-data.ts'
import { aBrand } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../kit/servers/client.ts'

const names = (reply: Reply) => (reply.data.profiles as Json[]).map(({ name }) => name)

describe('GET /v3/profiles', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('without parameters it answers every live profile, whole, oldest first, and where the answer stands', async () => {
    const org = await app.organization()
    const first = await org.profile({ name: 'Zulu', brand: aBrand() })
    const second = await org.profile({ name: 'Alpha' })
    const reply = await org.admin.get('/v3/profiles')
    assert.equal(reply.status, 200)
    assert.deepEqual(reply.data, {
      profiles: [first, second],
      pagination: {
        page: null,
        page_size: 1000,
        total_count: null,
        total_pages: null,
        has_more: false,
        cursors: null,
      },
    })
    assert.deepEqual(Object.keys(reply.data), ['profiles', 'pagination'])
    assert.equal(reply.headers.link, undefined)
  })

  test("several profiles show the organization's brand as each of them shows it alone, beside one with its own", async () => {
    const org = await app.organization()
    await giveBrand(app, org.id)
    const made = [
      await org.profile({ name: 'Own', inherit_tcr_brand: false, brand: aBrand() }),
      await org.profile({ name: 'First heir', inherit_tcr_brand: true }),
      await org.profile({ name: 'Second heir', inherit_tcr_brand: true }),
    ]
    const listed = (await org.admin.get('/v3/profiles')).data.profiles as { id: string; brand: Json }[]
    const alone = await Promise.all(made.map(async ({ id }) => (await org.admin.get(`/v3/profiles/${id}`)).data))
    assert.deepEqual(listed, alone)
    assert.deepEqual(
      listed.map(({ brand }) => [brand.is_inherited, (brand.business as Json).legal_name]),
      [
        [false, aBrand().business.legalName],
        [true, 'Example LLC'],
        [true, 'Example LLC'],
      ],
    )
  })

  test('an organization sees its own profiles only; one without profiles gets an empty list', async () => {
    const [org, other] = [await app.organization(), await app.organization()]
    await org.profile({ name: 'Ours' })
    assert.deepEqual(names(await org.billing.get('/v3/profiles')), ['Ours'])
    assert.deepEqual(names(await other.owner.get('/v3/profiles')), [])
  })

  test('a key that acts as a profile, and a standalone key, get an empty list', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const alone = await app.organization({ kind: 'user' })
    for (const reply of [
      await (await org.profileKey(id)).get('/v3/profiles?page=1'),
      await org.admin.get('/v3/profiles?page=1', { 'x-profile-id': id }),
      await alone.owner.get('/v3/profiles?page=1'),
    ]) {
      assert.equal(reply.status, 200)
      assert.deepEqual(reply.data, {
        profiles: [],
        pagination: { page: 1, page_size: 20, total_count: 0, total_pages: 0, has_more: false, cursors: null },
      })
    }
  })

  test('status and search narrow it; percent, underscore and backslash mean themselves', async () => {
    const org = await app.organization()
    await org.profile({ name: 'Sales 100%' })
    await org.profile({ name: 'Sales_East', short_name: 'EAST' })
    const { id } = await org.profile({ name: 'Back\\office' })
    await app.sql("update profiles set status = 'approved' where id = $1", [id])
    const asked = async (query: Record<string, string>) =>
      names(await org.admin.get(`/v3/profiles?${new URLSearchParams(query)}`))
    assert.deepEqual(await asked({ search: 'sales' }), ['Sales 100%', 'Sales_East'])
    assert.deepEqual(await asked({ search: '%' }), ['Sales 100%'])
    assert.deepEqual(await asked({ search: '_' }), ['Sales_East'])
    assert.deepEqual(await asked({ search: '\\' }), ['Back\\office'])
    assert.deepEqual(await asked({ search: 'east' }), ['Sales_East'])
    assert.deepEqual(await asked({ search: 'nowhere' }), [])
    assert.equal((await asked({ search: '' })).length, 3)
    assert.deepEqual(await asked({ status: 'approved' }), ['Back\\office'])
    assert.deepEqual(await asked({ status: 'incomplete', search: 'SALES' }), ['Sales 100%', 'Sales_East'])
    assert.deepEqual(await asked({ status: 'rejected' }), [])
  })

  test('a search for a card number is refused, in groups too, before the database sees it', async () => {
    const org = await app.organization()
    for (const search of ['4242424242424242', 'Card 4242 4242 4242 4242']) {
      const reply = await org.admin.get(`/v3/profiles?${new URLSearchParams({ search })}`)
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { search: ['search must not contain a card number'] })
    }
  })

  test('filters narrow the count of pages too', async () => {
    const org = await app.organization()
    for (const name of ['Sales A', 'Sales B', 'Support']) await org.profile({ name })
    const reply = await org.admin.get('/v3/profiles?page=1&page_size=1&search=sales')
    const { total_count, total_pages, has_more } = reply.data.pagination as Json
    assert.deepEqual([total_count, total_pages, has_more], [2, 2, true])
  })

  test('a parameter that cannot be read is refused in fixed sentences', async () => {
    const org = await app.organization()
    for (const [query, message] of [
      ['page_size=0', 'Page size must be between 1 and 100'],
      ['page_size=101', 'Page size must be between 1 and 100'],
      ['page_size=ten', 'Page size must be between 1 and 100'],
      ['page_size=', 'Page size must be between 1 and 100'],
      ['page=0', 'Page must be greater than 0'],
      ['page=-1', 'Page must be greater than 0'],
      ['page=1.5', 'Page must be greater than 0'],
    ]) {
      const reply = await org.admin.get(`/v3/profiles?${query}`)
      assert.equal(reply.status, 400, query)
      assert.equal(reply.error.code, 'VALIDATION_001')
      assert.equal(reply.error.message, message)
      assert.equal(reply.error.details, null)
    }
    const cursor = (text: string) => `cursor=${Buffer.from(text).toString('base64url')}`
    const id = '0190a0b0-0000-7000-8000-000000000001'
    for (const [query, details] of [
      ['status=APPROVED', { status: ['status must be one of: incomplete, pending_review, approved, rejected'] }],
      ['status=', { status: ['status must be one of: incomplete, pending_review, approved, rejected'] }],
      [`search=${'x'.repeat(256)}`, { search: ['search must be text of at most 255 characters'] }],
      ['search=a%00b', { search: ['search must be text of at most 255 characters'] }],
      [`page=1&${cursor('x')}`, { cursor: ['cursor cannot be combined with page'] }],
      ...['cursor=', 'cursor=%25', cursor('yesterday'), cursor(`2026-02-31T10:00:00+00:00 ${id}`)].map(
        (bad) => [bad, { cursor: ['cursor must be one that this list has answered'] }] as const,
      ),
      [cursor(`0000-01-01T00:00:00+00:00 ${id}`), { cursor: ['cursor must be one that this list has answered'] }],
    ] as const) {
      const reply = await org.admin.get(`/v3/profiles?${query}`)
      assert.equal(reply.status, 400, query)
      assert.deepEqual(reply.error.details, details)
    }
  })
})
