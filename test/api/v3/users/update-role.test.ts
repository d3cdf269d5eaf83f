import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import { kindOf } from '../../../kit/tally.ts'

describe('PATCH /v3/users/{userId}', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const pathOf = (id: string | null) => `/v3/users/${id}`

  test('sets the role, which acts on the user’s keys with their next request', async () => {
    org = await app.organization()
    const { id } = await org.profile()
    const user = org.developer
    const before = (await org.admin.get(pathOf(user.userId))).data
    assert.equal(kindOf(await user.patch(`/v3/profiles/${id}`, { name: 'A' })), '403 AUTH_004')
    const reply = await org.admin.patch(pathOf(user.userId), { role: 'admin' })
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(
      { ...reply.data, updated_at: null, last_login_at: null },
      { ...before, role: 'admin', last_login_at: null },
    )
    assert.notEqual(reply.data.updated_at, null)
    const after = (await org.admin.get(pathOf(user.userId))).data
    assert.deepEqual({ ...after, last_login_at: null }, { ...reply.data, last_login_at: null })
    assert.equal((await user.patch(`/v3/profiles/${id}`, { name: 'B' })).status, 200)
  })

  test('the role is required and one of three', async () => {
    org = await app.organization()
    for (const body of [{}, { role: null }, { role: 'owner' }, { role: 'ADMIN' }, { role: 1 }, undefined]) {
      const reply = await org.admin.request('PATCH', pathOf(org.developer.userId), body === undefined ? {} : { body })
      assert.equal(kindOf(reply), '400 VALIDATION_001')
      assert.deepEqual(reply.error.details, { role: ['Role must be one of: admin, billing, developer'] })
    }
  })

  test('nobody changes the own role, not even the last admin to be; the own role again is no change', async () => {
    org = await app.organization()
    await org.user('admin')
    const reply = await org.admin.patch(pathOf(org.admin.userId), { role: 'billing' })
    assert.equal(kindOf(reply), '400 VALIDATION_001')
    assert.deepEqual(reply.error.details, { role: ['You cannot change your own role'] })
    const same = await org.admin.patch(pathOf(org.admin.userId), { role: 'admin' })
    assert.deepEqual([same.status, same.data.role, same.data.updated_at], [200, 'admin', null])
  })

  test('the last active admin stays one; the owner, the invited and the suspended do not count', async () => {
    org = await app.organization()
    const invited = await org.user('admin', 'invited')
    const suspended = await org.user('admin', 'suspended')
    const refused = await org.owner.patch(pathOf(org.admin.userId), { role: 'billing' })
    assert.equal(kindOf(refused), '400 VALIDATION_001')
    assert.deepEqual(refused.error.details, {
      role: ['You cannot change the role of the last admin of the organization'],
    })
    for (const id of [invited, suspended]) {
      assert.equal((await org.owner.patch(pathOf(id), { role: 'developer' })).status, 200)
    }
    await org.user('admin')
    assert.equal((await org.owner.patch(pathOf(org.admin.userId), { role: 'billing' })).status, 200)
  })

  test('the owner cannot be changed: not found', async () => {
    org = await app.organization()
    for (const caller of [org.owner, org.admin])
      assert.equal(kindOf(await caller.patch(pathOf(org.owner.userId), { role: 'billing' })), '404 RESOURCE_006')
  })

  test('a dry run judges everything and changes nothing', async () => {
    org = await app.organization()
    const dry = await org.admin.patch(pathOf(org.developer.userId), { role: 'billing', sandbox: true })
    assert.deepEqual([dry.status, dry.headers['x-sandbox'], dry.data.role], [200, 'true', 'billing'])
    assert.equal((await org.admin.get(pathOf(org.developer.userId))).data.role, 'developer')
    const last = await org.owner.patch(pathOf(org.admin.userId), { role: 'billing', sandbox: true })
    assert.equal(kindOf(last), '400 VALIDATION_001')
  })
})
