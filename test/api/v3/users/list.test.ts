import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'
import { kindOf } from '../../../kit/tally.ts'

describe('GET /v3/users', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const usersOf = async (path = '/v3/users', headers = {}) => (await org.admin.get(path, headers)).data.users as Json[]

  test('every user but the owner is listed, oldest first, with the nine published members in their order', async () => {
    org = await app.organization()
    const invited = await org.admin.post('/v3/users', { email: 'New@Example.com', name: 'New', role: 'billing' })
    await org.user('developer', 'suspended')
    await org.user('developer', 'rejected')
    const users = await usersOf()
    assert.deepEqual(users.map(({ role, status }) => `${role} ${status}`).sort(), [
      'admin active',
      'billing active',
      'billing invited',
      'developer active',
      'developer rejected',
      'developer suspended',
    ])
    const ages = users.map(({ created_at }) => Date.parse(String(created_at)))
    assert.deepEqual(
      ages,
      ages.toSorted((a, b) => a - b),
    )
    assert.deepEqual(
      users.find(({ status }) => status === 'invited'),
      invited.data,
    )
    assert.deepEqual(Object.keys(users[0] ?? {}), [
      'id',
      'email',
      'name',
      'role',
      'status',
      'invited_at',
      'last_login_at',
      'created_at',
      'updated_at',
    ])
    assert.ok(users.some(({ id }) => id === org.admin.userId))
    assert.equal(users[0]?.invited_at, null)
    assert.match(String(users[0]?.created_at), /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/)
  })

  test('last_login_at is when a key of the user was last used', async () => {
    org = await app.organization()
    await usersOf()
    await app.sql("update api_keys set last_used_at = '2026-03-25T11:00:00Z' where user_id = $1", [org.billing.userId])
    const users = await usersOf()
    const seen = Object.fromEntries(users.map(({ role, last_login_at: at }) => [role, at]))
    assert.equal(seen.billing, '2026-03-25T11:00:00+00:00')
    assert.equal(seen.developer, null)
  })

  test('a key that acts as a profile sees the users of the organization', async () => {
    org = await app.organization()
    const { id } = await org.profile()
    const all = await usersOf()
    assert.equal(all.length, 3)
    const ids = (list: Json[]) => list.map((user) => user.id)
    const scoped = await org.admin.get('/v3/users', { 'x-profile-id': id })
    assert.equal(scoped.headers['x-profile-id'], id)
    assert.deepEqual(ids(scoped.data.users as Json[]), ids(all))
    const own = await (await org.profileKey(id)).get('/v3/users')
    assert.deepEqual(ids(own.data.users as Json[]), ids(all))
  })

  test('a standalone account is no organization', async () => {
    const standalone = await app.organization({ kind: 'user' })
    const reply = await standalone.owner.get('/v3/users')
    assert.equal(kindOf(reply), '404 RESOURCE_005')
    assert.equal(reply.error.message, 'Organization not found')
  })

  test('an unforeseen failure says what the published page says', async () => {
    org = await app.organization()
    app.expectErrors('request_failed')
    await app.sql('alter table users rename column name to full_name')
    const reply = await org.admin.get('/v3/users')
    await app.sql('alter table users rename column full_name to name')
    assert.equal(reply.status, 500)
    assert.equal(
      reply.error.message,
      `An unexpected error occurred. Please contact support with request ID: ${reply.json.meta.request_id}`,
    )
  })
})
