import { type Brand, newBrand } from '../brands/index.ts'
import { DEFAULT_SETTINGS, type Profile } from './profile.fields.ts'

const SECTIONS = {
  contact: { name: 'John Smith', business_name: 'Acme Corp', role: 'CEO', email: 'john@acmecorp.com' },
  business: {
    legal_name: 'Acme Corporation LLC',
    entity_type: 'PRIVATE_PROFIT',
    country: 'US',
    url: 'https://acmecorp.com',
  },
  compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT', is_tcr_application: true },
}

/** The approved profile that a first start makes for the first request. Its values are the published examples. */
export function firstProfile(at: {
  id: string
  brandId: string
  organizationId: string
  now: string
}): Profile & { brand: Brand } {
  return {
    ...DEFAULT_SETTINGS,
    id: at.id,
    organization_id: at.organizationId,
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
    created_at: at.now,
    updated_at: null,
    brand: newBrand(at.brandId, at.now, SECTIONS),
    organizationBrand: null,
  }
}
