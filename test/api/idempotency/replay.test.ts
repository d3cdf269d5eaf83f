import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json, Reply } from '../../kit/servers/client.ts'

const STRICT = { prefer: 'handling=strict' }

describe('a request that is sent again with its Idempotency-Key', () => {
  let app: TestApp
  let org: TestOrganization
  let profile: Json & { id: string }
  let path: string
  let keys = 0
  let key: { 'idempotency-key': string }

  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  beforeEach(async () => {
    profile = await org.profile({ name: 'Sales Team' })
    path = `/v3/profiles/${profile.id}`
    keys += 1
    key = { 'idempotency-key': `key-${keys}` }
  })
  after(() => app[Symbol.asyncDispose]())

  const versionNow = async () => (await org.admin.get(path)).headers.etag

  function assertReplay(again: Reply, first: Reply): void {
    assert.equal(again.text, first.text)
    assert.equal(again.status, first.status)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(again.headers['x-original-request-id'], first.headers['x-request-id'])
    assert.notEqual(again.headers['x-request-id'], first.headers['x-request-id'])
    assert.equal(again.headers.etag, first.headers.etag)
  }

  test('gets the first answer byte for byte, with the first ETag, whatever happened to the profile since', async () => {
    const first = await org.admin.patch(path, { name: 'Marketing' }, key)
    assert.deepEqual([first.status, first.headers.etag], [200, `"${profile.id}.2"`])
    assert.equal(first.headers['idempotent-replayed'], undefined)
    assert.equal(first.headers['x-original-request-id'], undefined)
    assert.equal((await org.admin.patch(path, { name: 'Support' })).status, 200)
    const again = await org.admin.patch(path, { name: 'Marketing' }, key)
    assertReplay(again, first)
    assert.equal(again.headers['idempotent-payload-mismatch'], undefined)
    assert.equal((await org.admin.get(path)).data.name, 'Support')
  })

  test('creates one profile, and deletes it once', async () => {
    const created = await org.admin.post('/v3/profiles', { name: 'Once' }, key)
    assertReplay(await org.admin.post('/v3/profiles', { name: 'Once' }, key), created)
    const remove = { 'idempotency-key': `${key['idempotency-key']}-delete` }
    const target = `/v3/profiles/${created.data.id}`
    const deleted = await org.admin.delete(target, undefined, remove)
    const again = await org.admin.delete(target, undefined, remove)
    assert.deepEqual([deleted.status, deleted.text], [204, ''])
    assertReplay(again, deleted)
    assert.equal((await org.admin.delete(target)).status, 404)
  })

  test('with another body it gets the first answer, marked as a mismatch, and nothing is executed', async () => {
    const first = await org.admin.patch(path, { name: 'First' }, key)
    const again = await org.admin.patch(path, { name: 'Second' }, key)
    assertReplay(again, first)
    assert.equal(again.headers['idempotent-payload-mismatch'], 'true')
    assert.equal((await org.admin.get(path)).data.name, 'First')
  })

  test('the same members in another order, with other white space, are the same body; another media type is another', async () => {
    const first = await org.admin.patch(path, { name: 'Same', short_name: 'SAME' }, key)
    const sending = { body: '{ "short_name" : "SAME",\n"name":"Same" }', headers: key }
    const again = await org.admin.request('PATCH', path, sending)
    assertReplay(again, first)
    assert.equal(again.headers['idempotent-payload-mismatch'], undefined)
    const merged = await org.admin.mergePatch(path, { name: 'Same', short_name: 'SAME' }, key)
    assert.equal(merged.headers['idempotent-payload-mismatch'], 'true')
  })

  test('what is kept of a body is the same text in every release, or the same request would be another after an update', async () => {
    const webhook = (
      await org.admin.post('/v3/webhooks', { display_name: 'Orders', endpoint_url: 'https://hooks.acme.com' })
    ).data
    const body = { short_name: 'SAME', description: '', name: 'Same', icon: null, surprise: 1 }
    await org.admin.patch(path, body, { 'idempotency-key': `${key['idempotency-key']}-patch` })
    await org.admin.delete(`/v3/webhooks/${webhook.id}`, undefined, {
      'idempotency-key': `${key['idempotency-key']}-remove`,
    })
    const print = (text: string) => app.keys.digest('fingerprint', text).toString('base64url')
    const kept = await app.sql(
      'select operation, fingerprint from idempotency_keys where key like $1 order by operation',
      [`${key['idempotency-key']}-%`],
    )
    assert.deepEqual(kept, [
      { operation: 'deleteWebhook', fingerprint: print('json  {}') },
      {
        operation: 'updateProfile',
        fingerprint: print('json  {"clears":["description"],"members":{"name":"Same","short_name":"SAME"}}'),
      },
    ])
  })

  test('what says nothing makes no other body: an unknown member, and null where it does not clear', async () => {
    const first = await org.admin.patch(path, { description: '' }, key)
    assertReplay(
      await org.admin.patch(path, { description: '', icon: null, surprise: 1 }, { ...key, ...STRICT }),
      first,
    )
    const merging = { 'idempotency-key': `${key['idempotency-key']}-merge` }
    const cleared = await org.admin.mergePatch(path, { description: '' }, merging)
    assertReplay(await org.admin.mergePatch(path, { description: null }, { ...merging, ...STRICT }), cleared)
    for (const more of [{ icon: null }, { name: null }]) {
      const other = await org.admin.mergePatch(path, { description: '', ...more }, { ...merging, ...STRICT })
      assert.equal(other.json.error?.code, 'STRICT_001')
    }
  })

  test('a kept answer beats a body that is now invalid, a stale If-Match and a profile that is gone', async () => {
    const first = await org.admin.patch(path, { name: 'Kept' }, key)
    assertReplay(await org.admin.patch(path, { name: '' }, key), first)
    assertReplay(await org.admin.patch(path, { name: 'Kept' }, { ...key, 'if-match': '"stale"' }), first)
    assert.equal((await org.admin.delete(path)).status, 204)
    assertReplay(await org.admin.patch(path, { name: 'Kept' }, key), first)
  })

  test('a body that is no JSON is refused all the same', async () => {
    await org.admin.patch(path, { name: 'Kept' }, key)
    const reply = await org.admin.request('PATCH', path, { body: '{"name":', headers: key })
    assert.deepEqual([reply.status, reply.error.code], [400, 'REQUEST_400'])
  })

  test('in strict mode another body is a 422 STRICT_001, and the same body a replay', async () => {
    const first = await org.admin.patch(path, { name: 'First' }, key)
    const other = await org.admin.patch(path, { name: 'Second' }, { ...key, ...STRICT })
    assert.deepEqual([other.status, other.error.code], [422, 'STRICT_001'])
    assertReplay(await org.admin.patch(path, { name: 'First' }, { ...key, ...STRICT }), first)
    assert.equal(await versionNow(), `"${profile.id}.2"`)
  })

  test('a sandbox answer is kept and replayed, also to the live call, which X-Sandbox betrays', async () => {
    const dry = await org.admin.patch(path, { name: 'Dry', sandbox: true }, key)
    assert.deepEqual([dry.status, dry.headers['x-sandbox']], [200, 'true'])
    const again = await org.admin.patch(path, { name: 'Dry', sandbox: true }, key)
    assertReplay(again, dry)
    assert.equal(again.headers['x-sandbox'], 'true')
    const live = await org.admin.patch(path, { name: 'Dry' }, key)
    assertReplay(live, dry)
    assert.deepEqual([live.headers['x-sandbox'], live.headers['idempotent-payload-mismatch']], ['true', 'true'])
    assert.equal(await versionNow(), `"${profile.id}.1"`)
  })

  test('in strict mode a sandbox answer to a live call is a 409 STRICT_002 that says not to try again', async () => {
    await org.admin.patch(path, { name: 'Dry', sandbox: true }, key)
    const live = await org.admin.patch(path, { name: 'Dry' }, { ...key, ...STRICT })
    assert.deepEqual([live.status, live.error.code], [409, 'STRICT_002'])
    assert.equal(live.headers['x-should-retry'], 'false')
    assert.equal(await versionNow(), `"${profile.id}.1"`)
  })

  test('a live answer replayed to a sandbox call is not marked as a dry run', async () => {
    const live = await org.admin.patch(path, { name: 'Live' }, key)
    const dry = await org.admin.patch(path, { name: 'Live', sandbox: true }, key)
    assertReplay(dry, live)
    assert.equal(dry.headers['x-sandbox'], undefined)
  })

  test('a PATCH that changes nothing is kept as well', async () => {
    const first = await org.admin.patch(path, {}, key)
    assertReplay(await org.admin.patch(path, {}, key), first)
    assert.equal(await versionNow(), `"${profile.id}.1"`)
  })

  test('for another target or operation it is a 409 CONFLICT_002 that says not to try again, and nothing is executed', async () => {
    const other = await org.profile({ name: 'Other' })
    await org.admin.patch(path, { name: 'Mine' }, key)
    const misused = [
      await org.admin.patch(`/v3/profiles/${other.id}`, { name: 'Mine' }, key),
      await org.admin.delete(path, undefined, key),
      await org.admin.post('/v3/profiles', { name: 'Mine' }, key),
      await org.admin.post(`${path}/keys`, {}, key),
      await org.admin.patch('/v3/profiles/550e8400-e29b-41d4-a716-446655440000', { name: 'Mine' }, key),
    ]
    for (const reply of misused) {
      assert.deepEqual([reply.status, reply.error.code], [409, 'CONFLICT_002'])
      assert.equal(reply.headers['x-should-retry'], 'false')
      assert.equal(reply.headers['idempotent-replayed'], undefined)
    }
    const names = (await org.admin.get('/v3/profiles')).data.profiles as Json[]
    assert.equal(names.filter(({ name }) => name === 'Mine').length, 1)
    assert.deepEqual((await org.admin.get(`${path}/keys`)).data.keys, [])
  })

  test('the target is the same in capital letters', async () => {
    const first = await org.admin.patch(path, { name: 'Upper' }, key)
    assertReplay(await org.admin.patch(`/v3/profiles/${profile.id.toUpperCase()}`, { name: 'Upper' }, key), first)
  })
})

