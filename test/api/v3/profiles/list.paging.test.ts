import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../../kit/servers/client.ts'

const ids = (reply: Reply) => (reply.data.profiles as Json[]).map(({ id }) => id as string)
const pageOf = (reply: Reply) => reply.data.pagination as { has_more: boolean; cursors: { after: string } | null }

/** The path that a `Link: <…>; rel="next"` header names. */
function nextOf(reply: Reply): string | null {
  return /^<(.+)>; rel="next"$/.exec(reply.headers.link ?? '')?.[1] ?? null
}

describe('GET /v3/profiles in pages', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  /** Profiles made at one instant, so that only their ids order them. */
  async function insert(organizationId: string, count: number): Promise<string[]> {
    const rows = await app.sql<{ id: string }>(
      `insert into profiles (organization_id, id, name, status, allow_contact_sharing, allow_template_sharing,
         inherit_contacts, inherit_templates, inherit_tcr_brand, inherit_tcr_campaign, billing_model, version, created_at)
       select $1, gen_random_uuid(), 'Profile ' || n, 'incomplete', false, false, true, true, true, true, 'profile', 1,
              '2026-01-01T00:00:00.123456Z'
         from generate_series(1, $2::integer) n
       returning id`,
      [organizationId, count],
    )
    return rows.map(({ id }) => id).sort()
  }

  test('pages are counted from 1 and carry the totals', async () => {
    const org = await app.organization()
    const all = await insert(org.id, 45)
    for (const [query, page, from, to, hasMore] of [
      ['page=1', 1, 0, 20, true],
      ['page=3', 3, 40, 45, false],
      ['page_size=20', 1, 0, 20, true],
      ['page=4', 4, 45, 45, false],
    ] as const) {
      const reply = await org.admin.get(`/v3/profiles?${query}`)
      assert.deepEqual(ids(reply), all.slice(from, to), query)
      const { cursors, ...rest } = reply.data.pagination as Json
      assert.deepEqual(rest, { page, page_size: 20, total_count: 45, total_pages: 3, has_more: hasMore })
      assert.equal(cursors === null, !hasMore)
      assert.equal(reply.headers.link, undefined)
    }
    assert.equal(ids(await org.admin.get('/v3/profiles?page_size=100&page=1')).length, 45)
    assert.deepEqual(ids(await org.admin.get('/v3/profiles?page=1000000&page_size=100')), [])
  })

  async function walk(client: Client, first: string, between: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = []
    let path: string | null = first
    while (path !== null) {
      const reply: Reply = await client.get(path)
      assert.equal(reply.status, 200, reply.text)
      seen.push(...ids(reply))
      const { has_more, cursors } = pageOf(reply)
      assert.equal(has_more, cursors !== null)
      path = cursors === null ? null : `/v3/profiles?page_size=7&cursor=${cursors.after}`
      await between()
    }
    return seen
  }

  test('a walk by cursor meets each profile once, while others are made and deleted', async () => {
    const org = await app.organization()
    const all = await insert(org.id, 50)
    const late: string[] = []
    const seen = await walk(org.admin, '/v3/profiles?page_size=7', async () => {
      if (late.length < 3) late.push((await org.profile()).id)
    })
    assert.deepEqual(seen.slice(0, 50), all)
    assert.deepEqual(seen.slice(50), late)
    const [first, second] = all as [string, string]
    let isDeleted = false
    const again = await walk(org.admin, '/v3/profiles?page_size=7', async () => {
      if (!isDeleted) assert.equal((await org.admin.delete(`/v3/profiles/${first}`)).status, 204)
      isDeleted = true
    })
    assert.equal(again[1], second)
    assert.equal(new Set(again).size, again.length)
    assert.deepEqual(again, [...all, ...late])
  })

  test('one answer holds at most 1,000 profiles, and then a Link leads on', async () => {
    const org = await app.organization()
    const all = await insert(org.id, 1001)
    const reply = await org.admin.get('/v3/profiles')
    assert.deepEqual(ids(reply), all.slice(0, 1000))
    assert.equal(pageOf(reply).has_more, true)
    const next = nextOf(reply)
    assert.equal(next, `/v3/profiles?cursor=${pageOf(reply).cursors?.after}`)
    const rest = await org.admin.get(next ?? '')
    assert.deepEqual(ids(rest), all.slice(1000))
    assert.equal(pageOf(rest).has_more, false)
    assert.equal(rest.headers.link, undefined)
    const me = await org.admin.get('/v3/me')
    assert.equal((me.data.profiles as Json[]).length, 1000)
  })

  test('the Link keeps the filters', async () => {
    const org = await app.organization()
    await insert(org.id, 1001)
    await org.profile({ name: 'Other' })
    const next = nextOf(await org.admin.get('/v3/profiles?search=profile&status=incomplete'))
    assert.match(next ?? '', /^\/v3\/profiles\?search=profile&status=incomplete&cursor=/)
    assert.equal(ids(await org.admin.get(next ?? '')).length, 1)
  })

  test('a cursor of one organization shows nothing of another', async () => {
    const [org, other] = [await app.organization(), await app.organization()]
    await insert(org.id, 30)
    const own = await insert(other.id, 3)
    const { cursors } = pageOf(await org.admin.get('/v3/profiles?page_size=10&page=1'))
    const reply = await other.admin.get(`/v3/profiles?cursor=${cursors?.after}`)
    assert.equal(reply.status, 200)
    assert.ok(ids(reply).every((id) => own.includes(id)))
  })
})
