import { taxIdCountry, taxIdProblem } from '../../../contract/registry/tax-id.ts'
import { lineForOthers } from '../../../contract/text/plain-text.ts'
import type { BrandForRegistry } from '../../../ports/brand-registry.ts'
import type { Brand } from '../../brands/index.ts'
import type { Problem } from '../registration.fields.ts'

/**
 * A stored brand as a registry takes it (TCR's brand request). The registry refuses empty texts, so what is not there is
 * null; a US postal code has five digits, a US tax number no dash.
 */

type Sections = Pick<Brand, 'id' | 'contact' | 'business' | 'compliance'>

const ENTITY_TYPES = ['PRIVATE_PROFIT', 'PUBLIC_PROFIT', 'NON_PROFIT', 'SOLE_PROPRIETOR', 'GOVERNMENT'] as const

function reader(section: Brand['contact']): (name: string) => string | null {
  return (name) => {
    const value = section[name]
    return typeof value === 'string' ? lineForOthers(value) : null
  }
}

/** First and last name of a person, split at the last space. One word is a first name alone. */
export function personNames(name: string | null): { firstName: string | null; lastName: string | null } {
  const words = (name ?? '').trim().replace(/\s+/g, ' ')
  const at = words.lastIndexOf(' ')
  if (words === '') return { firstName: null, lastName: null }
  return at === -1
    ? { firstName: words, lastName: null }
    : { firstName: words.slice(0, at), lastName: words.slice(at + 1) }
}

function postalCodeFor(country: string | null, code: string | null): string | null {
  return country === 'US' && code !== null ? code.slice(0, 5) : code
}

/** A registry gives it one campaign of a kind of its own, after a code to its mobile phone. */
export const SOLE_PROPRIETOR: Problem = {
  field: 'brand.business.entityType',
  says: 'A sole proprietor cannot be registered here: its kind of campaign, and the code that a registry sends to its mobile phone, are no part of this API. A business with a tax number (EIN) registers as PRIVATE_PROFIT under the name on its tax letter. Without one, register at a provider directly and set brand.compliance.isTcrApplication to false here.',
}

/** What a registry cannot do without, before it is asked: it would refuse, some of it after it has charged. */
function problemsOf(brand: BrandForRegistry, country: string | null): Problem[] {
  const problems: Problem[] = []
  const need = (isThere: boolean, field: string, says: string) => {
    if (!isThere) problems.push({ field, says })
  }
  const kind = brand.entityType
  // Nothing else that it lacks matters.
  if (kind === 'SOLE_PROPRIETOR') return [SOLE_PROPRIETOR]
  need(country !== null, 'brand.business.country', 'The registry needs the country of the address.')
  need(brand.phone !== null, 'brand.contact.phone', 'The registry needs a phone number.')
  need(brand.email !== null, 'brand.contact.email', 'The registry needs an e-mail address.')
  for (const [member, name] of [
    ['street', 'street'],
    ['city', 'city'],
    ['state', 'state'],
    ['postalCode', 'postalCode'],
  ] as const) {
    need(brand[member] !== null, `brand.business.${name}`, 'The registry needs the whole address.')
  }
  if (country === 'US') {
    need(
      brand.state === null || /^[A-Za-z]{2}$/.test(brand.state),
      'brand.business.state',
      'The registry takes a US state as its two letters.',
    )
    need(
      brand.postalCode === null || /^\d{5}$/.test(brand.postalCode),
      'brand.business.postalCode',
      'The registry takes a US postal code that starts with five digits.',
    )
  }
  need(brand.legalName !== null, 'brand.business.legalName', 'The registry needs the legal name of the business.')
  need(brand.taxId !== null, 'brand.business.taxId', 'The registry needs the tax number of the business.')
  need(
    brand.taxId === null || brand.taxIdCountry !== 'US' || /^\d{9}$/.test(brand.taxId),
    'brand.business.taxId',
    'A US tax number has nine digits.',
  )
  need(
    brand.taxId === null || brand.taxIdCountry === 'US' || taxIdProblem(brand.taxId, null) === null,
    'brand.business.taxId',
    'The registry needs the whole tax number: what is stored is masked, or holds no number.',
  )
  if (kind === 'PUBLIC_PROFIT') {
    need(brand.stockSymbol !== null, 'brand.business.stockSymbol', 'The registry needs the stock symbol.')
    need(brand.stockExchange !== null, 'brand.business.stockExchange', 'The registry needs the stock exchange.')
    need(
      brand.businessContactEmail !== null,
      'brand.contact.businessContactEmail',
      'The registry asks a listed company by mail whether it is really the company: give the address of a person at its own domain.',
    )
  }
  return problems
}

/**
 * The brand in the registry's terms, and what it lacks. The reference is our id of the brand: the registry takes it once,
 * so it finds the brand again after an answer that never came.
 */
export function toRegistryBrand(
  brand: Sections,
  { profileName, isMock }: { profileName: string; isMock: boolean },
): { brand: BrandForRegistry; problems: Problem[] } {
  const contact = reader(brand.contact)
  const business = reader(brand.business)
  const compliance = reader(brand.compliance)
  const country = business('country') ?? business('country_of_registration')
  const entityType = ENTITY_TYPES.find((known) => known === business('entity_type')) ?? 'PRIVATE_PROFIT'
  const isPerson = entityType === 'SOLE_PROPRIETOR'
  const rawTaxId = business('tax_id')
  const taxCountry = taxIdCountry(business('tax_id_type'), rawTaxId, {
    registration: business('country_of_registration'),
    address: country,
  })
  const names = personNames(contact('name'))
  const mapped: BrandForRegistry = {
    reference: brand.id,
    entityType,
    displayName: contact('business_name') ?? business('legal_name') ?? profileName,
    legalName: business('legal_name'),
    taxId: taxCountry === 'US' && rawTaxId !== null ? rawTaxId.replace(/\D/g, '') : rawTaxId,
    taxIdCountry: rawTaxId === null ? null : taxCountry,
    firstName: isPerson ? names.firstName : null,
    lastName: isPerson ? names.lastName : null,
    phone: contact('phone'),
    email: contact('email'),
    street: business('street'),
    city: business('city'),
    state: country === 'US' ? (business('state')?.toUpperCase() ?? null) : business('state'),
    postalCode: postalCodeFor(country, business('postal_code')),
    country: country ?? '',
    website: business('url'),
    vertical: compliance('vertical') ?? '',
    brandRelationship: compliance('brand_relationship') ?? '',
    stockSymbol: business('stock_symbol'),
    stockExchange: business('stock_exchange'),
    businessContactEmail: contact('business_contact_email'),
    mobilePhone: contact('mobile_phone'),
    altBusinessId: business('alt_business_id'),
    altBusinessIdType: business('alt_business_id_type'),
    isMock,
  }
  return { brand: mapped, problems: problemsOf(mapped, country) }
}
