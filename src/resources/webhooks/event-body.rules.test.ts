import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callbackBody } from './callback.rules.ts'
import { eventBody, wholeSeconds } from './event-body.rules.ts'
import { testBody } from './test-event.rules.ts'

const AT = '2026-03-25T10:43:34.589117+00:00'
const SECOND = '2026-03-25T10:43:34Z'

test('a time has whole seconds and a Z', () => {
  assert.equal(wholeSeconds(AT), SECOND)
  assert.equal(wholeSeconds('2026-03-25T12:43:34+02:00'), SECOND)
})

test('an event tells its account, its ids, its status and its number, in this order', () => {
  const event = {
    type: 'brand.updated',
    organization_id: 'o',
    profile_id: 'p',
    payload: { status: 's', brand_id: 'b' },
    sequence: 7,
    created_at: AT,
  }
  const payload = { account_id: 'p', organization_id: 'o', profile_id: 'p', brand_id: 'b', status: 's', sequence: 7 }
  const told = { field: 'brand', sub_type: 'brand.updated', timestamp: SECOND, payload }
  assert.equal(eventBody(event), JSON.stringify(told))
  const ofOrganization = { ...event, profile_id: null, payload: {}, sequence: null }
  assert.deepEqual(JSON.parse(eventBody(ofOrganization)).payload, {
    account_id: 'o',
    organization_id: 'o',
    profile_id: null,
    status: null,
    sequence: null,
  })
})

test('a callback tells the profile how it ended, and why only on failure', () => {
  assert.equal(
    callbackBody('p', { status: 'COMPLETED', at: AT, message: 'never told' }),
    JSON.stringify({ profileId: 'p', success: true, status: 'COMPLETED', timestamp: SECOND }),
  )
  const failed = { profileId: 'p', success: false, status: 'failed', timestamp: SECOND }
  assert.equal(callbackBody('p', { status: 'failed', at: AT }), JSON.stringify(failed))
  assert.equal(
    callbackBody('p', { status: 'failed', at: AT, message: 'Why' }),
    JSON.stringify({ ...failed, message: 'Why' }),
  )
})

test('a test event has the shape of a real one of its kind, about nothing that exists', () => {
  const nothing = '00000000-0000-4000-8000-000000000000'
  const about = { organizationId: 'o', profileId: null, at: AT }
  for (const [type, ids] of Object.entries({
    'brand.created': { brand_id: nothing, status: null },
    'campaign.created': { campaign_id: nothing, status: null },
    'payment_method.attached': { status: 'attached' },
    'whatsapp.connected': { status: 'connected' },
    'webhook.disabled': { webhook_id: nothing, status: 'inactive' },
    'message.sent': { message_id: nothing, message_status: 'SENT', channel: 'sms', status: 'SENT' },
    'profile.created': { status: 'incomplete' },
  })) {
    const { sub_type, payload } = JSON.parse(testBody(type, about))
    assert.equal(sub_type, type)
    const ours = { account_id: nothing, organization_id: 'o', profile_id: nothing, test: true, sequence: 0 }
    assert.deepEqual(payload, { ...ours, ...ids })
  }
  assert.equal(JSON.parse(testBody('profile.created', { ...about, profileId: 'p' })).payload.account_id, 'p')
})
