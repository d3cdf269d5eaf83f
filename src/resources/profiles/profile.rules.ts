import { notesOf } from '../../contract/fields/field.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import type { ParsedBody } from '../../contract/fields/patch.ts'
import type { Rule } from '../../contract/fields/rule.ts'
import { givenTaxIdProblem } from '../../contract/registry/tax-id.ts'
import { type BrandSections, lockProblem, mergedRequest, type SectionValues } from '../brands/index.ts'
import type { BillingContact, BillingModel, ProfileSettings } from './profile.fields.ts'
import { billingContactMembers, PLAIN_SETTINGS, profileTable } from './profile-members.fields.ts'

const CONTACT_MEMBERS = Object.keys(billingContactMembers) as (keyof BillingContact)[]
const REQUIRED_CONTACT_MEMBERS = CONTACT_MEMBERS.filter(
  (name) => notesOf(billingContactMembers[name]).nullable !== true,
)

/** What the rules know of a change. Everything is a value: nothing here asks, waits or looks at a clock. */
export interface ProfileChange {
  /** The stored settings, or the defaults for a new profile. */
  current: Omit<ProfileSettings, 'name'>
  reading: ParsedBody
  brandLock: 'submitting' | 'submitted' | null
  hasCard: boolean
  /** The business of the own brand as it is stored; null where there is none. */
  storedBusiness: SectionValues | null
  /** The members whose reference does not name another live profile of the organization, or closes a circle. */
  references: readonly ReferenceProblem[]
}

export interface ReferenceProblem {
  member: 'sending_phone_number_profile_id' | 'sending_whatsapp_number_profile_id'
  kind: 'unknown' | 'itself' | 'circle'
}

const given = (change: ProfileChange, member: string): JsonValue | undefined => change.reading.values[member]

/** The billing model that will hold: the request's, else the stored or default one (contract 8.10). */
function billingModelAfter(change: ProfileChange): BillingModel {
  return (given(change, 'billing_model') as BillingModel | undefined) ?? change.current.billing_model
}

const REFERENCE_SAYS = {
  unknown: 'must be the id of another profile of the same organization',
  itself: 'must not be the profile itself',
  circle: 'must not lead back to this profile',
}

function referenceRule(member: ReferenceProblem['member']): Rule<ProfileChange> {
  const problem = (change: ProfileChange) => change.references.find((reference) => reference.member === member)
  return {
    at: member,
    reads: [member],
    says: (change) => `${member} ${REFERENCE_SAYS[problem(change)?.kind ?? 'unknown']}`,
    broken: (change) => problem(change) !== undefined,
  }
}

/** What is wrong with a tax number that the request writes. The stored one, sent again, is not judged anew. */
function taxIdTrouble({ reading, storedBusiness }: ProfileChange): string | null {
  const brand = reading.values.brand
  const business = isJsonObject(brand) ? brand.business : null
  if (!isJsonObject(business) || business.taxId === undefined || business.taxId === storedBusiness?.tax_id) return null
  const after = (member: string, stored: string) =>
    business[member] ?? (reading.clears.has(`brand.business.${member}`) ? null : storedBusiness?.[stored])
  return givenTaxIdProblem({
    taxId: business.taxId,
    taxIdType: after('taxIdType', 'tax_id_type'),
    country: after('country', 'country'),
    countryOfRegistration: after('countryOfRegistration', 'country_of_registration'),
  })
}

