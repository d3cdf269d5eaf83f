import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { brandWithTaxId, completableProfile, complete, registrationOf, settle, stepOf } from '../../kit/completion.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { testApp } from '../../kit/servers/app.ts'
import { aWebhook } from '../webhooks/kit.ts'

/** A verifier from the contract's words (12.4): base64 key without its prefix, `{id}.{timestamp}.{body}`, 300 seconds. */
function verifies(secret: string, told: { headers: Record<string, string>; body: string }): boolean {
  const {
    'x-webhook-id': id,
    'x-webhook-timestamp': timestamp = '',
    'x-webhook-signature': signature = '',
  } = told.headers
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${told.body}`).digest('base64')}`
  return expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
}

test('from settings to a sender: doubted by the registry for its tax id, corrected, approved, and told by signed webhooks', async () => {
  await using receiver = await Receiver.open()
  await using app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  const org = await app.organization()
  const webhook = await aWebhook(org.admin, receiver.url, { event_types: ['profile', 'brand', 'campaign'] })
  const { id } = await completableProfile(org, { brand: brandWithTaxId('12-3450000') })
  const path = `/v3/profiles/${id}`

  const accepted = await complete(org.admin, id, {}, receiver.url)
  assert.equal(accepted.status, 202, accepted.text)
  assert.equal(accepted.data.message, 'Profile completion in progress')
  const firstSecret = String(accepted.data.callback_signing_secret)
  const locked = await org.admin.patch(path, { brand: brandWithTaxId('12-3456789') })
  assert.deepEqual(locked.error.details, { brand: ['Brand is being submitted to TCR and cannot be modified.'] })

  const doubted = await settle(app, org.admin, id)
  assert.equal(doubted.state, 'correction_needed', JSON.stringify(doubted))
  const feedback = [
    {
      category: 'TAX_ID',
      fields: ['brand.business.taxId', 'brand.business.legalName'],
      says: 'The tax id does not belong to the legal name.',
    },
  ]
  assert.deepEqual(stepOf(doubted, 'identity').feedback, feedback)
  assert.equal((await org.admin.get(path)).data.status, 'incomplete')

  const corrected = await org.admin.patch(path, { brand: brandWithTaxId('12-3456789') })
  assert.equal(corrected.status, 200, corrected.text)
  const history = (await org.admin.get(`${path}/history`)).data.changes as { registry_feedback: unknown }[]
  assert.deepEqual(history[0]?.registry_feedback, feedback)
  const again = await complete(org.admin, id, {}, receiver.url)
  const secondSecret = String(again.data.callback_signing_secret)
  const done = await settle(app, org.admin, id)
  assert.deepEqual(
    done.steps.map(({ step, state }) => `${step} ${state}`),
    [
      'copy_numbers skipped',
      'brand done',
      'identity done',
      'vetting skipped',
      'campaign done',
      'campaign_review done',
      'carrier done',
      'whatsapp skipped',
      'status done',
    ],
  )
  const profile = (await org.admin.get(path)).data as { status: string; brand: Record<string, unknown> }
  assert.deepEqual([profile.status, profile.brand.identity_status], ['approved', 'VERIFIED'])
  const over = await complete(org.admin, id, {}, receiver.url)
  assert.deepEqual([over.status, over.data.status], [200, 'completed'])
  await app.app.jobs.runDue()

  const callbacks = receiver.received.filter(({ body }) => body.includes('"profileId"'))
  assert.equal(callbacks.length, 2)
  for (const secret of [firstSecret, secondSecret]) {
    const told = callbacks.find((one) => verifies(secret, one))
    assert.ok(told !== undefined, 'each callback has a secret of its own')
    new Webhook(secret).verify(told.body, told.headers)
  }
  const [failed, completed] = [firstSecret, secondSecret].map((secret) =>
    JSON.parse(callbacks.find((one) => verifies(secret, one))?.body ?? '{}'),
  )
  assert.deepEqual([failed.profileId, failed.success, failed.status], [id, false, 'failed'])
  assert.match(failed.message, /brand.business.taxId/)
  assert.match(failed.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const { profileId, success, status } = completed
  assert.deepEqual(
    [profileId, success, status],
    [id, true, 'SUBMITTED'],
    'it first rests while the campaign is reviewed',
  )

  const events = receiver.received.filter((one) => !callbacks.includes(one))
  for (const told of events) {
    new Webhook(webhook.secret).verify(told.body, told.headers)
    assert.ok(verifies(webhook.secret, told))
    assert.ok(!verifies(webhook.secret, { ...told, body: `${told.body} ` }))
    for (const hidden of ['3456789', '3450000', 'John Smith']) assert.ok(!told.body.includes(hidden))
  }
  const told = events.map(
    ({ body }) => JSON.parse(body) as { sub_type: string; payload: { sequence: number; status: string } },
  )
  const kinds = new Set(told.map(({ sub_type: kind }) => kind))
  for (const kind of ['brand.submitted', 'brand.status_changed', 'campaign.submitted', 'profile.status_changed']) {
    assert.ok(kinds.has(kind), kind)
  }
  const stored = await app.sql<{ id: string }>('select id from events')
  const ids = events.map(({ headers }) => headers['webhook-id'] ?? '')
  assert.deepEqual(ids.toSorted(), stored.map((event) => event.id).toSorted(), 'every event is told, and told once')
  const statuses = told.filter(({ sub_type: kind }) => kind === 'profile.status_changed')
  const last = statuses.reduce((one, other) => (other.payload.sequence > one.payload.sequence ? other : one))
  assert.equal(last.payload.status, 'approved')
  const sequences = told.map(({ payload }) => payload.sequence)
  assert.equal(new Set(sequences).size, sequences.length, 'each event has its own place in the order')
  assert.equal((await registrationOf(org.developer, id)).run, 2)
})
