import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { metaReceiver } from '../../src/adapters/meta/event-receiver.ts'
import { tcrReceiver } from '../../src/adapters/tcr/event-receiver.ts'
import { telnyxReceiver } from '../../src/adapters/telnyx/event-receiver.ts'
import type { CallbackReceiver } from '../../src/ports/event-receiver.ts'
import {
  metaCallback,
  type SignedCallback,
  tcrCallback,
  telnyxCallback,
  telnyxKeys,
} from '../kit/builders/signed-events.ts'

const NOW = Date.UTC(2026, 2, 25, 12)
const REFUSED = { kind: 'refused' }

function read(
  receiver: CallbackReceiver,
  { headers, body }: SignedCallback,
  parts: { url?: string; now?: number } = {},
) {
  return receiver.readCallback({ url: '/callbacks/x', headers, rawBody: Buffer.from(body), now: NOW, ...parts })
}

function eventsOf(...args: Parameters<typeof read>) {
  const reading = read(...args)
  assert.ok(reading.kind === 'events')
  return reading.events
}

describe('events of TCR', () => {
  const at = { secret: 'tcr-secret', url: 'https://letterhead.example/callbacks/tcr' }
  const receiver = tcrReceiver(at)
  const event = { eventType: 'BRAND_SCORE_UPDATE', brandId: 'B000001', brandReferenceId: 'ref-1', mock: false }

  it('are read when the address and the canonical body are signed, however the body is written', () => {
    const about = { tcrBrandId: 'B000001', brandReference: 'ref-1' }
    const spaced = JSON.stringify(event, null, 2)
    for (const body of [JSON.stringify(event), spaced, `{"eventType":"OTHER",${spaced.slice(1)}`]) {
      const [read, ...more] = eventsOf(receiver, tcrCallback(event, { ...at, body }))
      assert.deepEqual([read?.about, read?.type, more.length], [about, 'BRAND_SCORE_UPDATE', 0])
    }
  })

  it('are refused under another secret, for another address, changed, without a signature, and as no JSON', () => {
    const right = tcrCallback(event, at)
    assert.deepEqual(read(receiver, tcrCallback(event, { ...at, secret: 'x' })), REFUSED)
    assert.deepEqual(
      read(receiver, tcrCallback(event, { ...at, url: 'http://letterhead.example/callbacks/tcr' })),
      REFUSED,
    )
    assert.deepEqual(read(receiver, { ...right, body: right.body.replace('B000001', 'B000002') }), REFUSED)
    assert.deepEqual(read(receiver, { ...right, headers: {} }), REFUSED)
    assert.deepEqual(read(receiver, { ...right, body: '<html>' }), REFUSED)
    assert.deepEqual(read(receiver, { ...right, body: '['.repeat(60_000) }), REFUSED)
    assert.deepEqual(read(receiver, { ...right, body: `${'['.repeat(30_000)}${']'.repeat(30_000)}` }), REFUSED)
  })

  it('have one id within ten minutes and another later', () => {
    const idAt = (now: number) => eventsOf(receiver, tcrCallback(event, at), { now })[0]?.id
    assert.equal(idAt(NOW), idAt(NOW + 599_999))
    assert.notEqual(idAt(NOW), idAt(NOW + 600_000))
  })

  it('say nothing that is no id: odd types are left out, and an event about nothing of ours is none', () => {
    const odd = { eventType: 'BRAND_UPDATE', brandId: 7, brandReferenceId: 'a b', campaignId: '../x', __proto__: null }
    assert.deepEqual(eventsOf(receiver, tcrCallback(odd, at)), [])
    assert.deepEqual(eventsOf(receiver, tcrCallback({ ...event, eventType: {} }, at)), [])
    const campaign = { eventType: 'CAMPAIGN_SHARE_DELETE', campaignId: 'C000001', campaignReferenceId: 'ref-2' }
    const about = { tcrCampaignId: 'C000001', campaignReference: 'ref-2' }
    assert.deepEqual(eventsOf(receiver, tcrCallback(campaign, at))[0]?.about, about)
  })
})

