import type { Caller } from '../../src/http/caller.ts'
import type { Brand } from '../../src/resources/brands/index.ts'
import type { BillingModel, Profile } from '../../src/resources/profiles/profile.fields.ts'

/** A stored profile that has a value everywhere, each another than the field tables' examples. */

const AT = '2026-01-02T03:04:05.678901+00:00'
export const OTHER_PROFILE = '660e8400-e29b-41d4-a716-446655440000'
const SECOND_PROFILE = '660e8400-e29b-41d4-a716-446655440009'

const brand: Brand = {
  id: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  tcr_brand_id: null,
  status: null,
  identity_status: null,
  universal_ein: null,
  csp_id: null,
  lock: null,
  submitted_at: null,
  created_at: AT,
  updated_at: null,
  contact: {
    name: 'Stored',
    business_name: 'Stored',
    role: 'Stored',
    phone: '+442071838750',
    email: 'stored@example.com',
    phone_country_code: '44',
    business_contact_email: 'stored@example.org',
    mobile_phone: '+442071838751',
  },
  business: {
    legal_name: 'Stored',
    tax_id: 'Stored',
    tax_id_type: 'Stored',
    entity_type: 'NON_PROFIT',
    street: 'Stored',
    city: 'Stored',
    state: 'Stored',
    postal_code: 'Stored',
    country: 'DE',
    url: 'https://example.org/stored',
    country_of_registration: 'DE',
    stock_symbol: 'STORED',
    stock_exchange: 'FRA',
    alt_business_id: 'Stored',
    alt_business_id_type: 'LEI',
  },
  compliance: {
    vertical: 'EDUCATION',
    brand_relationship: 'BASIC_ACCOUNT',
    primary_use_case: 'Stored',
    expected_messaging_volume: 'Stored',
    is_tcr_application: false,
    phone_number_prefix: '+44',
    destination_countries: [{ id: 'DE', isMain: true }],
    notes: 'Stored',
  },
}

export function storedProfile(billingModel: BillingModel): Profile {
  return {
    id: '770e8400-e29b-41d4-a716-446655440002',
    organization_id: '550e8400-e29b-41d4-a716-446655440000',
    status: 'approved',
    waba_id: null,
    payment_method: null,
    registry_feedback: null,
    version: 1,
    created_at: AT,
    updated_at: AT,
    name: 'Stored',
    icon: 'https://example.org/stored.png',
    description: 'Stored',
    short_name: 'STORED',
    allow_contact_sharing: false,
    allow_template_sharing: true,
    inherit_contacts: false,
    inherit_templates: false,
    inherit_tcr_brand: true,
    inherit_tcr_campaign: true,
    billing_model: billingModel,
    sending_phone_number_profile_id: SECOND_PROFILE,
    sending_whatsapp_number_profile_id: SECOND_PROFILE,
    sending_phone_number: '+442071838750',
    whatsapp_phone_number: '+442071838750',
    allow_number_change_during_onboarding: false,
    billing_contact: { name: 'Stored', email: 'stored@example.com', phone: '+442071838750', address: 'Stored' },
    brand,
    organizationBrand: null,
  }
}

/** An owner who asks. Nothing is encrypted or opened for a document. */
export const READER: Caller = {
  keyId: '0190a0b0-0000-7000-8000-000000000001',
  userId: '0190a0b0-0000-7000-8000-000000000002',
  userEmail: 'team@acme.com',
  role: 'owner',
  mode: 'live',
  organization: {
    organization_id: '550e8400-e29b-41d4-a716-446655440000',
    kind: 'organization',
    name: 'Acme Corp',
    email: 'team@acme.com',
    icon: null,
    description: null,
    state: 'ACTIVE',
    waba_id: '123456789012345',
    waba_name: 'Acme Corp',
    created_at: AT,
  },
  cipher: {
    encrypt: () => {
      throw new Error('a document seals nothing')
    },
    decrypt: () => {
      throw new Error('a document opens nothing')
    },
    decryptOften: () => {
      throw new Error('a document opens nothing')
    },
  },
  actingProfileId: null,
  isScopedByHeader: false,
  hasWebhooks: false,
  customerId: '550e8400-e29b-41d4-a716-446655440000',
}
