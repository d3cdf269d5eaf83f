import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'
import { kindOf } from '../../../kit/tally.ts'

describe('GET /v3/users/{userId}', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('answers what the list shows, in any spelling of the id', async () => {
    const org = await app.organization()
    const id = org.developer.userId ?? ''
    const users = (await org.billing.get('/v3/users')).data.users as Json[]
    const listed = users.find((user) => user.id === id)
    assert.ok(listed)
    for (const spelling of [id, id.toUpperCase()]) {
      const reply = await org.billing.get(`/v3/users/${spelling}`)
      assert.equal(reply.status, 200)
      assert.deepEqual(reply.data, listed)
    }
  })

  test('the owner, a removed user and a user of a standalone account are not found', async () => {
    const org = await app.organization()
    const gone = await org.user('developer')
    assert.equal((await org.admin.delete(`/v3/users/${gone}`)).status, 204)
    const standalone = await app.organization({ kind: 'user' })
    for (const reply of [
      await org.admin.get(`/v3/users/${org.owner.userId}`),
      await org.owner.get(`/v3/users/${org.owner.userId}`),
      await org.admin.get(`/v3/users/${gone}`),
      await standalone.owner.get(`/v3/users/${standalone.admin.userId}`),
    ]) {
      assert.equal(kindOf(reply), '404 RESOURCE_006')
      assert.equal(reply.error.message, 'User not found')
    }
  })
})