describe('events of Telnyx', () => {
  const keys = telnyxKeys()
  const receiver = telnyxReceiver(keys)
  const seconds = NOW / 1000
  const brandId = '00000000-0000-4000-8000-000000000001'
  const wrapped = (event_type: string, payload: unknown) => ({ data: { event_type, id: 'e-1', payload } })
  const brand = wrapped('10dlc.brand.update', { brandId, tcrBrandId: 'B000001', type: 'REGISTRATION' })
  const signed = (event: unknown, at = seconds) => telnyxCallback(event, { ...keys, seconds: at })

  it('are read by their own id, with our reference from the address', () => {
    const url = '/callbacks/telnyx?reference=ref-1'
    const about = { brandReference: 'ref-1', tcrBrandId: 'B000001' }
    assert.deepEqual(eventsOf(receiver, signed(brand), { url }), [{ id: 'e-1', about, type: '10dlc.brand.update' }])
    const campaign = wrapped('10dlc.campaign.update', { campaignId: brandId, tcrCampaignId: 'C000001' })
    assert.deepEqual(eventsOf(receiver, signed(campaign), { url })[0]?.about, {
      campaignReference: 'ref-1',
      tcrCampaignId: 'C000001',
      telnyxCampaignId: brandId,
    })
    const number = wrapped('10dlc.phone_number.update', { phoneNumber: '+12025551234' })
    assert.deepEqual(eventsOf(receiver, signed(number), { url })[0]?.about, { phoneNumber: '+12025551234' })
  })

  it('are refused when stale, early, changed, signed by another key or not at all', () => {
    for (const drift of [-301, 301]) assert.deepEqual(read(receiver, signed(brand, seconds + drift)), REFUSED)
    for (const drift of [-299, 299]) assert.equal(read(receiver, signed(brand, seconds + drift)).kind, 'events')
    const right = signed(brand)
    assert.deepEqual(read(receiver, { ...right, body: right.body.replace('B000001', 'B000002') }), REFUSED)
    assert.deepEqual(read(receiver, telnyxCallback(brand, { ...telnyxKeys(), seconds })), REFUSED)
    assert.deepEqual(read(receiver, { ...right, headers: {} }), REFUSED)
    const later = { ...right.headers, 'telnyx-timestamp': String(seconds + 1) }
    assert.deepEqual(read(receiver, { ...right, headers: later }), REFUSED)
  })

  it('about nothing of ours are none', () => {
    for (const event of [null, [], { data: 1 }, wrapped('message.received', {}), wrapped('<x>', {})]) {
      assert.deepEqual(eventsOf(receiver, signed(event)), [])
    }
  })
})

describe('events of Meta', () => {
  const receiver = metaReceiver({ appSecret: 'app-secret', verifyToken: 'our-token' })
  const event = {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '123',
        changes: [
          { field: 'account_update', value: {} },
          { field: 'messages', value: {} },
        ],
      },
      { id: '456', changes: [{ field: 'account_update' }, { field: 'phone_number_name_update' }] },
      { id: '../7', changes: [{ field: 'account_update' }] },
      7,
    ],
  }

  it('are read account by account, messages left out', () => {
    const events = eventsOf(receiver, metaCallback(event, { secret: 'app-secret' }))
    assert.deepEqual(
      events.map(({ about, type }) => [about.wabaId, type]),
      [
        ['123', 'account_update'],
        ['456', 'account_update'],
        ['456', 'phone_number_name_update'],
      ],
    )
    assert.equal(new Set(events.map(({ id }) => id)).size, 3)
  })

  it('are refused under another secret, changed, or unsigned', () => {
    const right = metaCallback(event, { secret: 'app-secret' })
    assert.deepEqual(read(receiver, metaCallback(event, { secret: 'x' })), REFUSED)
    assert.deepEqual(read(receiver, { ...right, body: `${right.body} ` }), REFUSED)
    assert.deepEqual(read(receiver, { ...right, headers: {} }), REFUSED)
  })

  it('answers the check of the address under our token alone, and only with a harmless text', () => {
    const ask = (parts: Record<string, string>) =>
      receiver.answerChallenge?.(
        new URLSearchParams({
          'hub.mode': 'subscribe',
          'hub.verify_token': 'our-token',
          'hub.challenge': '1158201444',
          ...parts,
        }),
      )
    assert.equal(ask({}), '1158201444')
    assert.equal(ask({ 'hub.verify_token': 'other' }), null)
    assert.equal(ask({ 'hub.mode': 'unsubscribe' }), null)
    assert.equal(ask({ 'hub.challenge': '<script>' }), null)
    const silent = metaReceiver({ appSecret: 's', verifyToken: null })
    assert.equal(silent.answerChallenge?.(new URLSearchParams({ 'hub.mode': 'subscribe' })), null)
  })
})
