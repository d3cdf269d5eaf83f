import { linkIn } from '../../contract/text/embedded.ts'
import type { BrandForRegistry, CampaignForRegistry } from '../../ports/brand-registry.ts'
import { BRAND_PATHS, type BrandMember } from '../../ports/registry-reasons.ts'

/** TCR's names for the members of a brand; Telnyx has the same ones. */
const BRAND_FIELDS: Readonly<Record<BrandMember, string>> = {
  entityType: 'entityType',
  displayName: 'displayName',
  legalName: 'companyName',
  taxId: 'ein',
  taxIdCountry: 'einIssuingCountry',
  firstName: 'firstName',
  lastName: 'lastName',
  phone: 'phone',
  email: 'email',
  street: 'street',
  city: 'city',
  state: 'state',
  postalCode: 'postalCode',
  country: 'country',
  website: 'website',
  vertical: 'vertical',
  brandRelationship: 'brandRelationship',
  stockSymbol: 'stockSymbol',
  stockExchange: 'stockExchange',
  businessContactEmail: 'businessContactEmail',
  mobilePhone: 'mobilePhone',
  altBusinessId: 'altBusinessId',
  altBusinessIdType: 'altBusinessIdType',
}

const PATH_OF_BRAND_FIELD: ReadonlyMap<string, string> = new Map(
  Object.entries(BRAND_FIELDS).map(([member, field]) => [field.toLowerCase(), BRAND_PATHS[member as BrandMember]]),
)

const PATH_OF_CAMPAIGN_FIELD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    description: 'campaign.description',
    messageFlow: 'campaign.messageFlow',
    optinMessage: 'campaign.optinMessage',
    optoutMessage: 'campaign.optoutMessage',
    helpMessage: 'campaign.helpMessage',
    optinKeywords: 'campaign.optinKeywords',
    optoutKeywords: 'campaign.optoutKeywords',
    helpKeywords: 'campaign.helpKeywords',
    privacyPolicyLink: 'campaign.privacyPolicyLink',
    termsAndConditionsLink: 'campaign.termsAndConditionsLink',
    usecase: 'campaign.useCases',
    subUsecases: 'campaign.useCases',
    sample1: 'campaign.useCases',
    sample2: 'campaign.useCases',
    sample3: 'campaign.useCases',
    sample4: 'campaign.useCases',
    sample5: 'campaign.useCases',
    embeddedLink: 'campaign.embeddedLink',
    embeddedPhone: 'campaign.embeddedPhone',
    numberPool: 'campaign.numberPool',
    ageGated: 'campaign.ageGated',
    directLending: 'campaign.directLending',
    affiliateMarketing: 'campaign.affiliateMarketing',
  }).map(([field, path]) => [field.toLowerCase(), path]),
)

/** The path of our request behind a field that the registry names; `brand` or `campaign` for a field that is not the client's. */
export function pathOfField(kind: 'brand' | 'campaign', field: string): string {
  const paths = kind === 'brand' ? PATH_OF_BRAND_FIELD : PATH_OF_CAMPAIGN_FIELD
  return paths.get(field.toLowerCase()) ?? kind
}

/** The kinds of business that a registry writes to, so that somebody there confirms the brand. */
const OF_CONTACT: ReadonlySet<BrandForRegistry['entityType']> = new Set(['PUBLIC_PROFIT', 'NON_PROFIT'])

/** A brand as TCR and Telnyx take it: absent members are left out, because empty ones are refused. */
export function brandBody(brand: BrandForRegistry): Record<string, unknown> {
  const isSole = brand.entityType === 'SOLE_PROPRIETOR'
  const members: Partial<Record<BrandMember, string | null>> = {
    ...brand,
    legalName: isSole ? null : brand.legalName,
    taxId: isSole ? null : (brand.taxId?.replace(/[^0-9A-Za-z]/g, '') ?? null),
    taxIdCountry: isSole ? null : brand.taxIdCountry,
    firstName: isSole ? brand.firstName : null,
    lastName: isSole ? brand.lastName : null,
    businessContactEmail: OF_CONTACT.has(brand.entityType) ? brand.businessContactEmail : null,
    postalCode: brand.country === 'US' ? (brand.postalCode?.slice(0, 5) ?? null) : brand.postalCode,
  }
  const entries = Object.entries(BRAND_FIELDS)
    .map(([member, field]) => [field, members[member as BrandMember] ?? null] as const)
    .filter(([, value]) => value !== null && value !== '')
  return { ...Object.fromEntries(entries), ...(brand.isMock ? { mock: true } : {}) }
}

/** The given members of a campaign, as a change of it. */
export function campaignChange(
  campaign: CampaignForRegistry,
  members: readonly (keyof CampaignForRegistry)[],
): Record<string, unknown> {
  const isGiven = (field: string) => members.some((member) => member === field.replace(/^sample\d$/, 'samples'))
  return Object.fromEntries(Object.entries(campaignBody(campaign)).filter(([field]) => isGiven(field)))
}

/** As long as an example of a link is sent. */
const LINK_MAX = 255

/** The first link of the samples, as an example: an address or a bare domain; a placeholder for one is no example. */
function linkSample(samples: readonly string[]): { embeddedLinkSample?: string } {
  const links = samples.flatMap((text) => linkIn(text) ?? [])
  const [link] = links
    .map((found) => found.replace(/[<>"'].*$/s, '').replace(/[.,;:!?)\]}]+$/, ''))
    .filter((found) => /^[^\s{}[\]%]+\.[^\s{}[\]]+$/.test(found) && found.length <= LINK_MAX)
  return link === undefined ? {} : { embeddedLinkSample: link }
}

/** A campaign as TCR and Telnyx take it, without the brand's id. */
export function campaignBody(campaign: CampaignForRegistry): Record<string, unknown> {
  const texts = {
    messageFlow: campaign.messageFlow,
    optinMessage: campaign.optinMessage,
    optoutMessage: campaign.optoutMessage,
    helpMessage: campaign.helpMessage,
    optinKeywords: campaign.optinKeywords,
    optoutKeywords: campaign.optoutKeywords,
    helpKeywords: campaign.helpKeywords,
    privacyPolicyLink: campaign.privacyPolicyLink,
    termsAndConditionsLink: campaign.termsAndConditionsLink,
  }
  const samples = campaign.samples.map((text, at) => [`sample${at + 1}`, text])
  return {
    usecase: campaign.usecase,
    description: campaign.description,
    ...(campaign.subUsecases.length === 0 ? {} : { subUsecases: campaign.subUsecases }),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null && text !== '')),
    ...Object.fromEntries(samples),
    embeddedLink: campaign.hasEmbeddedLink,
    ...(campaign.hasEmbeddedLink ? linkSample(campaign.samples) : {}),
    embeddedPhone: campaign.hasEmbeddedPhone,
    numberPool: campaign.numberPool === true,
    ageGated: campaign.ageGated === true,
    directLending: campaign.directLending === true,
    affiliateMarketing: campaign.affiliateMarketing === true,
    subscriberOptin: true,
    subscriberOptout: true,
    subscriberHelp: true,
    termsAndConditions: true,
    autoRenewal: true,
    referenceId: campaign.reference,
  }
}