/** The combinations that a change of a profile must not make. Sources: contract 8.9, 8.10, 14.4; decisions 13 and 21. */
export const PROFILE_RULES: readonly Rule<ProfileChange>[] = [
  {
    at: 'billing_contact',
    reads: ['billing_model', 'billing_contact'],
    says: "billing_contact is required when billing_model is 'profile' or 'profile_and_organization'",
    broken: (change) =>
      given(change, 'billing_model') !== undefined &&
      given(change, 'billing_model') !== 'organization' &&
      given(change, 'billing_contact') === undefined &&
      (change.current.billing_contact === null || change.reading.clears.has('billing_contact')),
  },
  {
    at: 'billing_contact',
    reads: ['billing_model', 'billing_contact'],
    says: "billing_contact cannot be cleared while billing_model is 'profile' or 'profile_and_organization'",
    broken: (change) =>
      given(change, 'billing_model') === undefined &&
      change.reading.clears.has('billing_contact') &&
      billingModelAfter(change) !== 'organization',
  },
  referenceRule('sending_phone_number_profile_id'),
  referenceRule('sending_whatsapp_number_profile_id'),
  {
    at: 'brand',
    reads: ['inherit_tcr_brand'],
    says: 'Cannot provide brand data when inherit_tcr_brand is true.',
    broken: (change) => given(change, 'brand') !== undefined && given(change, 'inherit_tcr_brand') === true,
  },
  {
    at: 'brand',
    reads: [],
    says: (change) => lockProblem({ lock: change.brandLock }) ?? '',
    broken: (change) => given(change, 'brand') !== undefined && change.brandLock !== null,
  },
  {
    at: 'brand.business.taxId',
    reads: ['taxId', 'taxIdType', 'country', 'countryOfRegistration'].map((member) => `brand.business.${member}`),
    says: (change) => `brand.business.taxId ${taxIdTrouble(change)}`,
    broken: (change) => taxIdTrouble(change) !== null,
  },
  {
    at: 'payment_details',
    reads: ['billing_model'],
    says: 'Cannot provide payment_details when billing_model is organization.',
    broken: (change) => change.hasCard && billingModelAfter(change) === 'organization',
  },
]

/**
 * The values to validate. In a merge patch the members of `brand` and `billing_contact` lie over the stored ones, so a
 * required member that is stored need not be sent again (RFC 7396 judges the merged result).
 */
export function valuesToCheck(
  reading: ParsedBody,
  stored: { billing_contact: BillingContact | null; brand: BrandSections | null },
  merge: boolean,
): JsonObject {
  if (!merge) return reading.values
  const values = { ...reading.values }
  if (isJsonObject(values.brand) && stored.brand !== null) values.brand = mergedRequest(stored.brand, values.brand)
  if (isJsonObject(values.billing_contact) && stored.billing_contact !== null) {
    const { billing_contact: contact } = stored
    const kept = Object.fromEntries(REQUIRED_CONTACT_MEMBERS.map((name) => [name, contact[name]]))
    values.billing_contact = { ...kept, ...values.billing_contact }
  }
  return values
}

const UUID_SETTINGS = PLAIN_SETTINGS.filter(
  (name) => (profileTable[name].schema as { format?: string }).format === 'uuid',
)

function contactAfter(current: BillingContact | null, reading: ParsedBody): BillingContact | null {
  if (reading.clears.has('billing_contact')) return null
  const request = reading.values.billing_contact
  if (!isJsonObject(request)) return current
  const member = (name: keyof BillingContact) => {
    if (reading.clears.has(`billing_contact.${name}`)) return null
    return request[name] ?? current?.[name] ?? (REQUIRED_CONTACT_MEMBERS.includes(name) ? '' : null)
  }
  return Object.fromEntries(CONTACT_MEMBERS.map((name) => [name, member(name)])) as unknown as BillingContact
}

/** The settings after a valid request. A brand in the request ends the inheritance of the organization's (contract 17-4). */
export function applySettings<Current extends Omit<ProfileSettings, 'name'>>(
  current: Current,
  reading: ParsedBody,
): Current {
  const after: Record<string, unknown> = { ...current }
  for (const member of PLAIN_SETTINGS) {
    if (reading.clears.has(member)) after[member] = null
    else if (reading.values[member] !== undefined) after[member] = reading.values[member]
  }
  if (reading.values.brand !== undefined) after.inherit_tcr_brand = false
  for (const member of UUID_SETTINGS) {
    // UUIDs are compared and stored in lower case (contract 1.8).
    if (typeof after[member] === 'string') after[member] = after[member].toLowerCase()
  }
  after.billing_contact = contactAfter(current.billing_contact, reading)
  return after as Current
}
