import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { tokenIn } from '../../../kit/fakes/recorded-mail.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'
import { kindOf } from '../../../kit/tally.ts'

describe('DELETE /v3/users/{userId}', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const pathOf = (id: string | null) => `/v3/users/${id}`

  test('the user is gone, all keys stop working for good, and the history keeps the name', async () => {
    org = await app.organization()
    const other = await org.user('admin')
    const key = await org.key(other)
    const { id } = await org.profile()
    const profileKey = await org.key(other, { profileId: id })
    assert.equal((await key.patch(`/v3/profiles/${id}`, { name: 'Named' })).status, 200)
    const reply = await org.admin.delete(pathOf(other), {})
    assert.deepEqual([reply.status, reply.text], [204, ''])
    for (const gone of [key, profileKey]) assert.equal(kindOf(await gone.get('/v3/me')), '401 AUTH_002')
    assert.equal(kindOf(await org.admin.delete(pathOf(other))), '404 RESOURCE_006')
    const listed = (await org.admin.get('/v3/users')).data.users as Json[]
    assert.equal(
      listed.some((user) => user.id === other),
      false,
    )
    const history = await org.admin.get(`/v3/profiles/${id}/history`)
    assert.match(history.text, new RegExp(`"user_email":"admin-${other}@example\\.com"`))
    const keys = (await org.admin.get(`/v3/profiles/${id}/keys`)).data.keys as Json[]
    assert.deepEqual(keys, [])
  })

  test('a key that was made while its user was being removed opens nothing', async () => {
    org = await app.organization()
    const user = await org.serviceUser('developer')
    assert.equal((await org.admin.delete(pathOf(user))).status, 204)
    assert.equal(kindOf(await (await org.key(user)).get('/v3/me')), '401 AUTH_002')
    const { id } = await org.profile()
    assert.equal(kindOf(await org.admin.post(`/v3/profiles/${id}/keys`, { user_id: user })), '400 VALIDATION_001')
  })

  test('nobody removes their own user, in the published words', async () => {
    org = await app.organization()
    await org.user('admin')
    const reply = await org.admin.delete(pathOf(org.admin.userId))
    assert.equal(kindOf(reply), '400 VALIDATION_001')
    assert.equal(reply.error.message, 'You cannot remove yourself from the organization')
    assert.equal(reply.error.details, null)
  })

  test('the last active admin cannot be removed; an invited or suspended admin can', async () => {
    org = await app.organization()
    for (const status of ['invited', 'suspended'] as const)
      assert.equal((await org.admin.delete(pathOf(await org.user('admin', status)))).status, 204)
    const reply = await org.owner.delete(pathOf(org.admin.userId))
    assert.equal(kindOf(reply), '400 VALIDATION_001')
    assert.equal(reply.error.message, 'You cannot remove the last admin of the organization')
    assert.equal(reply.error.details, null)
    const next = await org.user('admin')
    assert.equal((await org.owner.delete(pathOf(org.admin.userId))).status, 204)
    assert.equal(kindOf(await org.owner.delete(pathOf(next))), '400 VALIDATION_001')
  })

  test('the owner cannot be removed: not found', async () => {
    org = await app.organization()
    for (const caller of [org.owner, org.admin])
      assert.equal(kindOf(await caller.delete(pathOf(org.owner.userId))), '404 RESOURCE_006')
    assert.equal((await org.owner.get('/v3/me')).status, 200)
  })

  test('the removal of a user who is invited ends the invitation, also one that is not mailed yet', async () => {
    org = await app.organization()
    const body = { email: 'jane@example.com', name: 'Jane', role: 'developer' }
    const first = await org.admin.post('/v3/users', body)
    await app.app.jobs.runDue()
    const token = tokenIn(app.mail.sent.at(-1) as (typeof app.mail.sent)[0])
    assert.equal((await org.admin.delete(pathOf(String(first.data.id)))).status, 204)
    assert.equal(kindOf(await app.nobody.post(`/v3/users/invitations/${token}/accept`, {})), '404 RESOURCE_016')
    const second = await org.admin.post('/v3/users', body)
    assert.equal((await org.admin.delete(pathOf(String(second.data.id)))).status, 204)
    const sent = app.mail.sent.length
    await app.app.jobs.runDue()
    assert.equal(app.mail.sent.length, sent)
  })

  test('a dry run changes nothing; a body that does not fit is told', async () => {
    org = await app.organization()
    const dry = await org.admin.delete(pathOf(org.developer.userId), { sandbox: true })
    assert.deepEqual([dry.status, dry.headers['x-sandbox']], [204, 'true'])
    assert.equal((await org.developer.get('/v3/me')).status, 200)
    const odd = await org.admin.delete(pathOf(org.developer.userId), { sandbox: 'yes' })
    assert.deepEqual(odd.error.details, { sandbox: ['sandbox must be true or false'] })
  })
})
