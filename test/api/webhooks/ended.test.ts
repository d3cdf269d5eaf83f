import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createSweeper } from '../../../src/jobs/sweeper.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf } from '../../kit/tally.ts'
import { aWebhook, deliveriesOf, runNextAttempts } from './kit.ts'

describe('B6: webhooks of a profile that is deleted', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  const sweeper = () => createSweeper({ db: app.app.context.db, log: app.app.context.log })
  const ended = async (caller: Client, query = '') =>
    (await caller.get(`/v3/webhooks?is_ended=true${query}`)).data.webhooks as Json[]
  const told = (receiver: Receiver) =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { sub_type: string }).sub_type)

  async function scene(receiver: Receiver) {
    const org = await app.organization()
    const { id } = await org.profile()
    await app.app.jobs.runDue()
    const key = await org.profileKey(id)
    const webhook = await aWebhook(key, receiver.url, { event_types: ['profile', 'campaign'] })
    return { org, id, key, webhook }
  }

  test('are told of the deletion, with retries, and of nothing that comes later', async () => {
    await using receiver = await Receiver.open(503, 204)
    const { org, id, webhook } = await scene(receiver)
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    await app.app.jobs.runDue()
    await runNextAttempts(app)
    assert.deepEqual(told(receiver), ['profile.deleted', 'profile.deleted'])
    const [log] = await deliveriesOf(org.admin, webhook)
    assert.deepEqual([log?.event_type, log?.delivery_status], ['profile.deleted', 'DELIVERED'])
    // What the registry says of a deleted profile's campaign afterwards is told to the organization only.
    await app.sql(
      `with told as (insert into events (organization_id, id, profile_id, sequence, type, payload, created_at)
         values ($1, gen_random_uuid(), $2, 99, 'campaign.status_changed', '{}', now()) returning organization_id, id)
       insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
         select organization_id, id, 'fan_out_event', id, now(), now() from told`,
      [org.id, id],
    )
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 2)
  })

  test('are seen, read and deleted by the organization, and changed by nobody', async () => {
    await using receiver = await Receiver.open()
    const { org, id, key, webhook } = await scene(receiver)
    const other = await aWebhook(key, receiver.url)
    const own = await aWebhook(org.admin, receiver.url)
    assert.deepEqual(await ended(org.admin), [])
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    for (const caller of [org.admin, org.developer]) {
      const seen = await ended(caller)
      assert.deepEqual(
        seen.map((each) => [each.id, each.is_active, each.profile_id, each.signing_secret]),
        [webhook, other].map((each) => [each.id, false, id, null]),
      )
      assert.ok(seen.every(({ disabled_at }) => typeof disabled_at === 'string'))
    }
    assert.deepEqual(await ended(org.admin, '&is_active=true'), [])
    const listed = (await org.admin.get('/v3/webhooks')).data.webhooks as Json[]
    assert.deepEqual(
      listed.map((each) => [each.id, each.profile_id]),
      [[own.id, null]],
    )
    assert.equal((await org.admin.get(webhook.path)).data.is_active, false)
    const change = { display_name: 'X', endpoint_url: receiver.url, event_types: ['profile'] }
    assert.equal((await org.admin.put(webhook.path, change)).status, 404)
    assert.equal((await org.admin.patch(`${webhook.path}/toggle-status`, { is_active: true })).status, 404)
    for (const act of ['rotate-secret', 'test', 'replay'])
      assert.equal((await org.admin.post(`${webhook.path}/${act}`, {})).status, 404, act)
    assert.equal(kindOf(await key.get(webhook.path)), '401 AUTH_002')
    const sibling = await org.profileKey((await org.profile()).id)
    assert.deepEqual(await ended(sibling), [])
    assert.equal((await sibling.get(webhook.path)).status, 404)
    const stranger = await app.organization()
    assert.deepEqual(await ended(stranger.admin), [])
    for (const method of ['GET', 'DELETE'])
      assert.equal((await stranger.owner.request(method, webhook.path)).status, 404, method)
    assert.equal((await org.admin.delete(webhook.path)).status, 204)
    assert.deepEqual(
      (await ended(org.admin)).map((each) => each.id),
      [other.id],
    )
    assert.equal((await org.admin.get('/v3/webhooks?is_ended=maybe')).status, 400)
  })

  test('go with address, secret and log after a week', async () => {
    await using receiver = await Receiver.open()
    const { org, id, webhook } = await scene(receiver)
    const kept = await aWebhook(org.admin, receiver.url)
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    await app.app.jobs.runDue()
    await sweeper().sweep()
    assert.equal((await org.admin.get(webhook.path)).status, 200)
    await app.sql("update webhooks set ended_at = now() - interval '8 days' where id = $1", [webhook.id])
    await sweeper().sweep()
    assert.equal((await org.admin.get(webhook.path)).status, 404)
    assert.equal((await org.admin.get(kept.path)).status, 200)
    assert.deepEqual(await app.sql('select id from deliveries where webhook_id = $1', [webhook.id]), [])
  })

  test('end also where one is made at the moment of the deletion, and so do the keys', async () => {
    await using receiver = await Receiver.open()
    const { org, id, key } = await scene(receiver)
    const second = await org.admin.post(`/v3/profiles/${id}/keys`, {})
    const session = await ownerSession(app)
    await session.query('begin')
    await session.query('select from profiles where id = $1 for update', [id])
    const making = key.post('/v3/webhooks', { display_name: 'Late', endpoint_url: receiver.url })
    await untilBlocked(app, 1)
    await session.query('update profiles set deleted_at = now() where id = $1', [id])
    await session.query('commit')
    await session.end()
    assert.equal(kindOf(await making), '401 AUTH_002')
    await app.sql('update profiles set deleted_at = null where id = $1', [id])
    const deleted = await org.admin.delete(`/v3/profiles/${id}`)
    assert.equal(deleted.status, 204)
    const keys = await app.sql<{ revoked: boolean; reason: string; user_id: string; request_id: string }>(
      `select k.revoked_at is not null as revoked, h.reason, h.user_id, h.request_id from api_keys k
         join api_key_history h on h.api_key_id = k.id and h.operation = 'revokeKey' where k.profile_id = $1`,
      [id],
    )
    const by = { user_id: org.admin.userId, request_id: deleted.headers['x-request-id'] }
    assert.deepEqual(keys, Array(2).fill({ revoked: true, reason: 'profile deleted', ...by }))
    assert.equal(typeof second.data.id, 'string')
  })
})