describe('an answer that is not 2xx', () => {
  let app: TestApp
  let org: TestOrganization
  let path: string

  before(async () => {
    app = await testApp()
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const REFUSED: [number, string, () => Promise<Reply>][] = [
    [400, 'rule', () => org.admin.patch(path, { short_name: '!' }, { 'idempotency-key': 'rule' })],
    [400, 'json', () => org.admin.request('PATCH', path, { body: '{', headers: { 'idempotency-key': 'json' } })],
    [403, 'role', () => org.developer.patch(path, { name: 'Role' }, { 'idempotency-key': 'role' })],
    [
      404,
      'gone',
      () => org.admin.patch('/v3/profiles/550e8400-e29b-41d4-a716-446655440000', {}, { 'idempotency-key': 'gone' }),
    ],
    [412, 'tag', () => org.admin.patch(path, { name: 'Tag' }, { 'idempotency-key': 'tag', 'if-match': '"stale"' })],
  ]
  for (const [status, key, refused] of REFUSED) {
    test(`is not kept: after ${status} the same key executes the corrected request`, async () => {
      assert.equal((await refused()).status, status)
      assert.equal((await refused()).status, status)
      assert.deepEqual(await app.sql('select key from idempotency_keys where key = $1', [key]), [])
      const corrected = await org.admin.patch(path, { name: `After ${key}` }, { 'idempotency-key': key })
      assert.deepEqual([corrected.status, corrected.data.name], [200, `After ${key}`])
      assert.equal(corrected.headers['idempotent-replayed'], undefined)
    })
  }
})
