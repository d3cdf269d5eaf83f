import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aStoredBrand, BRAND_ID } from '../../../test/kit/builders/registrations.ts'
import { presentBrand } from '../brands/index.ts'
import { presentProfile, type Viewed } from './response.rules.ts'

const VIEW = { email: 'owner@acme.example', organizationWabaId: 'theirs', showTaxId: false }

/** Every member has a value of its own, so that none can stand for another. */
const whole: Viewed = {
  id: '770e8400-e29b-41d4-a716-446655440002',
  organization_id: '660e8400-e29b-41d4-a716-446655440000',
  name: 'Sales Team',
  icon: 'https://acme.example/icon.png',
  description: 'Sales department',
  short_name: 'SALES',
  status: 'approved',
  created_at: '2026-03-25T10:43:34+00:00',
  updated_at: '2026-03-26T10:43:34+00:00',
  allow_contact_sharing: true,
  allow_template_sharing: false,
  inherit_contacts: true,
  inherit_templates: false,
  inherit_tcr_brand: false,
  inherit_tcr_campaign: true,
  billing_model: 'profile_and_organization',
  sending_phone_number_profile_id: 'sms-source',
  sending_whatsapp_number_profile_id: 'whatsapp-source',
  sending_phone_number: '+12025550100',
  whatsapp_phone_number: '+12025550101',
  allow_number_change_during_onboarding: true,
  waba_id: 'own',
  billing_contact: { name: 'Ann', email: 'ann@acme.example', phone: '+12025550102', address: 'Main Street 1' },
  brand: aStoredBrand({ business: { tax_id: '12-3456789' } }),
  organizationBrand: aStoredBrand({ id: 'theirs' }),
}

const brandOf = (profile: Viewed, view = VIEW) => presentProfile(profile, view).brand as Record<string, unknown>

test('a profile is shown whole, in the published order (contract 8.1)', () => {
  const { brand, organizationBrand, ...settings } = whole
  const found = presentProfile(whole, VIEW)
  const expected = {
    ...settings,
    email: VIEW.email,
    brand: presentBrand(whole.brand ?? assert.fail(), { isInherited: false, showTaxId: false }),
  }
  assert.deepEqual(found, expected)
  assert.deepEqual(Object.keys(found), [
    'id',
    'organization_id',
    'name',
    'email',
    'icon',
    'description',
    'short_name',
    'status',
    'created_at',
    'updated_at',
    'allow_contact_sharing',
    'allow_template_sharing',
    'inherit_contacts',
    'inherit_templates',
    'inherit_tcr_brand',
    'inherit_tcr_campaign',
    'billing_model',
    'sending_phone_number_profile_id',
    'sending_whatsapp_number_profile_id',
    'sending_phone_number',
    'whatsapp_phone_number',
    'allow_number_change_during_onboarding',
    'waba_id',
    'billing_contact',
    'brand',
  ])
})

test('where there is nothing there is null', () => {
  const { billing_contact, brand } = presentProfile({ ...whole, billing_contact: null, brand: null }, VIEW)
  assert.deepEqual([billing_contact, brand], [null, null])
})

test("without a WhatsApp Business Account of its own it shares the organization's", () => {
  const waba = (own: string | null, organizationWabaId: string | null) =>
    presentProfile({ ...whole, waba_id: own }, { ...VIEW, organizationWabaId }).waba_id
  assert.deepEqual([waba('own', 'theirs'), waba(null, 'theirs'), waba(null, null)], ['own', 'theirs', null])
})

test('the brand is the one in effect, and its tax id as the reader may see it', () => {
  assert.deepEqual([brandOf(whole).id, brandOf(whole).is_inherited], [BRAND_ID, false])
  const inheriting = brandOf({ ...whole, inherit_tcr_brand: true })
  assert.deepEqual([inheriting.id, inheriting.is_inherited], ['theirs', true])
  const taxId = (showTaxId: boolean) => (brandOf(whole, { ...VIEW, showTaxId }).business as { tax_id: string }).tax_id
  assert.deepEqual([taxId(false), taxId(true)], ['******6789', '12-3456789'])
})
