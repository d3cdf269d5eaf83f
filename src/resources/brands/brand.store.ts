import type { JsonObject } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Param } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Brand, SectionValues } from './brand.fields.ts'
import type { BrandSections } from './brand.rules.ts'

/** How a brand lies in its table: contact and tax id encrypted, and the registry's number, which holds the tax id; the rest as JSON. Others join these columns into their reads. */

const COLUMNS = [
  'id',
  'contact',
  'business',
  'tax_id',
  'compliance',
  'lock',
  'tcr_brand_id',
  'status',
  'identity_status',
  'universal_ein',
  'csp_id',
  'submitted_at',
  'created_at',
  'updated_at',
] as const

export type BrandRow = Record<string, unknown>

/** The names that the columns have in a joined row, by the prefix of the join. */
const namesByPrefix = new Map<string, Record<(typeof COLUMNS)[number], string>>()

function namesInRow(prefix: string): Record<(typeof COLUMNS)[number], string> {
  const known = namesByPrefix.get(prefix)
  if (known !== undefined) return known
  const names = Object.fromEntries(COLUMNS.map((column) => [column, prefix + column])) as Record<
    (typeof COLUMNS)[number],
    string
  >
  namesByPrefix.set(prefix, names)
  return names
}

/** The select list of a brand under `alias`, each column as `<prefix><column>`. */
export function brandColumns(alias: string, prefix: string): string {
  return COLUMNS.map((column) => `${alias}.${column} as ${prefix}${column}`).join(', ')
}

/**
 * Joins the brand of each of many owners, as `alias`. It is planned by itself, so that it is looked for by owner: a join that
 * is planned while there are few brands reads all of the organization's for every page of a list.
 */
export function brandOfEach(alias: string, owner: { organization: string; id: string }): string {
  return `left join lateral (
      select ${COLUMNS.map((column) => `b.${column}`).join(', ')}
        from brands b where b.organization_id = ${owner.organization} and b.owner_id = ${owner.id} offset 0) ${alias} on true`
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)
const instantOrNull = (value: unknown) => (typeof value === 'string' ? toWireTimestamp(value) : null)

/** Where a brand's encrypted columns open: each by its own name, in the row of its owner. */
function place(column: string, ownerId: string) {
  return { table: 'brands', column, row: ownerId }
}

/** The brand of a joined row; null where there is none. Fails with DecryptionFailed when a encrypted column was tampered with. */
export function decodeBrand(row: BrandRow, prefix: string, ownerId: string, cipher: OrganizationCipher): Brand | null {
  const names = namesInRow(prefix)
  const read = (column: (typeof COLUMNS)[number]) => row[names[column]]
  const id = textOrNull(read('id'))
  if (id === null) return null
  const taxId = textOrNull(read('tax_id'))
  const ein = textOrNull(read('universal_ein'))
  const business = read('business') as SectionValues
  return {
    id,
    tcr_brand_id: textOrNull(read('tcr_brand_id')),
    status: textOrNull(read('status')),
    identity_status: textOrNull(read('identity_status')),
    universal_ein: ein === null ? null : cipher.decryptOften(ein, place('universal_ein', ownerId)),
    csp_id: textOrNull(read('csp_id')),
    lock: textOrNull(read('lock')) as Brand['lock'],
    submitted_at: instantOrNull(read('submitted_at')),
    created_at: instantOrNull(read('created_at')) ?? '',
    updated_at: instantOrNull(read('updated_at')),
    contact: JSON.parse(cipher.decryptOften(String(read('contact')), place('contact', ownerId))) as SectionValues,
    business: taxId === null ? business : { ...business, tax_id: cipher.decryptOften(taxId, place('tax_id', ownerId)) },
    compliance: read('compliance') as SectionValues,
  }
}

/** The number by which the registry knows the business, as it is stored: it holds the tax id behind a country prefix. */
export function encryptedEin(universalEin: string, ownerId: string, cipher: OrganizationCipher): string {
  return cipher.encrypt(universalEin, place('universal_ein', ownerId))
}

export const BRAND_PARAMS = 5

/** The parameters of `brandCte`: id, contact, business, tax id, compliance. */
export function brandParams(id: string, sections: BrandSections, ownerId: string, cipher: OrganizationCipher): Param[] {
  const { tax_id: taxId, ...business } = sections.business
  return [
    id,
    cipher.encrypt(JSON.stringify(sections.contact), place('contact', ownerId)),
    business as JsonObject,
    typeof taxId === 'string' ? cipher.encrypt(taxId, place('tax_id', ownerId)) : null,
    sections.compliance as JsonObject,
  ]
}

/**
 * Notes that the own brand was sent again as it is: no section is encrypted or written anew. `source` as for `brandCte`; its row
 * is that of $1 and $2, by which the brand is looked for.
 */
export function brandTouchCte(source: string): string {
  return `update brands b set updated_at = s.at from ${source} s where b.organization_id = $1 and b.owner_id = $2`
}

/**
 * Writes the own brand as one cte of a larger statement. `source` has the columns organization_id, owner_id and at.
 * The caller's version check on the owner has decided already: whatever changes a brand bumps its owner's version.
 */
export function brandCte(source: string, first: number): string {
  const p = (offset: number) => `$${first + offset}`
  return `insert into brands as b (organization_id, owner_id, id, contact, business, tax_id, compliance, created_at)
    select s.organization_id, s.owner_id, ${p(0)}, ${p(1)}, ${p(2)}::jsonb, ${p(3)}, ${p(4)}::jsonb, s.at from ${source} s
    on conflict (organization_id, owner_id) do update
      set contact = excluded.contact, business = excluded.business, tax_id = excluded.tax_id,
          compliance = excluded.compliance, updated_at = excluded.created_at`
}
