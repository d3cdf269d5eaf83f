import type { BrandForRegistry } from './brand-registry.ts'
import type { Refusal } from './outcome.ts'

/** Members of a brand that a request of ours can correct, with the path of the request that holds them. */
export const BRAND_PATHS = {
  entityType: 'brand.business.entityType',
  displayName: 'brand.contact.businessName',
  legalName: 'brand.business.legalName',
  taxId: 'brand.business.taxId',
  taxIdCountry: 'brand.business.countryOfRegistration',
  firstName: 'brand.contact.name',
  lastName: 'brand.contact.name',
  phone: 'brand.contact.phone',
  email: 'brand.contact.email',
  street: 'brand.business.street',
  city: 'brand.business.city',
  state: 'brand.business.state',
  postalCode: 'brand.business.postalCode',
  country: 'brand.business.country',
  website: 'brand.business.url',
  vertical: 'brand.compliance.vertical',
  brandRelationship: 'brand.compliance.brandRelationship',
  stockSymbol: 'brand.business.stockSymbol',
  stockExchange: 'brand.business.stockExchange',
  businessContactEmail: 'brand.contact.businessContactEmail',
  mobilePhone: 'brand.contact.mobilePhone',
  altBusinessId: 'brand.business.altBusinessId',
  altBusinessIdType: 'brand.business.altBusinessIdType',
} as const satisfies Partial<Record<keyof BrandForRegistry, string>>

export type BrandMember = keyof typeof BRAND_PATHS

const ADDRESS = ['phone', 'email', 'street', 'city', 'state', 'postalCode'] as const
const COMPANY = ['legalName', 'taxId', ...ADDRESS] as const

/** What each kind of business must give beyond what every brand has (TCR's brand request). */
const REQUIRED: Record<BrandForRegistry['entityType'], readonly BrandMember[]> = {
  SOLE_PROPRIETOR: ['firstName', 'lastName', 'mobilePhone', ...ADDRESS],
  PRIVATE_PROFIT: COMPANY,
  PUBLIC_PROFIT: [...COMPANY, 'stockSymbol', 'stockExchange', 'businessContactEmail'],
  NON_PROFIT: COMPANY,
  GOVERNMENT: COMPANY,
}

/** A refusal for each member that the registry requires of this kind of business and that is not given. */
export function missingMembers(brand: BrandForRegistry): Refusal[] {
  const paths = REQUIRED[brand.entityType]
    .filter((member) => brand[member] === null || brand[member] === '')
    .map((member) => BRAND_PATHS[member])
  return [...new Set(paths)].map((member) => ({
    member,
    says: `The registry requires it of ${brand.entityType} brands.`,
  }))
}

/** Refusals that more than one registry gives, in our words. */
export const REGISTRY_REASONS = {
  brandUnknown: { member: 'brand', says: 'The registry does not know this brand.' },
  campaignUnknown: { member: 'campaign', says: 'The registry does not know this campaign.' },
  brandNotVerified: {
    member: 'brand',
    says: 'The identity of the brand is not verified, so it cannot have a campaign of this kind.',
  },
  brandNotAuthenticated: {
    member: 'brand.contact.businessContactEmail',
    says: 'The company has not answered the mail of the registry to its business contact yet, so it cannot have a campaign.',
  },
  noMailAgain: { member: 'brand', says: 'This registry sends the mail again from its own portal only.' },
  campaignEnded: { member: 'campaign', says: 'The campaign has ended.' },
  vettingOff: { member: 'brand', says: 'External vetting is not configured on this server.' },
  notShareable: { member: 'campaign', says: 'This server has no partner to share campaigns with.' },
} as const satisfies Record<string, Refusal>
