import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/app.ts'
import { Client, type Json, type Reply } from '../../../kit/client.ts'

describe('/v3/profiles/{profileId}/keys', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const callerOf = (reply: Reply) =>
    new Client(app.url, {
      apiKey: String(reply.data.api_key),
      keyId: String(reply.data.id),
      userId: String(reply.data.user_id),
    })
  const keysOf = (reply: Reply) => reply.data.keys as Json[]

  test('a key is shown once, acts as the profile with the role of its user, and is listed without its text', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, { name: 'Order service' })
    assert.equal(made.status, 201)
    const { api_key: text, ...key } = made.data
    assert.match(String(text), /^sk_live_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
    assert.deepEqual(Object.keys(made.data), [
      'id',
      'profile_id',
      'user_id',
      'name',
      'mode',
      'last_four',
      'created_at',
      'last_used_at',
      'api_key',
    ])
    assert.equal(key.profile_id, id)
    assert.equal(key.user_id, org.admin.userId)
    assert.equal(key.last_four, String(text).slice(-4))
    assert.equal(key.last_used_at, null)
    const listed = await org.admin.get(`/v3/profiles/${id}/keys`)
    assert.deepEqual(keysOf(listed), [key])
    assert.equal(listed.text.includes(String(text)), false)
    const me = await callerOf(made).get('/v3/me')
    assert.deepEqual([me.data.type, me.data.id], ['profile', id])
    assert.equal((await callerOf(made).patch(`/v3/profiles/${id}`, { name: 'Mine' })).status, 200)
    // The use is noted beside the request, not before its answer.
    let used: unknown = null
    for (let look = 0; used === null && look < 100; look += 1) {
      used = keysOf(await org.admin.get(`/v3/profiles/${id}/keys`))[0]?.last_used_at
    }
    assert.match(String(used), /\+00:00$/)
  })

  test('only a digest of the key is in the database, and its text is in no log line', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, {}, { 'idempotency-key': 'key-canary' })
    const text = String(made.data.api_key)
    const secret = text.slice(-49)
    const rows = await app.sql<{ text: string }>(
      `select to_jsonb(k)::text as text from api_keys k where id = $1
       union all select to_jsonb(i)::text from idempotency_keys i where organization_id = $2`,
      [made.data.id, org.id],
    )
    assert.equal(rows.length, 2)
    assert.ok(rows.some((row) => row.text.includes(String(made.data.id))))
    assert.equal(
      rows.some((row) => row.text.includes(secret)),
      false,
    )
    assert.ok(app.lines.some((line) => line.includes(made.json.meta.request_id)))
    assert.equal(
      app.lines.some((line) => line.includes(secret)),
      false,
    )
  })

  test('a repeat with the same Idempotency-Key shows the same key and makes no other', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const headers = { 'idempotency-key': 'make-key' }
    const first = await org.admin.post(`/v3/profiles/${id}/keys`, {}, headers)
    const again = await org.admin.post(`/v3/profiles/${id}/keys`, {}, headers)
    assert.equal(again.text, first.text)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(keysOf(await org.admin.get(`/v3/profiles/${id}/keys`)).length, 1)
  })

  test('a revoked key stops working at once, and is neither listed nor found again', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, {})
    const key = callerOf(made)
    const path = `/v3/profiles/${id}/keys/${made.data.id}`
    assert.equal((await key.get('/v3/me')).status, 200)
    assert.equal((await org.admin.delete(path, { sandbox: true })).status, 204)
    assert.equal((await key.get('/v3/me')).status, 200)
    const gone = await org.admin.delete(
      path.toUpperCase().replace('/V3/PROFILES', '/v3/profiles').replace('KEYS', 'keys'),
    )
    assert.equal(gone.status, 204)
    const refused = await key.get('/v3/me')
    assert.equal(refused.status, 401)
    assert.equal(refused.error.code, 'AUTH_002')
    assert.deepEqual(keysOf(await org.admin.get(`/v3/profiles/${id}/keys`)), [])
    const again = await org.admin.delete(path)
    assert.equal(again.status, 404)
    assert.equal(again.error.code, 'RESOURCE_015')
  })

  test('unknown, malformed and foreign key ids answer the same 404, as does a key of a sibling', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const sibling = await org.profile()
    const theirs = await org.admin.post(`/v3/profiles/${sibling.id}/keys`, {})
    const unknown = '550e8400-e29b-41d4-a716-446655440000'
    for (const keyId of [unknown, 'string', '-'.repeat(36), String(theirs.data.id), String(org.admin.keyId)]) {
      const reply = await org.admin.delete(`/v3/profiles/${id}/keys/${keyId}`)
      assert.equal(reply.status, 404, keyId)
      assert.equal(reply.error.code, 'RESOURCE_015')
      assert.equal(reply.error.message, 'API key not found')
    }
    assert.equal((await callerOf(theirs).get('/v3/me')).status, 200)
    for (const profileId of [unknown, 'string']) {
      assert.equal((await org.admin.get(`/v3/profiles/${profileId}/keys`)).error.code, 'RESOURCE_014')
      assert.equal((await org.admin.post(`/v3/profiles/${profileId}/keys`, {})).error.code, 'RESOURCE_014')
    }
  })

  test('a test key runs every change as a dry run', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, { mode: 'test' })
    assert.match(String(made.data.api_key), /^sk_test_/)
    const reply = await callerOf(made).patch(`/v3/profiles/${id}`, { name: 'Dry' })
    assert.equal(reply.headers['x-sandbox'], 'true')
    assert.equal(reply.data.name, 'Dry')
    assert.equal((await org.admin.get(`/v3/profiles/${id}`)).data.name, 'Sales Team')
  })

  test('a key may be made for another active user, whose role it has', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id: org.developer.userId })
    assert.equal(made.status, 201)
    assert.equal((await callerOf(made).get(`/v3/profiles/${id}`)).status, 200)
    assert.equal((await callerOf(made).patch(`/v3/profiles/${id}`, { name: 'No' })).status, 403)
  })

  test('not for an unknown, inactive or foreign user, and for the owner only by the owner', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const stranger = await app.organization()
    const notActive = 'user_id must be an active user of the organization'
    const ids = [
      '550e8400-e29b-41d4-a716-446655440000',
      stranger.admin.userId,
      await org.user('admin', 'invited'),
      await org.user('admin', 'suspended'),
      await org.user('admin', 'rejected'),
    ]
    for (const user_id of ids) {
      const reply = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id })
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { user_id: [notActive] })
    }
    for (const user_id of ['admin', '', '-'.repeat(36)]) {
      const reply = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id })
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { user_id: ['user_id must be a UUID'] })
    }
    const byAdmin = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id: org.owner.userId })
    assert.equal(byAdmin.status, 400)
    assert.deepEqual(byAdmin.error.details, { user_id: ['Only the owner can make a key for the owner'] })
    const byOwner = await org.owner.post(`/v3/profiles/${id}/keys`, { user_id: org.owner.userId })
    assert.equal(byOwner.status, 201)
    assert.deepEqual(keysOf(await org.admin.get(`/v3/profiles/${id}/keys`)).length, 1)
  })

  test('members that do not fit are refused, and a sandbox call makes no key', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const odd = await org.admin.post(`/v3/profiles/${id}/keys`, { name: '', mode: 'prod', Sandbox: true })
    assert.equal(odd.status, 400)
    assert.deepEqual(odd.error.details, {
      name: ['name must be 1 to 100 characters'],
      mode: ['mode must be one of: live, test'],
      sandbox: ['Use sandbox instead of Sandbox'],
    })
    const dry = await org.admin.post(`/v3/profiles/${id}/keys`, { sandbox: true })
    assert.equal(dry.status, 201)
    assert.equal((await callerOf(dry).get('/v3/me')).status, 401)
    assert.deepEqual(keysOf(await org.admin.get(`/v3/profiles/${id}/keys`)), [])
  })

  test('suspending or demoting the user acts on the key at once', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const userId = await org.user('admin')
    const key = callerOf(await org.owner.post(`/v3/profiles/${id}/keys`, { user_id: userId }))
    assert.equal((await key.patch(`/v3/profiles/${id}`, { name: 'One' })).status, 200)
    await app.sql("update users set role = 'billing' where id = $1", [userId])
    assert.equal((await key.patch(`/v3/profiles/${id}`, { name: 'Two' })).status, 403)
    assert.equal((await key.get(`/v3/profiles/${id}`)).status, 200)
    await app.sql("update users set status = 'suspended' where id = $1", [userId])
    assert.equal((await key.get(`/v3/profiles/${id}`)).status, 403)
  })
})
