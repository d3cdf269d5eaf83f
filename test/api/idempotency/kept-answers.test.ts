import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { responsePlace } from '../../../src/http/idempotency/idempotency.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

interface Kept {
  id: string
  answer: string | null
  everything: string
  lives: string
}

describe('a kept answer', () => {
  let app: TestApp
  let org: TestOrganization
  let path: string

  before(async () => {
    app = await testApp()
  })
  beforeEach(async () => {
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
  })
  after(() => app[Symbol.asyncDispose]())

  async function kept(key: string): Promise<Kept> {
    const rows = await app.sql<Kept>(
      `select i.id, i.answer, i::text as everything, (i.expires_at - i.created_at)::text as lives
         from idempotency_keys i where organization_id = $1 and key = $2`,
      [org.id, key],
    )
    assert.equal(rows.length, 1)
    return rows[0] as Kept
  }

  const expire = (key: string) =>
    app.sql(
      "update idempotency_keys set expires_at = now() - interval '1 second' where organization_id = $1 and key = $2",
      [org.id, key],
    )

  test('is sealed: the row shows nothing of name, brand or body, and opens to the exact bytes that were sent', async () => {
    const body = { name: 'Plainly Visible Name', brand: aBrand() }
    const first = await org.admin.patch(path, body, { 'idempotency-key': 'sealed' })
    assert.equal(first.status, 200)
    const row = await kept('sealed')
    const [organization] = await app.sql<{ data_key: string }>(
      'select data_key from organizations where organization_id = $1',
      [org.id],
    )
    const opened = app.keys.open(organization?.data_key ?? '', org.id).decrypt(row.answer ?? '', responsePlace(row.id))
    assert.equal(opened, first.text)
    for (const telling of ['Plainly Visible Name', '12-3456789', 'John Smith', 'success', 'request_id']) {
      assert.ok(opened.includes(telling), `the body has ${telling}, so that finding it would be possible`)
      assert.ok(!row.everything.includes(telling), telling)
      assert.ok(!row.everything.includes(Buffer.from(telling).toString('base64url').slice(0, -1)), telling)
    }
  })

  test('opens in its own row only: one that was moved is a 500 that shows nothing of it', async () => {
    app.expectErrors('request_failed')
    const secret = await org.admin.patch(path, { name: 'Moved Secret' }, { 'idempotency-key': 'from' })
    await org.admin.patch(path, { name: 'Other' }, { 'idempotency-key': 'to' })
    await app.sql(
      `update idempotency_keys set answer = (select answer from idempotency_keys where organization_id = $1 and key = 'from')
        where organization_id = $1 and key = 'to'`,
      [org.id],
    )
    const reply = await org.admin.patch(path, { name: 'Other' }, { 'idempotency-key': 'to' })
    assert.deepEqual([reply.status, reply.error.code], [500, 'INTERNAL_001'])
    assert.doesNotMatch(reply.text, /Moved Secret/)
    assert.equal(
      (await org.admin.patch(path, { name: 'Moved Secret' }, { 'idempotency-key': 'from' })).text,
      secret.text,
    )
  })

  test('of 204 is a row without a body', async () => {
    await org.admin.delete(path, undefined, { 'idempotency-key': 'delete' })
    assert.equal((await kept('delete')).answer, null)
  })

  test('lives for 24 hours of the database clock, after which the key executes anew and its row is replaced', async () => {
    const first = await org.admin.patch(path, { name: 'First' }, { 'idempotency-key': 'old' })
    const before = await kept('old')
    assert.equal(before.lives, '1 day')
    await app.sql("update idempotency_keys set expires_at = now() + interval '5 seconds' where key = 'old'")
    assert.equal((await org.admin.patch(path, {}, { 'idempotency-key': 'old' })).text, first.text)
    await expire('old')
    const second = await org.admin.patch(path, { name: 'Second' }, { 'idempotency-key': 'old' })
    assert.deepEqual([second.status, second.data.name], [200, 'Second'])
    assert.equal(second.headers['idempotent-replayed'], undefined)
    const replaced = await kept('old')
    assert.notEqual(replaced.id, before.id)
    assert.notEqual(replaced.answer, before.answer)
    assert.equal((await org.admin.patch(path, {}, { 'idempotency-key': 'old' })).text, second.text)
  })

  test('that has expired no longer binds its key to an operation or target', async () => {
    await org.admin.patch(path, { name: 'First' }, { 'idempotency-key': 'rebound' })
    await expire('rebound')
    const made = await org.admin.post('/v3/profiles', { name: 'Made' }, { 'idempotency-key': 'rebound' })
    assert.deepEqual([made.status, made.data.name], [201, 'Made'])
  })

  test('that has expired is not kept alive by a request that fails', async () => {
    await org.admin.patch(path, { name: 'First' }, { 'idempotency-key': 'failing' })
    await expire('failing')
    assert.equal((await org.admin.patch(path, { name: '' }, { 'idempotency-key': 'failing' })).status, 400)
    assert.deepEqual(await app.sql("select key from idempotency_keys where key = 'failing'"), [])
  })

  test('that has expired is replaced by one of ten simultaneous requests, and the others replay that one', async () => {
    await org.admin.patch(path, { name: 'First' }, { 'idempotency-key': 'crowd' })
    await expire('crowd')
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => org.admin.patch(path, { name: 'Second' }, { 'idempotency-key': 'crowd' })),
    )
    const executed = replies.filter((reply) => reply.headers['idempotent-replayed'] === undefined)
    assert.deepEqual(
      executed.map(({ status }) => status),
      [200],
    )
    assert.deepEqual([...new Set(replies.map(({ text }) => text))], [executed[0]?.text])
    assert.match(executed[0]?.headers.etag ?? '', /\.3"$/)
  })
})
