import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const SMS = 'sending_phone_number_profile_id'
const WHATSAPP = 'sending_whatsapp_number_profile_id'
const UNKNOWN = 'must be the id of another profile of the same organization'

describe('PATCH /v3/profiles/{profileId}: references to other profiles', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('a live profile of the organization is taken, however its id is written, and beside a direct number', async () => {
    const org = await app.organization()
    const [source, { id }] = [await org.profile(), await org.profile()]
    const reply = await org.admin.patch(`/v3/profiles/${id}`, {
      [SMS]: source.id.toUpperCase(),
      [WHATSAPP]: source.id,
      sending_phone_number: '+12025551234',
    })
    assert.equal(reply.status, 200)
    assert.equal(reply.data[SMS], source.id)
    assert.equal(reply.data[WHATSAPP], source.id)
    assert.equal(reply.data.sending_phone_number, '+12025551234')
  })

  test('an unknown, a deleted and a foreign profile are refused in the same words', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const deleted = await org.profile()
    const foreign = await (await app.organization()).profile()
    assert.equal((await org.admin.delete(`/v3/profiles/${deleted.id}`)).status, 204)
    for (const target of ['550e8400-e29b-41d4-a716-446655440000', deleted.id, foreign.id, org.id]) {
      const reply = await org.admin.patch(`/v3/profiles/${id}`, { [SMS]: target, [WHATSAPP]: target })
      assert.equal(reply.status, 400, target)
      assert.equal(reply.error.code, 'VALIDATION_001')
      assert.deepEqual(reply.error.details, { [SMS]: [`${SMS} ${UNKNOWN}`], [WHATSAPP]: [`${WHATSAPP} ${UNKNOWN}`] })
    }
  })

  test('C19: a reference that is stored already is not judged anew when its profile was deleted', async () => {
    const org = await app.organization()
    const [source, { id }] = [await org.profile(), await org.profile()]
    const references = { [SMS]: source.id, [WHATSAPP]: source.id }
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, references)).status, 200)
    assert.equal((await org.admin.delete(`/v3/profiles/${source.id}`)).status, 204)
    const again = await org.admin.patch(`/v3/profiles/${id}`, {
      ...references,
      [SMS]: source.id.toUpperCase(),
      name: 'Again',
    })
    assert.equal(again.status, 200, again.text)
    assert.deepEqual([again.data.name, again.data[SMS], again.data[WHATSAPP]], ['Again', source.id, source.id])
    assert.equal(
      (await org.admin.patch(`/v3/profiles/${id}`, { [SMS]: null }, { 'content-type': 'application/merge-patch+json' }))
        .status,
      200,
    )
    const anew = await org.admin.patch(`/v3/profiles/${id}`, references)
    assert.deepEqual(anew.error.details, { [SMS]: [`${SMS} ${UNKNOWN}`] })
  })

  test('the profile itself is refused', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { [SMS]: id.toUpperCase() })
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, { [SMS]: [`${SMS} must not be the profile itself`] })
  })

  test('a circle within one channel is refused; references of different channels make none', async () => {
    const org = await app.organization()
    const [a, b, c] = [await org.profile(), await org.profile(), await org.profile()]
    assert.equal((await org.admin.patch(`/v3/profiles/${a.id}`, { [SMS]: b.id })).status, 200)
    assert.equal((await org.admin.patch(`/v3/profiles/${b.id}`, { [SMS]: c.id })).status, 200)
    const circle = await org.admin.patch(`/v3/profiles/${c.id}`, { [SMS]: a.id })
    assert.equal(circle.status, 400)
    assert.deepEqual(circle.error.details, { [SMS]: [`${SMS} must not lead back to this profile`] })
    assert.equal((await org.admin.patch(`/v3/profiles/${c.id}`, { [WHATSAPP]: a.id })).status, 200)
    assert.equal((await org.admin.mergePatch(`/v3/profiles/${a.id}`, { [SMS]: null })).status, 200)
    assert.equal((await org.admin.patch(`/v3/profiles/${c.id}`, { [SMS]: a.id })).status, 200)
  })

  test('of two changes at once that would close a circle, one is refused', async () => {
    const org = await app.organization()
    const [a, b] = [await org.profile(), await org.profile()]
    const replies = await Promise.all([
      org.admin.patch(`/v3/profiles/${a.id}`, { [SMS]: b.id }),
      org.admin.patch(`/v3/profiles/${b.id}`, { [SMS]: a.id }),
    ])
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 400])
  })

  test('a reference is judged in sandbox too', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { [SMS]: id, sandbox: true })
    assert.equal(reply.status, 400)
  })
})
