import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setOrganizationState } from '../../../src/resources/organizations/index.ts'
import { setUserRole, setUserStatus } from '../../../src/resources/users/index.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Reply } from '../../kit/servers/client.ts'

const KEY = { 'idempotency-key': 'shared' }

describe('whom an Idempotency-Key belongs to', () => {
  let app: TestApp
  let org: TestOrganization
  let id: string
  let path: string

  before(async () => {
    app = await testApp()
  })
  beforeEach(async () => {
    org = await app.organization()
    id = (await org.profile()).id
    path = `/v3/profiles/${id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const patch = (who: Client, name: string, headers: Record<string, string> = {}) =>
    who.patch(path, { name }, { ...KEY, ...headers })

  function assertExecuted(reply: Reply, name: string): void {
    assert.deepEqual([reply.status, reply.data.name, reply.headers['idempotent-replayed']], [200, name, undefined])
  }

  function assertReplayOf(reply: Reply, first: Reply): void {
    assert.deepEqual([reply.text, reply.headers['idempotent-replayed']], [first.text, 'true'])
  }

  test('two organizations use the same key each for itself', async () => {
    const other = await app.organization()
    const theirs = await other.profile({ name: 'Theirs' })
    assertExecuted(await patch(org.admin, 'Ours'), 'Ours')
    const reply = await other.admin.patch(`/v3/profiles/${theirs.id}`, { name: 'Changed' }, KEY)
    assertExecuted(reply, 'Changed')
  })

  test('every key of one organization shares it', async () => {
    const first = await patch(org.admin, 'First')
    assertReplayOf(await patch(org.owner, 'First'), first)
    assertReplayOf(await patch(await org.key(org.admin.userId ?? ''), 'First'), first)
  })

  test("a request with x-profile-id shares it with the profile's own key, not with the organization", async () => {
    assertExecuted(await patch(org.admin, 'As organization'), 'As organization')
    const scoped = await patch(org.admin, 'As profile', { 'x-profile-id': id })
    assertExecuted(scoped, 'As profile')
    assert.equal(scoped.headers['x-profile-id'], id)
    assertReplayOf(await patch(await org.profileKey(id), 'As profile'), scoped)
  })

  test('two profiles use the same key each for itself', async () => {
    const sibling = await org.profile({ name: 'Sibling' })
    const [mine, theirs] = [await org.profileKey(id), await org.profileKey(sibling.id)]
    assertExecuted(await mine.patch(path, { name: 'Mine' }, KEY), 'Mine')
    assertExecuted(await theirs.patch(`/v3/profiles/${sibling.id}`, { name: 'Theirs' }, KEY), 'Theirs')
  })

  test('a live key and a test key use the same key each for itself', async () => {
    const tester = await org.key(org.admin.userId ?? '', { mode: 'test' })
    const dry = await patch(tester, 'Dry')
    assertExecuted(dry, 'Dry')
    assert.equal(dry.headers['x-sandbox'], 'true')
    const live = await patch(org.admin, 'Live')
    assertExecuted(live, 'Live')
    assert.equal(live.headers['x-sandbox'], undefined)
    assertReplayOf(await patch(tester, 'Dry'), dry)
    assertReplayOf(await patch(org.admin, 'Live'), live)
  })

  async function assertNoReplay(reply: Reply, status: number, code: string): Promise<void> {
    assert.deepEqual([reply.status, reply.error.code], [status, code])
    assert.equal(reply.headers['idempotent-replayed'], undefined)
    assert.equal(reply.headers['x-original-request-id'], undefined)
    assert.equal(reply.headers.etag, undefined)
    assert.doesNotMatch(reply.text, /Confidential/)
  }

  test('a colleague who may not do it gets no replay', async () => {
    await patch(org.admin, 'Confidential')
    await assertNoReplay(await patch(org.developer, 'Confidential'), 403, 'AUTH_004')
    await assertNoReplay(await patch(org.billing, 'Confidential'), 403, 'AUTH_004')
  })

  test('a stranger gets no replay, not even with the ids of the first request', async () => {
    await patch(org.admin, 'Confidential')
    const stranger = await app.organization()
    await assertNoReplay(await patch(stranger.admin, 'Confidential'), 404, 'RESOURCE_014')
    await assertNoReplay(await patch(stranger.admin, 'Confidential', { 'x-profile-id': id }), 404, 'RESOURCE_014')
  })

  const WITHDRAWN: [string, number, string, () => Promise<unknown>][] = [
    ['demoted', 403, 'AUTH_004', () => setUserRole(app.app.db, org.id, org.admin.userId ?? '', 'developer')],
    ['suspended', 403, 'AUTH_004', () => setUserStatus(app.app.db, org.id, org.admin.userId ?? '', 'suspended')],
    [
      'revoked',
      401,
      'AUTH_002',
      () => app.sql('update api_keys set revoked_at = now() where id = $1', [org.admin.keyId]),
    ],
    ['of a suspended account', 403, 'BUSINESS_014', () => setOrganizationState(app.app.db, org.id, 'SUSPENDED')],
  ]
  for (const [what, status, code, withdraw] of WITHDRAWN) {
    test(`a caller who is ${what} since gets no replay of what the caller did`, async () => {
      assertExecuted(await patch(org.admin, 'Confidential'), 'Confidential')
      await withdraw()
      await assertNoReplay(await patch(org.admin, 'Confidential'), status, code)
    })
  }

  test('the key of a deleted profile gets no replay', async () => {
    const mine = await org.profileKey(id)
    assertExecuted(await mine.patch(path, { name: 'Confidential' }, KEY), 'Confidential')
    assert.equal((await org.admin.delete(path)).status, 204)
    await assertNoReplay(await mine.patch(path, { name: 'Confidential' }, KEY), 401, 'AUTH_002')
    await assertNoReplay(await patch(org.admin, 'Confidential', { 'x-profile-id': id }), 404, 'RESOURCE_014')
  })
})
