import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import { encryptedEin } from './brand.store.ts'

/**
 * What the registration writes of a brand: its lock, and what the registry says. Of a profile's own brand the caller raises
 * the profile's version in the same transaction, since the version covers the brand (decision 8).
 */

export interface BrandKey {
  organizationId: string
  /** A profile, or the organization itself. */
  ownerId: string
  id: string
}

const locked = statement<{ id: string }>(
  'lock_brand',
  `update brands set lock = 'submitting', locked_by = $4::uuid
    where organization_id = $1 and owner_id = $2 and id = $3 and lock is null returning id`,
)

/** Takes the lock at intent, for the snapshot of what will be submitted (decision 21). False when it is taken already. */
export async function lockBrand(
  tx: Executor,
  { organizationId, ownerId, id }: BrandKey,
  snapshotId: string,
): Promise<boolean> {
  return (await tx.run(organizationId, locked, [organizationId, ownerId, id, snapshotId])).length === 1
}

/** A lock that is given back: that of the snapshot, which is not submitted, or that of what the registry has and doubts. */
export type BrandRelease = { lock: 'submitting'; snapshotId: string } | { lock: 'submitted' }

const unlocked = statement<{ id: string }>(
  'unlock_brand',
  `update brands set lock = null, locked_by = null
    where organization_id = $1 and owner_id = $2 and id = $3 and lock = $4
      and ($5::uuid is null or locked_by is null or locked_by = $5::uuid) returning id`,
)

/**
 * Gives the brand back to be corrected, where its lock is still the given one: not one that another run has taken since. What
 * the registry has of it stays noted.
 */
export async function unlockBrand(
  tx: Executor,
  { organizationId, ownerId, id }: BrandKey,
  release: BrandRelease,
): Promise<void> {
  const holder = release.lock === 'submitting' ? release.snapshotId : null
  await tx.run(organizationId, unlocked, [organizationId, ownerId, id, release.lock, holder])
}

/** What a registry says of a brand. */
export interface RegistryBrand {
  tcr_brand_id: string
  status: string
  identity_status: string | null
  universal_ein: string | null
  csp_id: string | null
}

const noted = statement<{ id: string }>(
  'note_registry_brand',
  `update brands
      set tcr_brand_id = $4, status = $5, identity_status = $6, csp_id = $8,
          universal_ein = case when $9::boolean then $7 else coalesce($7, universal_ein) end,
          lock = case when $9::boolean then 'submitted' else lock end,
          submitted_at = case when $9::boolean then now() else submitted_at end
    where organization_id = $1 and owner_id = $2 and id = $3 returning id`,
)

/**
 * Notes what the registry says; with `isSubmitted` it has just taken the brand, which stays locked. The number of a company
 * stays where a registry that only shows the brand does not say it.
 */
export async function noteRegistryBrand(
  tx: Executor,
  { organizationId, ownerId, id }: BrandKey,
  { brand, isSubmitted, cipher }: { brand: RegistryBrand; isSubmitted: boolean; cipher: OrganizationCipher },
): Promise<void> {
  await tx.run(organizationId, noted, [
    organizationId,
    ownerId,
    id,
    brand.tcr_brand_id,
    brand.status,
    brand.identity_status,
    brand.universal_ein === null ? null : encryptedEin(brand.universal_ein, ownerId, cipher),
    brand.csp_id,
    isSubmitted,
  ])
}
