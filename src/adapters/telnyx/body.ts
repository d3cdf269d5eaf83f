import type { BrandForRegistry, CampaignForRegistry } from '../../ports/brand-registry.ts'
import { brandBody, campaignBody } from '../ten-dlc-body.ts'

/** Telnyx is the service provider, so its own relation to the brand is none of ours to state; of tax ids it takes no country. */
const OF_NO_BRAND = ['brandRelationship', 'einIssuingCountry']

export function newBrandBody(brand: BrandForRegistry): Record<string, unknown> {
  return without(OF_NO_BRAND, brandBody(brand))
}

/** What a rehearsal is, and where one-time passwords go, is said once. */
export function changedBrandBody(brand: BrandForRegistry): Record<string, unknown> {
  return without([...OF_NO_BRAND, 'mock', 'mobilePhone'], brandBody(brand))
}

export function newCampaignBody(campaign: CampaignForRegistry): Record<string, unknown> {
  return without(['affiliateMarketing'], campaignBody(campaign))
}

function without(members: readonly string[], body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([member]) => !members.includes(member)))
}
