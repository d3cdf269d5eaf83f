import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { type Received, Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'
import { deliveriesOf, runNextAttempts, scene } from './kit.ts'

test('a test event is one signed attempt without a repetition, counts for nothing, and goes out while the webhook is off', async () => {
  await using receiver = await Receiver.open(500, 410, 204)
  await using app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  const { org, webhook } = await scene(app, receiver)
  const send = async () => {
    const reply = await org.developer.post(`${webhook.path}/test`, { event_type: 'brand.submitted' })
    assert.equal(reply.status, 200, reply.text)
    await app.app.jobs.runDue()
    await runNextAttempts(app)
  }
  for (let time = 1; time <= 2; time += 1) {
    await send()
    assert.equal(receiver.received.length, time)
    const { data } = await org.admin.get(webhook.path)
    assert.deepEqual([data.is_active, data.consecutive_failures, data.disabled_at], [true, 0, null])
  }
  await org.admin.patch(`${webhook.path}/toggle-status`, { is_active: false })
  await send()
  assert.equal(receiver.received.length, 3)
  assert.deepEqual(
    (await deliveriesOf(org.admin, webhook)).map((delivery) => [
      delivery.delivery_status,
      delivery.http_status_code,
      delivery.delivery_attempts,
    ]),
    [
      ['DELIVERED', 204, 1],
      ['FAILED', 410, 1],
      ['FAILED', 500, 1],
    ],
  )
  const [told] = receiver.received as [Received]
  new Webhook(webhook.secret).verify(told.body, told.headers)
  const { field, sub_type: type, payload } = JSON.parse(told.body) as { field: string; sub_type: string; payload: Json }
  assert.deepEqual([field, type, payload.test, payload.sequence], ['brand', 'brand.submitted', true, 0])
  assert.equal(payload.organization_id, org.id)
  assert.deepEqual(await app.sql('select id from events'), [], 'nothing has happened')
})
