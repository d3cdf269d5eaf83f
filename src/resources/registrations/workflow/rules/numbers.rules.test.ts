import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NumberSource } from '../../../profiles/index.ts'
import { senderProblem } from './numbers.rules.ts'

const profile = (id: string, given: Partial<NumberSource> = {}): NumberSource => ({
  id,
  sms_source: null,
  whatsapp_source: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  ...given,
})

const TAKEN = { isPutIntoCampaign: true }
const from = (number: string | null, carrier = TAKEN) =>
  senderProblem({ sending_phone_number: number, sending_phone_number_profile_id: null }, [], carrier)?.says ?? null

test('C17: toll-free numbers and those of other countries are in no 10DLC campaign', () => {
  for (const code of ['800', '888', '877', '866', '855', '844', '833'])
    assert.match(
      from(`+1${code}5551234`) ?? '',
      /^A 10DLC campaign takes US long codes, and this number is toll-free: send/,
    )
  assert.match(from('+447700900123') ?? '', /this number is none: send|one of GB/)
  assert.match(from('+4915112345678') ?? '', /one of DE: send from a US local number/)
  assert.match(from('+18765551234') ?? '', /one of JM/)
})

test('C17: a US long code, of a territory or of an area that is not known yet, is taken', () => {
  for (const number of ['+12025550123', '+17875551234', '+16715551234', '+15551234567', '+12025550000', '+18045551234'])
    assert.equal(from(number), null, number)
  assert.equal(from(null), null)
})

test('C17: a Canadian number is told only where it would be put into the campaign here', () => {
  assert.match(from('+14165550123') ?? '', /one of CA/)
  assert.equal(from('+14165550123', { isPutIntoCampaign: false }), null)
})

test('C17: of another profile it is the number at the end of the chain, told at the reference', () => {
  const reached = [profile('a', { sms_source: 'b' }), profile('b', { sending_phone_number: '+18885551234' })]
  const sender = { sending_phone_number: '+12025550123', sending_phone_number_profile_id: 'a' }
  assert.equal(senderProblem(sender, reached, TAKEN)?.field, 'sending_phone_number_profile_id')
  assert.equal(senderProblem(sender, [], TAKEN), null)
})
