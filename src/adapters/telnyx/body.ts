import type { BrandForRegistry, CampaignForRegistry } from '../../ports/brand-registry.ts'
import type { Refusal } from '../../ports/outcome.ts'
import { BRAND_PATHS, missingMembers } from '../../ports/registry-reasons.ts'
import { brandBody, campaignBody } from '../ten-dlc/body.ts'

/** Telnyx is the service provider, so its own relation to the brand is none of ours to state; of tax ids it takes no country. */
const OF_NO_BRAND = ['brandRelationship', 'einIssuingCountry']
/** A new brand takes none of these; a change of it does. */
const OF_A_CHANGE = ['altBusinessId', 'altBusinessIdType']

export function newBrandBody(brand: BrandForRegistry): Record<string, unknown> {
  return without([...OF_NO_BRAND, ...OF_A_CHANGE, ...contactOf(brand)], brandBody(brand))
}

/** What a rehearsal is, and where one-time passwords go, is said once. */
export function changedBrandBody(brand: BrandForRegistry): Record<string, unknown> {
  return without([...OF_NO_BRAND, 'mock', 'mobilePhone', ...contactOf(brand)], brandBody(brand))
}

/** Telnyx takes a contact of the business from public companies alone. */
function contactOf({ entityType }: BrandForRegistry): string[] {
  return entityType === 'PUBLIC_PROFIT' ? [] : ['businessContactEmail']
}

/** Whether the brand has members that Telnyx takes in a change only. */
export function hasMoreThanNew(brand: BrandForRegistry): boolean {
  const members = brandBody(brand)
  return OF_A_CHANGE.some((member) => members[member] !== undefined)
}

/** Exchanges that TCR knows and Telnyx does not. */
const UNKNOWN_EXCHANGES = ['SGX', 'OTHER']

/** Why Telnyx cannot take the brand, found before it is asked. */
export function brandRefusals(brand: BrandForRegistry): Refusal[] {
  const { stockExchange } = brand
  if (stockExchange === null || !UNKNOWN_EXCHANGES.includes(stockExchange)) return missingMembers(brand)
  const says = `Telnyx does not know the stock exchange ${stockExchange}. Name another exchange where the company is listed, or register the brand with another registry.`
  return [...missingMembers(brand), { member: BRAND_PATHS.stockExchange, says }]
}

export function newCampaignBody(campaign: CampaignForRegistry): Record<string, unknown> {
  return without(['affiliateMarketing'], campaignBody(campaign))
}

function without(members: readonly string[], body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([member]) => !members.includes(member)))
}
