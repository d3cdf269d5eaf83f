import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { addBrokenRules } from '../../contract/fields/rule.ts'
import { DEFAULT_SETTINGS, type ProfileSettings } from './profile.fields.ts'
import { applySettings, PROFILE_RULES, type ProfileChange, valuesToCheck } from './profile.rules.ts'

const CONTACT = { name: 'Ann', email: 'ann@acme.example', phone: '+14155550123', address: 'Main Street' }
const ID = '6F1F6A52-0F5E-4C1B-9A53-0C8F4F5F7A01'

const reading = (values: JsonObject, clears: string[] = []) => ({
  values,
  clears: new Set(clears),
  problems: {},
  unknown: [],
  meant: new Map<string, string>(),
})

function broken(
  values: JsonObject,
  given: Partial<Omit<ProfileChange, 'current' | 'reading'>> & { current?: object; clears?: string[] } = {},
) {
  const { current = {}, clears = [], ...more } = given
  const details = {}
  const change: ProfileChange = {
    current: { ...DEFAULT_SETTINGS, ...current },
    reading: reading(values, clears),
    brandLock: null,
    storedBusiness: null,
    hasCard: false,
    references: [],
    ...more,
  }
  addBrokenRules(PROFILE_RULES, change, details)
  return details
}

test('an empty change breaks no rule', () => {
  assert.deepEqual(broken({}), {})
})

test('a billing model with the profile’s own bill needs a contact, from the request or stored', () => {
  const says = "billing_contact is required when billing_model is 'profile' or 'profile_and_organization'"
  const needed = { billing_contact: [says] }
  for (const billing_model of ['profile', 'profile_and_organization']) {
    assert.deepEqual(broken({ billing_model }), needed)
    assert.deepEqual(broken({ billing_model, billing_contact: CONTACT }), {})
    const stored = { current: { billing_contact: CONTACT } }
    assert.deepEqual(broken({ billing_model }, stored), {})
    assert.deepEqual(broken({ billing_model }, { ...stored, clears: ['billing_contact'] }), needed)
  }
  assert.deepEqual(broken({ billing_model: 'organization' }), {})
})

test('the contact is not cleared while the profile pays', () => {
  const says = "billing_contact cannot be cleared while billing_model is 'profile' or 'profile_and_organization'"
  const clears = ['billing_contact']
  for (const billing_model of ['profile', 'profile_and_organization'])
    assert.deepEqual(broken({}, { clears, current: { billing_model, billing_contact: CONTACT } }), {
      billing_contact: [says],
    })
  assert.deepEqual(broken({}, { clears, current: { billing_model: 'organization', billing_contact: CONTACT } }), {})
  assert.deepEqual(broken({ billing_model: 'organization' }, { clears, current: { billing_contact: CONTACT } }), {})
})

