import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import { Client, type Json, type Reply } from '../../../kit/servers/client.ts'

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
      'created_by',
      'api_key',
    ])
    assert.equal(key.profile_id, id)
    assert.deepEqual([key.user_id, key.created_by], [org.admin.userId, org.admin.userId])
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

  test('a key may be made for a service user, whose role it has', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const service = await org.serviceUser('developer')
    const made = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id: service })
    assert.equal(made.status, 201)
    assert.deepEqual([made.data.user_id, made.data.created_by], [service, org.admin.userId])
    assert.equal((await callerOf(made).get(`/v3/profiles/${id}`)).status, 200)
    assert.equal((await callerOf(made).patch(`/v3/profiles/${id}`, { name: 'No' })).status, 403)
    const own = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id: org.admin.userId?.toUpperCase() })
    assert.deepEqual([own.status, own.data.user_id], [201, org.admin.userId])
  })

  test('B1: not for another person, whatever the role, nor for an unknown, inactive or foreign service user', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const stranger = await app.organization()
    const ids = [
      '550e8400-e29b-41d4-a716-446655440000',
      org.owner.userId,
      org.developer.userId,
      await org.user('admin'),
      await stranger.serviceUser('admin'),
      await org.serviceUser('admin', 'suspended'),
    ]
    for (const caller of [org.admin, await org.profileKey(id)]) {
      for (const user_id of ids) {
        const reply = await caller.post(`/v3/profiles/${id}/keys`, { user_id })
        assert.equal(reply.status, 400)
        assert.deepEqual(reply.error.details, {
          user_id: ['user_id must be your own, or that of an active service user of the organization'],
        })
      }
    }
    assert.equal((await org.owner.post(`/v3/profiles/${id}/keys`, { user_id: org.admin.userId })).status, 400)
    for (const user_id of ['admin', '', '-'.repeat(36)]) {
      const reply = await org.admin.post(`/v3/profiles/${id}/keys`, { user_id })
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { user_id: ['user_id must be a UUID'] })
    }
    assert.equal((await org.owner.post(`/v3/profiles/${id}/keys`, { user_id: org.owner.userId })).status, 201)
  })

  interface Noted {
    operation: string
    actor: string
    user_id: string | null
    key_id: string | null
    request_id: string | null
    reason: string | null
  }
  const noted = (keyId: unknown) =>
    app.sql<Noted>(
      `select operation, actor, user_id, key_id, request_id, reason from api_key_history
        where api_key_id = $1 order by changed_at, operation`,
      [keyId],
    )

  test('B1: a key ends with its maker and with its user, and its history says who did what', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}/keys`
    const maker = await org.key(await org.user('admin'))
    const service = await org.serviceUser('developer')
    const made = await maker.post(path, { user_id: service, name: 'Theirs' }, { 'idempotency-key': 'made-for-service' })
    const own = await maker.post(path, {})
    const kept = await org.admin.post(path, { user_id: service })
    const removal = await org.owner.delete(`/v3/users/${maker.userId}`)
    assert.equal(removal.status, 204)
    for (const gone of [made, own]) assert.equal((await callerOf(gone).get('/v3/me')).status, 401)
    assert.equal((await callerOf(kept).get('/v3/me')).status, 200)
    const by = ({ userId: user_id, keyId: key_id }: Client) => ({ actor: 'user', user_id, key_id })
    assert.deepEqual(await noted(made.data.id), [
      { operation: 'createKey', ...by(maker), request_id: made.json.meta.request_id, reason: null },
      {
        operation: 'revokeKey',
        ...by(org.owner),
        request_id: removal.headers['x-request-id'],
        reason: 'maker removed',
      },
    ])
    assert.equal((await noted(own.data.id))[1]?.reason, 'user removed')
    assert.equal((await org.admin.delete(`${path}/${kept.data.id}`)).status, 204)
    const [, revoked] = await noted(kept.data.id)
    assert.deepEqual([revoked?.user_id, revoked?.reason], [org.admin.userId, null])
    assert.equal((await org.admin.post(path, { sandbox: true })).status, 201)
    const [count] = await app.sql<{ entries: number }>(
      "select count(*)::integer as entries from api_key_history where organization_id = $1 and actor = 'user'",
      [org.id],
    )
    assert.equal(
      count?.entries,
      7,
      'three made, the key of the maker and these three revoked, and nothing of a dry run',
    )
    const [first] = await app.sql<{ changes: Json[] }>(
      "select changes from api_key_history where api_key_id = $1 and operation = 'createKey'",
      [made.data.id],
    )
    assert.deepEqual(
      first?.changes.map(({ member, to }) => [member, to]),
      [
        ['user_id', service],
        ['profile_id', id],
        ['mode', 'live'],
        ['name', 'Theirs'],
        ['last_four', made.data.last_four],
      ],
    )
  })

  const oldKeys = (org: { id: string; admin: Client }, profileId: string, count: number, at: string) =>
    app.sql(
      `insert into api_keys (organization_id, id, user_id, profile_id, mode, digest, last_four, created_at)
       select $1, gen_random_uuid(), $2, $3, 'live', gen_random_uuid()::text, 'abcd', $5::timestamptz + (n / 3) * interval '1 second'
         from generate_series(1, $4::integer) n`,
      [org.id, org.admin.userId, profileId, count, at],
    )

  test('B4: keys are listed newest first, in pages that leave none out', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}/keys`
    // As an earlier release left them: more than there may be now, and some of the same instant.
    await oldKeys(org, id, 203, '2026-03-25T10:00:00Z')
    const seen: string[] = []
    let cursor: string | null = ''
    for (let page = 1; cursor !== null; page += 1) {
      const reply: Reply = await org.admin.get(cursor === '' ? path : `${path}?cursor=${cursor}`)
      const pagination = reply.data.pagination as { has_more: boolean; cursors: { after: string } | null }
      assert.deepEqual([keysOf(reply).length, pagination.has_more], [page <= 2 ? 100 : 3, page <= 2])
      seen.push(...keysOf(reply).map((key) => `${key.created_at} ${key.id}`))
      cursor = pagination.cursors?.after ?? null
    }
    assert.equal(new Set(seen).size, 203)
    assert.deepEqual(seen, seen.toSorted().reverse())
    assert.equal(keysOf(await org.admin.get(`${path}?page_size=7`)).length, 7)
    for (const query of ['page_size=0', 'page_size=101', 'page_size=x', 'cursor=MQ', 'cursor=', 'cursor=%F0'])
      assert.equal((await org.admin.get(`${path}?${query}`)).status, 400, query)
    assert.equal((await org.admin.post(path, {})).status, 400)
  })

  test('B4: a profile has at most 100 live keys, also when they are made at once', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}/keys`
    await oldKeys(org, id, 97, '2026-03-25T10:00:00Z')
    const answers = await Promise.all(Array.from({ length: 8 }, () => org.admin.post(path, {})))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 201, 201, 400, 400, 400, 400, 400])
    const refused = await org.admin.post(path, { sandbox: true })
    assert.deepEqual([refused.status, refused.error.code], [400, 'VALIDATION_001'])
    assert.match(refused.error.message, /^A profile has at most 100 API keys\. Revoke one/)
    const made = answers.find(({ status }) => status === 201)
    assert.equal((await org.admin.delete(`${path}/${made?.data.id}`)).status, 204)
    assert.equal((await org.admin.post(path, {})).status, 201)
    assert.equal((await org.admin.post(`/v3/profiles/${(await org.profile()).id}/keys`, {})).status, 201)
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
    const userId = await org.serviceUser('admin')
    const key = callerOf(await org.owner.post(`/v3/profiles/${id}/keys`, { user_id: userId }))
    assert.equal((await key.patch(`/v3/profiles/${id}`, { name: 'One' })).status, 200)
    await app.sql("update users set role = 'billing' where id = $1", [userId])
    assert.equal((await key.patch(`/v3/profiles/${id}`, { name: 'Two' })).status, 403)
    assert.equal((await key.get(`/v3/profiles/${id}`)).status, 200)
    await app.sql("update users set status = 'suspended' where id = $1", [userId])
    assert.equal((await key.get(`/v3/profiles/${id}`)).status, 403)
  })
})
