import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

describe('DELETE /v3/profiles/{profileId}', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('it answers 204 without a body, with none sent, an empty one, and the {} of the SDK', async () => {
    const org = await app.organization()
    for (const body of [undefined, '', {}, { sandbox: false }, { sandbox: null }]) {
      const { id } = await org.profile()
      const reply = await org.admin.delete(`/v3/profiles/${id}`, body, { accept: '*/*' })
      assert.equal(reply.status, 204, JSON.stringify(body))
      assert.equal(reply.text, '')
      assert.equal(reply.headers['content-type'], undefined)
      assert.match(reply.headers['x-request-id'] ?? '', /^req_/)
      assert.equal((await org.admin.get(`/v3/profiles/${id}`)).status, 404)
    }
  })

  test('a deleted profile is not found, not listed and cannot be changed, while its row and history stay', async () => {
    const org = await app.organization()
    const kept = await org.profile({ name: 'Kept' })
    const { id } = await org.profile({ name: 'Gone', description: 'still stored' })
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    for (const reply of [
      await org.admin.get(`/v3/profiles/${id}`),
      await org.admin.patch(`/v3/profiles/${id}`, { name: 'Back' }),
      await org.admin.delete(`/v3/profiles/${id}`),
      await org.admin.get(`/v3/profiles/${id}/history`),
      await org.admin.get(`/v3/profiles/${id}/keys`),
      await org.admin.get('/v3/me', { 'x-profile-id': id }),
    ]) {
      assert.equal(reply.status, 404)
      assert.equal(reply.error.code, 'RESOURCE_014')
    }
    const listed = (await org.admin.get('/v3/profiles')).data.profiles as { id: string }[]
    assert.deepEqual(
      listed.map((profile) => profile.id),
      [kept.id],
    )
    const rows = await app.sql('select name, description, deleted_at is not null as gone from profiles where id = $1', [
      id,
    ])
    assert.deepEqual(rows, [{ name: 'Gone', description: 'still stored', gone: true }])
    const history = await app.sql('select operation from profile_history where profile_id = $1 order by version', [id])
    assert.deepEqual(
      history.map(({ operation }) => operation),
      ['createProfile', 'deleteProfile'],
    )
  })

  test('the keys of a deleted profile stop working', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const key = await org.profileKey(id)
    assert.equal((await key.get('/v3/me')).status, 200)
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    for (const path of ['/v3/me', `/v3/profiles/${id}`, '/v3/profiles']) {
      const reply = await key.get(path)
      assert.equal(reply.status, 401, path)
      assert.equal(reply.error.code, 'AUTH_002')
    }
  })

  test('a profile may delete itself with its own key', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const sibling = await org.profile()
    const key = await org.profileKey(id)
    assert.equal((await key.delete(`/v3/profiles/${sibling.id}`)).status, 404)
    assert.equal((await key.delete(`/v3/profiles/${id}`)).status, 204)
    assert.equal((await org.admin.get(`/v3/profiles/${sibling.id}`)).status, 200)
  })

  test('If-Match guards it: a stale tag deletes nothing and is told what changed', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const tag = (await org.admin.get(path)).headers.etag ?? ''
    const change = await org.admin.patch(path, { name: 'Renamed' })
    const stale = await org.admin.delete(path, undefined, { 'if-match': tag })
    assert.equal(stale.status, 412)
    assert.equal(stale.error.code, 'PRECONDITION_001')
    assert.deepEqual(stale.error.details, { name: [`changed by request ${change.json.meta.request_id}`] })
    assert.equal((await org.admin.delete(path, undefined, { 'if-match': 'odd' })).status, 400)
    assert.equal((await org.admin.get(path)).status, 200)
    assert.equal((await org.admin.delete(path, undefined, { 'if-match': change.headers.etag ?? '' })).status, 204)
    assert.equal((await org.admin.delete(path, undefined, { 'if-match': '*' })).status, 404)
  })

  test('in sandbox it answers as if, and deletes nothing', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const tester = await org.key(org.admin.userId ?? '', { mode: 'test' })
    for (const reply of [await org.admin.delete(path, { sandbox: true }), await tester.delete(path)]) {
      assert.equal(reply.status, 204)
      assert.equal(reply.headers['x-sandbox'], 'true')
    }
    assert.equal((await org.admin.get(path)).status, 200)
    const typo = await org.admin.delete(path, { test_mode: true })
    assert.equal(typo.status, 400)
    assert.deepEqual(typo.error.details, { sandbox: ['Use sandbox instead of test_mode'] })
    const wrong = await org.admin.delete(path, { sandbox: 'yes' })
    assert.deepEqual(wrong.error.details, { sandbox: ['sandbox must be true or false'] })
    assert.equal((await org.admin.get(path)).status, 200)
  })

  test('unknown members are ignored and named; in strict mode they are refused', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const strict = await org.admin.delete(`/v3/profiles/${id}`, { force: true }, { prefer: 'handling=strict' })
    assert.deepEqual(strict.error.details, { force: ['force is not a known member'] })
    const reply = await org.admin.delete(`/v3/profiles/${id}`, { force: true })
    assert.equal(reply.status, 204)
    assert.equal(reply.headers['x-unknown-fields'], 'force')
  })

  test('a profile that others refer to may be deleted; they keep working', async () => {
    const org = await app.organization()
    const target = await org.profile()
    const other = await org.profile()
    const path = `/v3/profiles/${other.id}`
    assert.equal((await org.admin.patch(path, { sending_phone_number_profile_id: target.id })).status, 200)
    assert.equal((await org.admin.delete(`/v3/profiles/${target.id}`)).status, 204)
    const reply = await org.admin.patch(path, { name: 'Renamed' })
    assert.equal(reply.status, 200)
    assert.equal(reply.data.sending_phone_number_profile_id, target.id)
  })

  test('a repeat with the same Idempotency-Key answers 204 again', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const headers = { 'idempotency-key': 'delete-once' }
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`, undefined, headers)).status, 204)
    const again = await org.admin.delete(`/v3/profiles/${id}`, undefined, headers)
    assert.equal(again.status, 204)
    assert.equal(again.headers['idempotent-replayed'], 'true')
  })
})
