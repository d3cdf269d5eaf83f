import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readBody } from '../../contract/fields/patch.ts'
import { problemsOf } from './problems.rules.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'
import { updateRequest } from './profile-request.fields.ts'

/** A profile that pays for itself, has a billing contact, and whose brand may be changed. */
function problems(body: JsonObject, parts: { early?: Record<string, string[]>; wrong?: string[]; isStrict?: boolean }) {
  const { early = {}, wrong = [], isStrict = false } = parts
  const reading = readBody(updateRequest, body, true)
  return problemsOf({
    early,
    reading,
    checked: reading.values,
    check: (checked) => Object.fromEntries(wrong.map((path) => [path, [`${Object.keys(checked).join()} is wrong`]])),
    change: {
      current: {
        ...DEFAULT_SETTINGS,
        billing_contact: { name: 'A', email: 'a@b.example', phone: null, address: null },
      },
      reading,
      brandLock: null,
      storedBusiness: null,
      hasCard: false,
      references: [],
    },
    isStrict,
  })
}

test('a request that is right has no problem', () => assert.deepEqual(problems({ name: 'A' }, {}), {}))

test('every problem is in one answer: of fields, of what cannot be cleared, of rules, and those found before', () => {
  const body = { name: null, brand: {}, inherit_tcr_brand: true, unheard: 1 }
  assert.deepEqual(problems(body, { wrong: ['icon'], early: { payment_details: ['cvc is required'] } }), {
    name: ['name cannot be cleared'],
    icon: ['brand,inherit_tcr_brand is wrong'],
    brand: ['Cannot provide brand data when inherit_tcr_brand is true.'],
    payment_details: ['cvc is required'],
  })
})

test('a rule whose members are wrong themselves is not judged', () => {
  const body = { brand: {}, inherit_tcr_brand: true }
  assert.deepEqual(Object.keys(problems(body, { wrong: ['inherit_tcr_brand'] })), ['inherit_tcr_brand'])
})

test('strict mode refuses what is not known', () => {
  assert.deepEqual(problems({ unheard: 1 }, { isStrict: true }), { unheard: ['unheard is not a known member'] })
})

test('problems are in the published order, and what nobody knows is last', () => {
  const published = [
    'name',
    'icon',
    'description',
    'short_name',
    'allow_contact_sharing',
    'allow_template_sharing',
    'inherit_contacts',
    'inherit_templates',
    'inherit_tcr_brand',
    'inherit_tcr_campaign',
    'billing_model',
    'billing_contact.email',
    'sending_phone_number_profile_id',
    'sending_whatsapp_number_profile_id',
    'sending_phone_number',
    'whatsapp_phone_number',
    'allow_number_change_during_onboarding',
    'brand.contact.name',
    'payment_details',
    'whatsapp_business_account.waba_id',
    'sandbox',
    'unheard',
  ]
  // However they come: each is once the first and once the last.
  for (const [index] of published.entries()) {
    const wrong = [...published.slice(index), ...published.slice(0, index)].reverse()
    assert.deepEqual(Object.keys(problems({}, { wrong })), published)
  }
})
