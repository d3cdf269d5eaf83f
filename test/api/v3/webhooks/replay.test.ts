import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { REPLAY_MAX } from '../../../../src/resources/webhooks/replay.rules.ts'
import { Receiver } from '../../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'
import { scene } from '../../webhooks/kit.ts'

describe('POST /v3/webhooks/{id}/replay', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString()

  test('one event is told again with the same bytes under the same id, in a delivery of its own', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    const [first] = receiver.received
    const reply = await org.admin.post(`${webhook.path}/replay`, { event_id: first?.headers['webhook-id'] })
    assert.deepEqual([reply.status, reply.data], [202, { replayed: 1, has_more: false, next_from: null }])
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 2)
    assert.equal(receiver.received[1]?.body, first?.body)
    assert.equal(receiver.received[1]?.headers['webhook-id'], first?.headers['webhook-id'])
    assert.equal(((await org.admin.get(`${webhook.path}/events`)).data.pagination as Json).total_count, 2)
  })

  test('a window is bounded by from and to, and by what the webhook hears', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver, { event_types: ['profile'] })
    await org.profile()
    const { id } = await org.profile()
    await org.admin.patch(`/v3/profiles/${id}`, { description: 'x' })
    await app.sql(
      "update events set created_at = now() - interval '2 hours' where organization_id = $1 and type = 'profile.created'",
      [org.id],
    )
    const count = async (body: Json) =>
      (await org.admin.post(`${webhook.path}/replay`, { ...body, sandbox: true })).data.replayed
    assert.equal(await count({ from: hourAgo() }), 1)
    assert.equal(await count({ from: new Date(Date.now() - 3 * 3_600_000).toISOString() }), 3)
    assert.equal(await count({ from: new Date(Date.now() - 3 * 3_600_000).toISOString(), to: hourAgo() }), 2)
    await org.admin.request('PUT', webhook.path, {
      body: { display_name: 'x', endpoint_url: receiver.url, event_types: ['brand'] },
    })
    assert.equal(await count({ from: hourAgo() }), 0)
  })

  test(`more than ${REPLAY_MAX} events are replayed in several calls, each once`, async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    await app.sql(
      `insert into events (organization_id, id, profile_id, sequence, type, payload, created_at)
       select $1, gen_random_uuid(), null, null, 'profile.updated', '{"status":"incomplete"}', now() - interval '1 hour' + n * interval '1 millisecond'
         from generate_series(1, ${REPLAY_MAX + 7}) n`,
      [org.id],
    )
    const first = await org.admin.post(`${webhook.path}/replay`, {
      from: new Date(Date.now() - 7_200_000).toISOString(),
    })
    assert.deepEqual([first.data.replayed, first.data.has_more], [REPLAY_MAX, true])
    const second = await org.admin.post(`${webhook.path}/replay`, { from: first.data.next_from })
    assert.deepEqual(second.data, { replayed: 7, has_more: false, next_from: null })
    const [row] = await app.sql(
      'select count(distinct event_id)::int as events, count(*)::int as rows from deliveries where webhook_id = $1',
      [webhook.id],
    )
    assert.deepEqual(row, { events: REPLAY_MAX + 7, rows: REPLAY_MAX + 7 })
  })

  test('what cannot be replayed is refused under its member', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    const refused: [Json, string][] = [
      [{}, 'from'],
      [{ to: hourAgo() }, 'from'],
      [{ from: 'yesterday' }, 'from'],
      [{ from: '2020-01-01T00:00:00Z' }, 'from'],
      [{ from: '0000-01-01T00:00:00Z' }, 'from'],
      [{ from: new Date(Date.now() + 60_000).toISOString() }, 'from'],
      [{ from: hourAgo(), to: '2020-01-01T00:00:00Z' }, 'to'],
      [{ from: hourAgo(), to: '9999-12-31T23:59:59Z' }, 'to'],
      [{ event_id: 'x' }, 'event_id'],
      [{ event_id: '0190a0b0-0000-7000-8000-00000000abcd' }, 'event_id'],
      [{ event_id: '0190a0b0-0000-7000-8000-00000000abcd', from: hourAgo() }, 'event_id'],
    ]
    for (const [body, path] of refused) {
      const { status, error } = await org.admin.post(`${webhook.path}/replay`, body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.deepEqual(Object.keys(error.details ?? {}), [path], JSON.stringify(body))
    }
  })
})