test('a reference is reported at its own member, in the words of what is wrong', () => {
  const SAYS = {
    unknown: 'must be the id of another profile of the same organization',
    itself: 'must not be the profile itself',
    circle: 'must not lead back to this profile',
  }
  for (const member of ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id'] as const)
    for (const kind of ['unknown', 'itself', 'circle'] as const)
      assert.deepEqual(broken({}, { references: [{ member, kind }] }), { [member]: [`${member} ${SAYS[kind]}`] })
})

test('a brand comes neither beside its inheritance nor while it is submitted', () => {
  const inherits = 'Cannot provide brand data when inherit_tcr_brand is true.'
  assert.deepEqual(broken({ brand: {}, inherit_tcr_brand: true }), { brand: [inherits] })
  assert.deepEqual(broken({ brand: {}, inherit_tcr_brand: false }), {})
  assert.deepEqual(broken({ brand: {} }), {}, 'a brand in the request ends a stored inheritance')
  assert.deepEqual(broken({ inherit_tcr_brand: true }), {})
  for (const [brandLock, says] of [
    ['submitting', 'Brand is being submitted to TCR and cannot be modified.'],
    ['submitted', 'Brand has already been submitted to TCR and cannot be modified.'],
  ] as const) {
    assert.deepEqual(broken({ brand: {} }, { brandLock }), { brand: [says] })
    assert.deepEqual(broken({ name: 'x' }, { brandLock }), {})
  }
})

test('a card comes only where the profile pays, by the request or by what is stored', () => {
  const refused = { payment_details: ['Cannot provide payment_details when billing_model is organization.'] }
  const hasCard = true
  const stored = { current: { billing_model: 'organization' } }
  assert.deepEqual(broken({}, { hasCard }), {})
  assert.deepEqual(broken({}, { hasCard, ...stored }), refused)
  assert.deepEqual(broken({ billing_model: 'organization' }, { hasCard }), refused)
  assert.deepEqual(broken({ billing_model: 'profile', billing_contact: CONTACT }, { hasCard, ...stored }), {})
  assert.deepEqual(broken({}, stored), {})
})

test('a rule keeps quiet where a member that it reads is wrong by itself', () => {
  const reads = Object.fromEntries(PROFILE_RULES.map(({ says, at, reads: members }) => [`${at} ${says}`, members]))
  const found = Object.values(reads).map((members) => members.join())
  assert.deepEqual(found.sort(), [
    '',
    'billing_model',
    'billing_model,billing_contact',
    'billing_model,billing_contact',
    'brand.business.taxId,brand.business.taxIdType,brand.business.country,brand.business.countryOfRegistration',
    'inherit_tcr_brand',
    'sending_phone_number_profile_id',
    'sending_whatsapp_number_profile_id',
  ])
})

const BRAND = { contact: { name: 'Acme' }, business: {}, compliance: {} }

test('a merge patch is checked as it lies over what is stored; other bodies as they came', () => {
  const stored = { billing_contact: CONTACT, brand: BRAND }
  const values = { billing_contact: { email: 'b@acme.example' }, brand: { contact: {} } }
  assert.equal(valuesToCheck(reading(values), stored, false), values)
  const merged = valuesToCheck(reading(values), stored, true)
  assert.deepEqual(merged.billing_contact, { name: 'Ann', email: 'b@acme.example' })
  assert.deepEqual(merged.brand, { contact: { name: 'Acme' }, business: {}, compliance: {} })
  assert.deepEqual(values.billing_contact, { email: 'b@acme.example' }, 'the request is left as it was')
  assert.deepEqual(valuesToCheck(reading(values), { billing_contact: null, brand: null }, true), values)
  const odd = { billing_contact: 'x', brand: 1 }
  assert.deepEqual(valuesToCheck(reading(odd), stored, true), odd)
  assert.deepEqual(valuesToCheck(reading({ name: 'x' }), stored, true), { name: 'x' })
})

const after = (current: Partial<ProfileSettings>, values: JsonObject, clears: string[] = []) =>
  applySettings({ ...DEFAULT_SETTINGS, ...current }, reading(values, clears))

test('given members replace stored ones, cleared ones go, the others stay', () => {
  const stored = { icon: 'https://acme.example/i.png', short_name: 'ACME', description: 'Old' }
  assert.deepEqual(after(stored, { description: 'New', inherit_contacts: false, unheard: 1 }, ['icon']), {
    ...DEFAULT_SETTINGS,
    ...stored,
    icon: null,
    description: 'New',
    inherit_contacts: false,
  })
})

test('a brand ends the inheritance of the organization’s', () => {
  assert.equal(after({}, { brand: {} }).inherit_tcr_brand, false)
  assert.equal(after({}, {}).inherit_tcr_brand, true)
})

test('ids of referenced profiles are stored in lower case, and numbers as they came', () => {
  const changed = after(
    {},
    {
      sending_phone_number_profile_id: ID,
      sending_whatsapp_number_profile_id: ID,
      sending_phone_number: '+1A',
    },
  )
  assert.equal(changed.sending_phone_number_profile_id, ID.toLowerCase())
  assert.equal(changed.sending_whatsapp_number_profile_id, ID.toLowerCase())
  assert.equal(changed.sending_phone_number, '+1A')
  assert.equal(
    after({ sending_phone_number_profile_id: ID }, {}, ['sending_phone_number_profile_id'])
      .sending_phone_number_profile_id,
    null,
  )
})

test('the contact is merged member by member, and a cleared one goes whole', () => {
  const current = { billing_contact: CONTACT }
  assert.deepEqual(after(current, {}).billing_contact, CONTACT)
  assert.equal(after(current, {}, ['billing_contact']).billing_contact, null)
  assert.deepEqual(after(current, { billing_contact: { email: 'b@acme.example' } }).billing_contact, {
    ...CONTACT,
    email: 'b@acme.example',
  })
  assert.deepEqual(
    after(current, { billing_contact: {} }, ['billing_contact.phone', 'billing_contact.address']).billing_contact,
    { ...CONTACT, phone: null, address: null },
  )
  assert.deepEqual(after({}, { billing_contact: { name: 'Ann' } }).billing_contact, {
    name: 'Ann',
    email: '',
    phone: null,
    address: null,
  })
  assert.deepEqual(after({}, { billing_contact: {} }).billing_contact?.name, '')
})
