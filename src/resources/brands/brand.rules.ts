import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import { toSnake } from '../../contract/fields/snake-case.ts'
import { ADDED_MEMBERS } from './added.fields.ts'
import { type Brand, SECTIONS, type Section, type SectionValues } from './brand.fields.ts'

interface Member {
  /** As requests spell it. */
  given: string
  /** As it is stored and answered. */
  stored: string
  /** Its path in answers and in the history. */
  path: string
}

/** The sections in the published order, with their members. */
const MEMBERS = (Object.keys(SECTIONS) as Section[]).map((section) => ({
  section,
  members: Object.keys(SECTIONS[section]).map(
    (given): Member => ({ given, stored: toSnake(given), path: `brand.${section}.${toSnake(given)}` }),
  ),
}))

export interface BrandSections {
  contact: SectionValues
  business: SectionValues
  compliance: SectionValues
}

/** Why the brand cannot be changed now, or null. The lock is taken at intent (decision 21); contract 8.9 rule 2. */
export function lockProblem(brand: Pick<Brand, 'lock'> | null): string | null {
  if (brand?.lock === 'submitting') return 'Brand is being submitted to TCR and cannot be modified.'
  if (brand?.lock === 'submitted') return 'Brand has already been submitted to TCR and cannot be modified.'
  return null
}

/**
 * The sections after a request: given members replace stored ones, members to clear go, the others stay (contract 15).
 *
 * @param request the `brand` member without nulls, camelCase.
 * @param clears dotted paths from the top of the request body, camelCase, as `brand.business.taxId`.
 */
export function applyBrand(
  stored: BrandSections | null,
  request: JsonObject,
  clears: ReadonlySet<string>,
): BrandSections {
  const after: BrandSections = { contact: {}, business: {}, compliance: {} }
  for (const { section, members } of MEMBERS) {
    if (clears.has(`brand.${section}`)) continue
    const given = request[section]
    for (const member of members) {
      if (clears.size > 0 && clears.has(`brand.${section}.${member.given}`)) continue
      const value = (isJsonObject(given) ? given[member.given] : undefined) ?? stored?.[section][member.stored]
      if (value !== undefined) after[section][member.stored] = value
    }
  }
  return after
}

/** The brand in effect: the organization's while it is inherited and there is one, else the own one (contract 14.1 and 15). */
export function brandInEffect<B>(owner: {
  inherit_tcr_brand: boolean
  brand: B | null
  organizationBrand: B | null
}): { brand: B; isInherited: boolean } | null {
  if (owner.inherit_tcr_brand && owner.organizationBrand !== null)
    return { brand: owner.organizationBrand, isInherited: true }
  return owner.brand === null ? null : { brand: owner.brand, isInherited: false }
}

/** A brand that no registry has heard of yet (contract 8.9). */
export function newBrand(id: string, now: string, sections: BrandSections): Brand {
  return {
    id,
    tcr_brand_id: null,
    status: null,
    identity_status: null,
    universal_ein: null,
    csp_id: null,
    lock: null,
    submitted_at: null,
    created_at: now,
    updated_at: null,
    ...sections,
  }
}

/** The stored sections in the request's spelling with the request laid over them: what a merge patch would leave (RFC 7396). */
export function mergedRequest(stored: BrandSections, request: JsonObject): JsonObject {
  const merged: JsonObject = {}
  for (const { section, members } of MEMBERS) {
    const kept: JsonObject = {}
    for (const member of members) {
      const value = stored[section][member.stored]
      if (value !== undefined) kept[member.given] = value
    }
    const given = request[section]
    // A section that is not an object is kept as sent, so that the check can say so.
    merged[section] = given === undefined ? kept : isJsonObject(given) ? { ...kept, ...given } : given
  }
  return merged
}

/** The last four characters of a tax id, the rest hidden (decision 19). */
function maskTaxId(taxId: string): string {
  return taxId.length <= 4 ? '*'.repeat(taxId.length) : '*'.repeat(taxId.length - 4) + taxId.slice(-4)
}

function answeredSection(section: Section, values: SectionValues): JsonObject {
  const answered: JsonObject = {}
  for (const { given, stored } of MEMBERS.find((one) => one.section === section)?.members ?? []) {
    const value = values[stored]
    // Ours are shown where they are set, so that a brand without them reads as published.
    if (value !== undefined || !ADDED_MEMBERS.has(given)) answered[stored] = value ?? null
  }
  return answered
}

/** The brand as an answer shows it, in the published order (contract 8.2). */
export function presentBrand(brand: Brand, view: { isInherited: boolean; showTaxId: boolean }): JsonObject {
  const business = answeredSection('business', brand.business)
  if (!view.showTaxId && typeof business.tax_id === 'string') business.tax_id = maskTaxId(business.tax_id)
  return {
    id: brand.id,
    tcr_brand_id: brand.tcr_brand_id,
    status: brand.status,
    identity_status: brand.identity_status,
    // It holds the tax id behind a country prefix.
    universal_ein:
      brand.universal_ein === null || view.showTaxId ? brand.universal_ein : maskTaxId(brand.universal_ein),
    csp_id: brand.csp_id,
    submitted_to_tcr: brand.lock === 'submitted',
    submitted_at: brand.submitted_at,
    is_inherited: view.isInherited,
    created_at: brand.created_at,
    updated_at: brand.updated_at,
    contact: answeredSection('contact', brand.contact),
    business,
    compliance: answeredSection('compliance', brand.compliance),
  }
}

/** Dotted paths of the brand members whose stored value is encrypted, as the history spells them. */
export const ENCRYPTED_BRAND_MEMBERS: ReadonlySet<string> = new Set(
  MEMBERS.flatMap(({ section, members }) =>
    members
      .filter(({ given }) => (SECTIONS[section] as Record<string, { secret?: string }>)[given]?.secret === 'sealed')
      .map(({ path }) => path),
  ),
)

/** Every brand member that differs, by its dotted path in answers. */
export function brandDifferences(
  before: BrandSections | null,
  after: BrandSections | null,
): { member: string; from: JsonValue; to: JsonValue }[] {
  const differences = []
  for (const { section, members } of MEMBERS) {
    for (const { stored, path } of members) {
      const from = before?.[section][stored] ?? null
      const to = after?.[section][stored] ?? null
      if (from !== to && JSON.stringify(from) !== JSON.stringify(to)) differences.push({ member: path, from, to })
    }
  }
  return differences
}
