import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NumberSource, numberOf } from './number-source.rules.ts'

const profile = (id: string, given: Partial<NumberSource> = {}): NumberSource => ({
  id,
  sms_source: null,
  whatsapp_source: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  ...given,
})

const own = profile('c', { sending_phone_number: '+14155550100', whatsapp_phone_number: '+14155550200' })

test('the number is that of the profile at the end of the chain, in its own channel', () => {
  const reached = [profile('a', { sms_source: 'b', whatsapp_source: 'c' }), profile('b', { sms_source: 'c' }), own]
  assert.equal(numberOf('sms', 'c', reached), '+14155550100')
  assert.equal(numberOf('sms', 'a', reached), '+14155550100')
  assert.equal(numberOf('whatsapp', 'a', reached), '+14155550200')
  assert.equal(numberOf('whatsapp', 'b', reached), null)
})

test('a reference wins over a number of one’s own', () => {
  const both = profile('a', { sms_source: 'c', sending_phone_number: '+14155550300' })
  assert.equal(numberOf('sms', 'a', [both, own]), '+14155550100')
})

test('a profile that is gone ends the chain without a number, and so does a circle', () => {
  assert.equal(numberOf('sms', 'a', []), null)
  assert.equal(numberOf('sms', 'a', [profile('a', { sms_source: 'gone' })]), null)
  const circle = [profile('a', { sms_source: 'b' }), profile('b', { sms_source: 'a', sending_phone_number: '+1' })]
  assert.equal(numberOf('sms', 'a', circle), null)
})
