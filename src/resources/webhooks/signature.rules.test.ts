import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { signedHeaders } from './signature.rules.ts'

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`
const signed = (byte: number, id: string, seconds: number, body: string) =>
  `v1,${createHmac('sha256', Buffer.alloc(32, byte)).update(`${id}.${seconds}.${body}`).digest('base64')}`

const SIGNING = {
  endpointId: 'endpoint',
  eventId: 'event',
  field: 'profile',
  body: '{"a":"ä"}',
  secret: secretOf(1),
  previousSecret: null,
  at: new Date(1_700_000_000_999),
}

test('one attempt carries both signatures over the same bytes, and the second it was made in', () => {
  assert.deepEqual(signedHeaders(SIGNING), {
    'content-type': 'application/json',
    'user-agent': 'Letterhead-Webhooks',
    'x-webhook-id': 'endpoint',
    'x-webhook-timestamp': '1700000000',
    'x-webhook-signature': signed(1, 'endpoint', 1_700_000_000, SIGNING.body),
    'x-webhook-event-type': 'profile',
    'webhook-id': 'event',
    'webhook-timestamp': '1700000000',
    'webhook-signature': signed(1, 'event', 1_700_000_000, SIGNING.body),
  })
})

test('after a rotation the old secret signs too, where a verifier reads several signatures', () => {
  const headers = signedHeaders({ ...SIGNING, previousSecret: secretOf(2) })
  const both = [1, 2].map((byte) => signed(byte, 'event', 1_700_000_000, SIGNING.body))
  assert.equal(headers['webhook-signature'], both.join(' '))
  assert.equal(headers['x-webhook-signature'], signed(1, 'endpoint', 1_700_000_000, SIGNING.body))
})
