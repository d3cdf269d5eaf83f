import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { RETRY_SCHEDULE_MS } from '../../../src/resources/webhooks/attempt.rules.ts'
import { type Received, Receiver, reset, silence } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'
import { aWebhook, deliveriesOf, runNextAttempts, scene } from './kit.ts'

/** Written from the contract's description alone (12.4). */
function isSigned(
  { headers, body }: Pick<Received, 'headers' | 'body'>,
  secret: string,
  nowSeconds = Date.now() / 1000,
): boolean {
  const { 'x-webhook-id': id, 'x-webhook-timestamp': seconds = '0', 'x-webhook-signature': signature } = headers
  if (Math.abs(nowSeconds - Number(seconds)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return signature === `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

describe('deliveries', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  test('a change is told once, with the contract’s body and both sets of headers, and the log shows it', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    const { id: profileId } = await org.profile()
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 1)
    const [told] = receiver.received as [Received]
    const body = JSON.parse(told.body) as Json
    assert.deepEqual(Object.keys(body), ['field', 'sub_type', 'timestamp', 'payload'])
    assert.match(String(body.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.deepEqual([body.field, body.sub_type], ['profile', 'profile.created'])
    assert.deepEqual(Object.entries(body.payload as Json), [
      ['account_id', profileId],
      ['organization_id', org.id],
      ['profile_id', profileId],
      ['status', 'incomplete'],
      ['sequence', 1],
    ])
    assert.equal(told.headers['x-webhook-id'], webhook.id)
    assert.equal(told.headers['x-webhook-event-type'], 'profile')
    assert.equal(told.headers['content-type'], 'application/json')
    assert.notEqual(told.headers['webhook-id'], webhook.id)
    assert.equal(told.headers['webhook-timestamp'], told.headers['x-webhook-timestamp'])
    assert.ok(isSigned(told, webhook.secret))
    assert.deepEqual(new Webhook(webhook.secret).verify(told.body, told.headers), body)

    const [delivery] = (await deliveriesOf(org.developer, webhook)) as [Json]
    assert.deepEqual(
      Object.keys(delivery).slice(0, 11),
      'id event_type event_data http_status_code response_body delivery_status delivery_attempts error_message created_at processing_started_at processing_completed_at'.split(
        ' ',
      ),
    )
    assert.deepEqual(delivery.event_data, body)
    assert.deepEqual(
      [
        delivery.event_type,
        delivery.http_status_code,
        delivery.response_body,
        delivery.delivery_status,
        delivery.delivery_attempts,
        delivery.error_message,
      ],
      ['profile.created', 204, null, 'DELIVERED', 1, null],
    )
    assert.equal(delivery.event_id, told.headers['webhook-id'])
    const { data } = await org.admin.get(webhook.path)
    assert.ok(data.last_delivery_attempt_at !== null && data.last_successful_delivery_at !== null)
  })

  test('a body changed by one byte, another secret and a time 301 s away do not verify', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    const [told] = receiver.received as [Received]
    const changed = { ...told, body: `${told.body} ` }
    const standard = new Webhook(webhook.secret)
    assert.equal(isSigned(changed, webhook.secret), false)
    assert.throws(() => standard.verify(changed.body, changed.headers), /No matching signature/)
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    assert.equal(isSigned(told, other), false)
    assert.throws(() => new Webhook(other).verify(told.body, told.headers), /No matching signature/)
    const seconds = Number(told.headers['x-webhook-timestamp'])
    assert.equal(isSigned(told, webhook.secret, seconds + 299), true)
    for (const away of [-301, 301]) {
      assert.equal(isSigned(told, webhook.secret, seconds + away), false)
      const moved = { ...told.headers, 'webhook-timestamp': String(seconds + away) }
      assert.throws(() => standard.verify(told.body, moved))
    }
  })

  test('failures are repeated by the schedule with the same bytes and id, signed anew, and then given up', async () => {
    await using receiver = await Receiver.open(500, reset, 302, 404, 503)
    const { org, webhook } = await scene(app, receiver, { retry_count: 4 })
    await org.profile()
    await app.app.jobs.runDue()
    for (let retry = 1; retry <= 6; retry += 1) {
      const [job] = await app.sql<{ ms: number }>(
        "select extract(epoch from due_at - now())::float8 * 1000 as ms from jobs where subject_id = $1 and kind = 'deliver_webhook'",
        [webhook.id],
      )
      const scheduled = RETRY_SCHEDULE_MS[retry - 1] ?? 0
      if (retry > 4) assert.equal(job, undefined)
      else
        assert.ok(job !== undefined && Math.abs(job.ms - scheduled) <= scheduled * 0.1 + 5_000, `${retry}: ${job?.ms}`)
      await runNextAttempts(app)
    }
    assert.equal(receiver.received.length, 5)
    assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1)
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1)
    for (const told of receiver.received) assert.ok(isSigned(told, webhook.secret))
    const [delivery] = (await deliveriesOf(org.admin, webhook)) as [Json]
    assert.deepEqual(
      [delivery.delivery_status, delivery.delivery_attempts, delivery.http_status_code, delivery.error_message],
      ['FAILED', 5, 503, 'The endpoint answered with status 503'],
    )
    assert.equal((await org.admin.get(webhook.path)).data.consecutive_failures, 5)
  })

  test('an endpoint that gives no answer in its time has failed, and a success forgets the failures', async () => {
    await using receiver = await Receiver.open(silence, 200)
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    const startedMs = Date.now()
    await app.app.jobs.runDue()
    assert.ok(Date.now() - startedMs >= 5_000)
    const [waiting] = (await deliveriesOf(org.admin, webhook)) as [Json]
    assert.deepEqual(
      [waiting.delivery_status, waiting.http_status_code, waiting.error_message, waiting.processing_completed_at],
      ['RETRYING', null, 'The endpoint gave no complete answer in time', null],
    )
    assert.equal((await org.admin.get(webhook.path)).data.consecutive_failures, 1)
    await runNextAttempts(app)
    assert.equal((await org.admin.get(webhook.path)).data.consecutive_failures, 0)
    assert.equal((await deliveriesOf(org.admin, webhook))[0]?.delivery_status, 'DELIVERED')
  })

  test('410 switches the webhook off at once, and an event says so', async () => {
    await using receiver = await Receiver.open(410)
    await using witness = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    await aWebhook(org.admin, witness.url, { event_types: ['webhook'] })
    await org.profile()
    await org.profile()
    await app.app.jobs.runDue()
    const { data } = await org.admin.get(webhook.path)
    assert.equal(data.is_active, false)
    assert.ok(data.disabled_at !== null)
    assert.equal(witness.received.length, 1)
    const { payload, sub_type } = JSON.parse(witness.received[0]?.body ?? '') as Json & { payload: Json }
    assert.deepEqual([sub_type, payload.webhook_id, payload.status], ['webhook.disabled', webhook.id, 'inactive'])
    assert.deepEqual(
      new Set((await deliveriesOf(org.admin, webhook)).map((delivery) => delivery.delivery_status)),
      new Set(['FAILED']),
    )
  })

  test('the 10th failure in a row switches it off with exactly one notification; re-enabled it goes on, and what it missed is replayed', async () => {
    await using receiver = await Receiver.open(...Array.from({ length: 14 }, () => 500), 200)
    await using witness = await Receiver.open()
    const { org, webhook } = await scene(app, receiver, { retry_count: 1 })
    await aWebhook(org.admin, witness.url, { event_types: ['webhook'] })
    for (let count = 0; count < 14; count += 1) await org.profile()
    await app.app.jobs.runDue()
    await runNextAttempts(app)
    const off = (await org.admin.get(webhook.path)).data
    assert.equal(off.is_active, false)
    assert.ok(Number(off.consecutive_failures) >= 10)
    assert.equal(witness.received.length, 1)
    const warnings = app.lines.filter((line) => line.includes('"webhook_disabled"') && line.includes(webhook.id))
    assert.equal(warnings.length, 1)
    assert.equal(
      (await app.sql("select id from events where type = 'webhook.disabled' and organization_id = $1", [org.id]))
        .length,
      1,
    )

    const missedFrom = new Date().toISOString()
    const { id: missed } = await org.profile()
    await app.app.jobs.runDue()
    const before = receiver.received.length
    const refused = await org.admin.post(`${webhook.path}/replay`, { from: missedFrom })
    assert.equal(refused.status, 400)
    const on = await org.admin.patch(`${webhook.path}/toggle-status`, { is_active: true })
    assert.deepEqual([on.data.is_active, on.data.consecutive_failures, on.data.disabled_at], [true, 0, null])
    receiver.behaviours = [200]
    const replayed = await org.admin.post(`${webhook.path}/replay`, { from: missedFrom })
    assert.deepEqual([replayed.status, replayed.data], [202, { replayed: 1, has_more: false, next_from: null }])
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, before + 1)
    assert.ok(receiver.received.at(-1)?.body.includes(missed))
    await org.profile()
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, before + 2)
  })

  test('Retry-After makes the wait longer, 24 h at most', async () => {
    await using receiver = await Receiver.open(
      (response) => response.writeHead(429, { 'retry-after': '7200' }).end(),
      (response) => response.writeHead(503, { 'retry-after': '9999999' }).end(),
    )
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    const waitSeconds = async () =>
      (
        await app.sql<{ s: number }>(
          'select extract(epoch from due_at - now())::float8 as s from jobs where subject_id = $1',
          [webhook.id],
        )
      )[0]?.s ?? 0
    await app.app.jobs.runDue()
    assert.ok(Math.abs((await waitSeconds()) - 7_200) < 30)
    await runNextAttempts(app)
    assert.ok(Math.abs((await waitSeconds()) - 86_400) < 30)
  })

  test('during 24 h after a rotation webhook-signature verifies with both secrets, x-webhook-signature with the new one only', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    const rotated = await org.admin.post(`${webhook.path}/rotate-secret`, {})
    const secret = String(rotated.data.signing_secret)
    await org.profile()
    await app.app.jobs.runDue()
    const [during] = receiver.received as [Received]
    assert.equal(during.headers['webhook-signature']?.split(' ').length, 2)
    for (const key of [secret, webhook.secret]) new Webhook(key).verify(during.body, during.headers)
    assert.deepEqual([isSigned(during, secret), isSigned(during, webhook.secret)], [true, false])
    await app.sql("update webhooks set previous_secret_until = now() - interval '1 second' where id = $1", [webhook.id])
    await org.profile()
    await app.app.jobs.runDue()
    const later = receiver.received[1] as Received
    new Webhook(secret).verify(later.body, later.headers)
    assert.throws(() => new Webhook(webhook.secret).verify(later.body, later.headers))
  })

  test('the organization hears of every profile, a profile of itself, each of what it subscribed to', async () => {
    await using all = await Receiver.open()
    await using own = await Receiver.open()
    await using filtered = await Receiver.open()
    const org = await app.organization()
    const [one, other] = [await org.profile(), await org.profile()]
    await aWebhook(org.admin, all.url, { event_types: ['profile', 'payment_method', 'messages'] })
    await aWebhook(org.admin, own.url, {}, { 'x-profile-id': one.id })
    await aWebhook(org.admin, filtered.url, { event_filters: { profile: ['deleted'] } })
    for (const { id } of [one, other]) await org.admin.patch(`/v3/profiles/${id}`, { description: 'Changed' })
    await org.admin.delete(`/v3/profiles/${other.id}`)
    await app.app.jobs.runDue()
    const types = (receiver: Receiver) =>
      receiver.received.map(({ body }) => String((JSON.parse(body) as Json).sub_type)).sort()
    assert.deepEqual(types(all), ['profile.deleted', 'profile.updated', 'profile.updated'])
    assert.deepEqual(types(own), ['profile.updated'])
    assert.ok(own.received[0]?.body.includes(one.id))
    assert.deepEqual(types(filtered), ['profile.deleted'])
  })

  test('a suspended organization receives nothing, neither new events nor what waited', async () => {
    await using receiver = await Receiver.open(500, 200)
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    await org.profile()
    await app.sql("update organizations set state = 'SUSPENDED' where organization_id = $1", [org.id])
    await runNextAttempts(app)
    assert.equal(receiver.received.length, 1)
    const states = await app.sql('select state, error_message from deliveries where webhook_id = $1', [webhook.id])
    assert.deepEqual(states, [{ state: 'FAILED', error_message: 'The account is suspended' }])
  })

  test('what the receiver says reaches neither the log nor an answer nor the database', async () => {
    await using receiver = await Receiver.open((response) =>
      response.writeHead(500, { 'x-said': 'canary-header' }).end('canary-body'),
    )
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    const log = await org.admin.get(`${webhook.path}/events`)
    assert.ok(!log.text.includes('canary'))
    assert.ok(!app.lines.some((line) => line.includes('canary') || line.includes(receiver.url)))
    assert.ok(!JSON.stringify(await app.sql('select d::text from deliveries d')).includes('canary'))
  })

  test('a deleted webhook takes its deliveries with it, and what was queued ends by itself', async () => {
    await using receiver = await Receiver.open(500)
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    assert.equal((await org.admin.delete(webhook.path)).status, 204)
    await runNextAttempts(app)
    assert.equal(receiver.received.length, 1)
    assert.deepEqual(await app.sql('select id from deliveries where webhook_id = $1', [webhook.id]), [])
    assert.deepEqual(await app.sql('select id from jobs where subject_id = $1', [webhook.id]), [])
  })

  test('two workers at once fan out and deliver each event once', async () => {
    await using receiver = await Receiver.open()
    await using two = await testApp({ instances: 2, env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
    const { org } = await scene(two, receiver)
    for (let count = 0; count < 12; count += 1) await org.profile()
    await Promise.all(two.apps.map((one) => one.jobs.runDue()))
    await Promise.all(two.apps.map((one) => one.jobs.runDue()))
    assert.equal(receiver.received.length, 12)
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 12)
  })

  test('an attempt that a dead process left behind is made again with the same bytes under the same id', async () => {
    await using receiver = await Receiver.open()
    const { org, webhook } = await scene(app, receiver)
    await org.profile()
    await app.app.jobs.runDue()
    // As if the process had died after the answer and before it was written down.
    await app.sql("update deliveries set state = 'PENDING', attempts = 0 where webhook_id = $1", [webhook.id])
    await app.sql(
      `insert into jobs (organization_id, id, kind, subject_id, due_at, lease_until, fence, attempts, created_at)
       select organization_id, id, 'deliver_webhook', webhook_id, now() - interval '1 minute', now() - interval '1 second', 1, 1, now()
         from deliveries where webhook_id = $1`,
      [webhook.id],
    )
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 2)
    assert.equal(receiver.received[1]?.body, receiver.received[0]?.body)
    assert.equal(receiver.received[1]?.headers['webhook-id'], receiver.received[0]?.headers['webhook-id'])
  })
})
