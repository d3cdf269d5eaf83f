import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROFILE_MEMBERS } from '../../../test/kit/published-members.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readBody } from '../../contract/fields/patch.ts'
import { problemsOf } from './problems.rules.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'
import { createRequest, updateRequest } from './profile-request.fields.ts'

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
  const settings = PROFILE_MEMBERS.flatMap(([name, kind]) => (kind === 'setting' ? [name] : []))
  const [onCreate, onUpdate] = [true, false].map((isTaken) =>
    settings.filter((name) => Object.hasOwn(createRequest.properties, name) === isTaken),
  )
  const inside: Record<string, string> = {
    billing_contact: '.email',
    brand: '.contact.name',
    whatsapp_business_account: '.waba_id',
  }
  const last = ['brand', 'payment_details', 'whatsapp_business_account', 'sandbox', 'unheard']
  const published = [...(onCreate ?? []), ...(onUpdate ?? []), ...last].map((name) => name + (inside[name] ?? ''))
  // However they come: each is once the first and once the last.
  for (const [index] of published.entries()) {
    const wrong = [...published.slice(index), ...published.slice(0, index)].reverse()
    assert.deepEqual(Object.keys(problems({}, { wrong })), published)
  }
})
