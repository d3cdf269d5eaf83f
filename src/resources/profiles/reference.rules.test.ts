import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reference, referenceProblems } from './reference.rules.ts'

const SMS = 'sending_phone_number_profile_id'
const WHATSAPP = 'sending_whatsapp_number_profile_id'
const NONE = { sms: null, whatsapp: null }
const profile = (id: string, given: Partial<Reference> = {}): Reference => ({ id, ...NONE, ...given })

test('no reference, and references to live profiles that lead on or end, are no problem', () => {
  assert.deepEqual(referenceProblems('p', NONE, []), [])
  const reached = [profile('a', { sms: 'b' }), profile('b'), profile('c')]
  assert.deepEqual(referenceProblems('p', { sms: 'a', whatsapp: 'c' }, reached), [])
  assert.deepEqual(referenceProblems('p', { sms: 'a', whatsapp: null }, [profile('a', { sms: 'gone' })]), [])
})

test('the profile itself, and one that is not there, are named by the channel that asks for them', () => {
  const itself = { sms: 'p', whatsapp: 'p' }
  assert.deepEqual(referenceProblems('p', itself, [profile('p')]), [
    { member: SMS, kind: 'itself' },
    { member: WHATSAPP, kind: 'itself' },
  ])
  assert.deepEqual(referenceProblems('p', { sms: 'x', whatsapp: 'y' }, [profile('a')]), [
    { member: SMS, kind: 'unknown' },
    { member: WHATSAPP, kind: 'unknown' },
  ])
})

test('a circle is one within a channel, of any length', () => {
  const long = [profile('a', { sms: 'b' }), profile('b', { sms: 'c' }), profile('c', { sms: 'p' })]
  assert.deepEqual(referenceProblems('p', { sms: 'a', whatsapp: null }, long), [{ member: SMS, kind: 'circle' }])
  assert.deepEqual(referenceProblems('p', { sms: null, whatsapp: 'a' }, long), [])
  const crossed = [profile('a', { whatsapp: 'p' })]
  assert.deepEqual(referenceProblems('p', { sms: 'a', whatsapp: null }, crossed), [])
  assert.deepEqual(referenceProblems('p', { sms: null, whatsapp: 'a' }, crossed), [
    { member: WHATSAPP, kind: 'circle' },
  ])
})

test('a circle of others, which holds this profile not, ends the search and is no problem of this request', () => {
  const others = [profile('a', { sms: 'b' }), profile('b', { sms: 'a' })]
  assert.deepEqual(referenceProblems('p', { sms: 'a', whatsapp: null }, others), [])
})
