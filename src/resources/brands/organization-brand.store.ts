import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Brand } from './brand.fields.ts'
import type { BrandSections } from './brand.rules.ts'
import { type BrandRow, brandColumns, brandCte, brandParams, decodeBrand } from './brand.store.ts'

/** The brand of an organization, which its profiles inherit: stored with the organization as its owner (contract 15). */

const found = statement<BrandRow>(
  'find_organization_brand',
  `select ${brandColumns('b', 'b_')} from organizations o
     left join brands b on b.organization_id = o.organization_id and b.owner_id = o.organization_id
    where o.organization_id = $1 for update of o`,
)

/** The stored brand, or null. Locks the organization, so that of two writers the second sees what the first wrote. */
export async function findOrganizationBrand(
  db: Executor,
  organizationId: string,
  cipher: OrganizationCipher,
): Promise<Brand | null> {
  const [row] = await db.run(organizationId, found, [organizationId])
  return row === undefined ? null : decodeBrand(row, 'b_', organizationId, cipher)
}

const saved = statement<{ id: string }>(
  'save_organization_brand',
  `with owner as (select organization_id, organization_id as owner_id, now() as at from organizations where organization_id = $1)
   ${brandCte('owner', 2)} returning b.id`,
)

/** Writes the organization's brand. An existing one keeps its id. False for an unknown organization. */
export async function saveOrganizationBrand(
  db: Executor,
  organizationId: string,
  { id, sections, cipher }: { id: string; sections: BrandSections; cipher: OrganizationCipher },
): Promise<boolean> {
  const params = [organizationId, ...brandParams(id, sections, organizationId, cipher)]
  return (await db.run(organizationId, saved, params)).length === 1
}
