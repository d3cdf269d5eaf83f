import type { Executor } from '../../db/database.ts'
import type { Caller } from '../../http/caller.ts'
import type { Brand } from '../brands/index.ts'
import { historyEntry } from './outcome.rules.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'
import { insertProfile, type Profile } from './profile.store.ts'

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

/** Writes the approved profile that a first start shows its first request on. The values are the published examples. @returns its id. */
export async function firstProfile(
  db: Executor,
  caller: Caller,
  at: { id: string; brandId: string; now: string; requestId: string },
): Promise<string> {
  const brand: Brand = {
    id: at.brandId,
    tcr_brand_id: null,
    status: null,
    identity_status: null,
    universal_ein: null,
    csp_id: null,
    lock: null,
    submitted_at: null,
    created_at: at.now,
    updated_at: null,
    ...SECTIONS,
  }
  const profile: Profile = {
    ...DEFAULT_SETTINGS,
    id: at.id,
    organization_id: caller.organization.organization_id,
    name: 'Sales Team',
    description: 'Sales department sender profile',
    short_name: 'SALES',
    inherit_tcr_brand: false,
    billing_model: 'organization',
    status: 'approved',
    waba_id: null,
    payment_method: null,
    version: 1,
    created_at: at.now,
    updated_at: null,
    brand,
    organizationBrand: null,
  }
  await insertProfile(db, profile, null, {
    caller,
    history: historyEntry('createProfile', { requestId: at.requestId, card: null }, null, profile),
    at: at.now,
    brand: { id: brand.id, sections: SECTIONS },
    payment_method: null,
    kept: null,
  })
  return profile.id
}
