import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStoredBrand, BRAND_ID } from '../../../test/kit/builders/registrations.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readBody } from '../../contract/fields/patch.ts'
import { ROLES } from '../../contract/permissions.ts'
import { brandAfter, historyEntry, shown } from './change.rules.ts'
import { firstProfile } from './first-profile.rules.ts'
import { updateRequest } from './profile-request.fields.ts'

const [THEN, NOW] = ['2026-03-25T10:43:34+00:00', '2026-03-26T10:43:34+00:00']
const profile = firstProfile({ id: 'p', brandId: BRAND_ID, organizationId: 'o', now: THEN })
const business = { ...profile.brand.business, tax_id: '12-3456789' }
const organization = { email: 'owner@acme.example', waba_id: 'W' }

describe('a profile as its reader sees it', () => {
  for (const role of ROLES) {
    const isWhole = role === 'owner' || role === 'admin'
    test(`${role}: the tax id ${isWhole ? 'in full' : 'but for its last four hidden'}`, () => {
      const found = shown({ ...profile, brand: { ...profile.brand, business } }, { organization, role })
      const { tax_id } = (found.brand as { business: JsonObject }).business
      assert.equal(tax_id, isWhole ? '12-3456789' : '******6789')
    })
  }

  test("e-mail address and WhatsApp account are the organization's of now", () => {
    const found = shown(profile, { organization, role: 'owner' })
    assert.deepEqual([found.email, found.waba_id], ['owner@acme.example', 'W'])
  })
})

describe('the own brand after a request', () => {
  const at = { now: NOW, newBrandId: 'new' }
  const reading = (body: JsonObject) => readBody(updateRequest, body, true)
  const sections = { contact: { name: 'Jane' }, business: {}, compliance: {} }

  test('a request without a brand changes none', () => {
    assert.equal(brandAfter(aStoredBrand(), reading({ name: 'A' }), at), null)
  })

  test('a first brand is new, and no registry knows it', () => {
    assert.deepEqual(brandAfter(null, reading({ brand: { contact: { name: 'Jane' } } }), at), {
      stored: { id: 'new', sections, isNew: true },
      shown: aStoredBrand({ id: 'new', created_at: NOW, ...sections }),
    })
  })

  test('a brand that is sent as it is stored is changed by now, and none of its sections is written', () => {
    const current = aStoredBrand({
      contact: { name: 'John' },
      business: {},
      compliance: { expected_messaging_volume: '100' },
    })
    const body = { brand: { contact: { name: 'John' }, compliance: {} } }
    assert.deepEqual(brandAfter(current, reading(body), at), {
      stored: { id: BRAND_ID, sections: null, isNew: false },
      shown: { ...current, updated_at: NOW },
    })
  })

  test('a brand that is there keeps its id and what a registry said of it', () => {
    const current = aStoredBrand({ tcr_brand_id: 'B', contact: { name: 'John', business_name: 'Acme' } })
    const merged = { contact: { name: 'Jane' }, business: {}, compliance: {} }
    const body = { brand: { contact: { name: 'Jane', businessName: null } } }
    assert.deepEqual(brandAfter(current, reading(body), at), {
      stored: { id: BRAND_ID, sections: merged, isNew: false },
      shown: { ...current, ...merged, updated_at: NOW },
    })
  })
})

test('the line of the history names operation and request, and a card only as changed', () => {
  const after = { ...profile, name: 'Support' }
  const changes = [{ member: 'name', from: 'Sales Team', to: 'Support' }]
  assert.deepEqual(historyEntry('updateProfile', { requestId: 'req_1', card: null }, profile, after), {
    operation: 'updateProfile',
    request_id: 'req_1',
    changes,
  })
  const card = { member: 'payment_details', from: 'changed', to: 'changed' }
  const withCard = historyEntry('updateProfile', { requestId: 'req_1', card: {} }, profile, after)
  assert.deepEqual(withCard.changes, [...changes, card])
})
