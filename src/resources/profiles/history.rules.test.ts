import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesBetween } from './history.rules.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'

const CONTACT = { name: 'Ann', email: 'ann@acme.example', phone: null, address: null }
const NOTHING = { ...DEFAULT_SETTINGS, name: 'Sales', brand: null }
const concealed = (member: string) => ({ member, from: 'changed', to: 'changed' })

test('two equal states differ in nothing', () => {
  assert.deepEqual(changesBetween(NOTHING, NOTHING, false), [])
  const whole = { ...NOTHING, billing_contact: CONTACT }
  assert.deepEqual(changesBetween(whole, { ...whole, billing_contact: { ...CONTACT } }, false), [])
})

test('a member that differs is listed with what it was and what it is', () => {
  const after = { ...NOTHING, name: 'Support', inherit_contacts: false, sending_phone_number: '+14155550123' }
  assert.deepEqual(changesBetween(NOTHING, after, false), [
    { member: 'name', from: 'Sales', to: 'Support' },
    { member: 'inherit_contacts', from: true, to: false },
    { member: 'sending_phone_number', from: null, to: '+14155550123' },
  ])
})

test('of a new profile every member that has a value is listed', () => {
  const members = changesBetween(null, NOTHING, false)
  assert.deepEqual(members[0], { member: 'name', from: null, to: 'Sales' })
  assert.ok(members.every(({ from, to }) => from === null && to !== null))
  assert.equal(
    members.some(({ member }) => member === 'billing_contact'),
    false,
  )
})

test('what is sealed at rest reads "changed", and nothing of it stands in the history', () => {
  const brand = {
    contact: { name: 'Ann Smith' },
    business: { tax_id: '12-3456789' },
    compliance: { vertical: 'LEGAL' },
  }
  const changes = changesBetween(NOTHING, { ...NOTHING, billing_contact: CONTACT, brand }, true)
  assert.deepEqual(changes.at(0), concealed('billing_contact'))
  assert.deepEqual(changes.at(-1), concealed('payment_details'))
  for (const secret of ['ann@acme', 'Ann', '3456789']) assert.equal(JSON.stringify(changes).includes(secret), false)
  assert.ok(JSON.stringify(changes).includes('LEGAL'))
  const cleared = changesBetween({ ...NOTHING, billing_contact: CONTACT }, NOTHING, false)
  assert.deepEqual(cleared, [concealed('billing_contact')])
})

test('of a brand that is changed, what differs is listed', () => {
  const brand = { contact: {}, business: { country: 'US' }, compliance: { vertical: 'LEGAL' } }
  const after = { ...brand, compliance: { vertical: 'RETAIL' } }
  assert.deepEqual(changesBetween({ ...NOTHING, brand }, { ...NOTHING, brand: after }, false), [
    { member: 'brand.compliance.vertical', from: 'LEGAL', to: 'RETAIL' },
  ])
})
