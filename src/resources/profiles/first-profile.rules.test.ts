import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aStoredBrand, BRAND_ID } from '../../../test/kit/builders/registrations.ts'
import { firstProfile } from './first-profile.rules.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'

test('the profile of a first start is the published example, approved, with a brand that no registry knows', () => {
  const now = '2026-03-25T10:43:34+00:00'
  assert.deepEqual(firstProfile({ id: 'p', brandId: BRAND_ID, organizationId: 'o', now }), {
    ...DEFAULT_SETTINGS,
    id: 'p',
    organization_id: 'o',
    name: 'Sales Team',
    description: 'Sales department sender profile',
    short_name: 'SALES',
    inherit_tcr_brand: false,
    billing_model: 'organization',
    status: 'approved',
    waba_id: null,
    payment_method: null,
    registry_feedback: null,
    version: 1,
    created_at: now,
    updated_at: null,
    brand: aStoredBrand({
      contact: { name: 'John Smith', business_name: 'Acme Corp', role: 'CEO', email: 'john@acmecorp.com' },
      business: {
        legal_name: 'Acme Corporation LLC',
        entity_type: 'PRIVATE_PROFIT',
        country: 'US',
        url: 'https://acmecorp.com',
      },
      compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT', is_tcr_application: true },
    }),
    organizationBrand: null,
  })
})
