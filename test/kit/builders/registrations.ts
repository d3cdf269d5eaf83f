import assert from 'node:assert/strict'
import type { RegisteredBrand, RegisteredCampaign } from '../../../src/ports/brand-registry.ts'
import type { Brand } from '../../../src/resources/brands/index.ts'
import { type Campaign, campaignContent, newCampaign } from '../../../src/resources/campaigns/index.ts'
import type { CompletionInput } from '../../../src/resources/registrations/accept/intent.rules.ts'
import type { Step, StepName } from '../../../src/resources/registrations/registration.fields.ts'

export const BRAND_ID = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
export const CAMPAIGN_ID = 'b2c3d4e5-f6a7-8901-bcde-f12345678901'
export const OTHER_CAMPAIGN_ID = 'c3d4e5f6-a7b8-9012-cdef-123456789012'
export const SNAPSHOT = { id: '0190a0b0-0000-7000-8000-000000000003', sha256: '9f86d08', at: 1_800_000_000_000 }

/** A step that nobody has begun. */
export function aStep(step: StepName, parts: Partial<Step> = {}): Step {
  return {
    step,
    subject: null,
    state: 'pending',
    call: null,
    attempts: 0,
    looks: 0,
    rounds: 0,
    says: null,
    feedback: [],
    fee: null,
    called_at: null,
    next_try_at: null,
    waiting_since: null,
    snapshot: null,
    ...parts,
  }
}

/** A brand that no registry has onOutcome of. */
export function aStoredBrand(parts: Partial<Brand> = {}): Brand {
  return {
    id: BRAND_ID,
    tcr_brand_id: null,
    status: null,
    identity_status: null,
    universal_ein: null,
    csp_id: null,
    lock: null,
    submitted_at: null,
    created_at: '2026-03-25T10:43:34+00:00',
    updated_at: null,
    contact: {},
    business: {},
    compliance: {},
    ...parts,
  }
}

/** A brand that lacks nothing that a registry asks for. */
export function aCompleteStoredBrand(parts: Partial<Brand> = {}): Brand {
  return aStoredBrand({
    contact: { name: 'John Smith', business_name: 'Acme', phone: '+12025551234', email: 'john@acmecorp.com' },
    business: {
      legal_name: 'Acme Corporation LLC',
      tax_id: '12-3456789',
      entity_type: 'PRIVATE_PROFIT',
      street: '123 Main Street',
      city: 'New York',
      state: 'NY',
      postal_code: '10001',
      country: 'US',
    },
    compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT', is_tcr_application: true },
    ...parts,
  })
}

/** What a completion reads of an account that has nothing yet. */
export function aCompletionInput(given: Partial<CompletionInput> = {}): CompletionInput {
  return {
    campaigns: [],
    organizationCampaigns: [],
    reached: [],
    registration: null,
    wabaPhoneNumberId: null,
    numbersChanged: false,
    generations: new Map(),
    declined: new Map(),
    taken: new Map(),
    ...given,
  }
}

/** What a registry answers of a brand whose identity it has not scored. */
export function aRegisteredBrand(parts: Partial<RegisteredBrand> = {}): RegisteredBrand {
  return {
    tcrBrandId: 'BABC123',
    reference: BRAND_ID,
    status: 'ACTIVE',
    identityStatus: null,
    universalEin: 'US_123456789',
    cspId: 'SABC123',
    ...parts,
  }
}

/** A campaign that no registry has onOutcome of. */
export function aStoredCampaign(parts: Partial<Campaign> = {}): Campaign {
  const now = '2026-03-25T10:43:34+00:00'
  const texts = { name: 'Customer Notifications', description: 'Appointment reminders', type: 'App' }
  const content = campaignContent(texts, [], { now, newId: () => assert.fail('it has no use cases') })
  const made = { id: CAMPAIGN_ID, ownerId: '770e8400-e29b-41d4-a716-446655440002', now }
  return { ...newCampaign(made, content), ...parts }
}

/** What a registry answers of a campaign that it has and nobody reviews yet. */
export function aRegisteredCampaign(parts: Partial<RegisteredCampaign> = {}): RegisteredCampaign {
  return {
    tcrCampaignId: 'CABC123',
    telnyxCampaignId: null,
    reference: CAMPAIGN_ID,
    status: 'ACTIVE',
    sharingStatus: null,
    upstreamCnpId: null,
    cspId: null,
    resellerId: null,
    monthlyFee: 10,
    says: null,
    ...parts,
  }
}
