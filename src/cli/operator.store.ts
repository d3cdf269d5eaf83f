import type { Role } from '../contract/permissions.ts'
import { toWireTimestamp } from '../contract/timestamp.ts'
import type { Database, Executor } from '../db/database.ts'
import { isNotDeleted } from '../db/soft-delete.ts'
import { statement } from '../db/statement.ts'
import type { Organization } from '../resources/organizations/index.ts'
import type { User } from '../resources/users/index.ts'

/** Reads that only the operator's commands need. */

export type ListedOrganization = Omit<Organization, 'data_key'>

const organizationsListed = statement<ListedOrganization>(
  'list_organizations',
  `select organization_id, kind, name, email, state, waba_id, waba_name, created_at from organizations
    order by created_at, organization_id`,
)

/** Every organization, oldest first. Sees rows only on a pool of the owner. */
export async function listOrganizations(owner: Database): Promise<ListedOrganization[]> {
  const rows = await owner.runUnscoped(organizationsListed, [])
  return rows.map((row) => ({ ...row, created_at: toWireTimestamp(row.created_at) }))
}

const keyIdsListed = statement<{ id: string }>(
  'list_sealing_key_ids',
  `select distinct split_part(data_key, '.', 2) as id from organizations order by 1 -- across organizations: each may be sealed by another key`,
)

/** The ids of the sealing keys that wrap some organization's data key. Sees rows only on a pool of the owner. */
export async function listSealingKeyIds(owner: Database): Promise<string[]> {
  return (await owner.runUnscoped(keyIdsListed, [])).map(({ id }) => id)
}

type FoundUser = Pick<User, 'id' | 'email' | 'role' | 'status'>

const userFound = statement<{ id: string; email: string; role: Role; status: User['status'] }>(
  'find_operator_user',
  'select id, email, role, status from users where organization_id = $1 and (id::text = $2 or email = $2) and removed_at is null',
)

/** The user of that id or e-mail address, or null. */
export async function findUser(db: Executor, organizationId: string, idOrEmail: string): Promise<FoundUser | null> {
  const [row] = await db.run(organizationId, userFound, [organizationId, idOrEmail.toLowerCase()])
  return row ?? null
}

const profileFound = statement<{ id: string }>(
  'find_operator_profile',
  `select id from profiles where organization_id = $1 and id = $2 and ${isNotDeleted('deleted_at')}`,
)

/** Whether the organization has this profile, not deleted. */
export async function hasProfile(db: Executor, organizationId: string, profileId: string): Promise<boolean> {
  return (await db.run(organizationId, profileFound, [organizationId, profileId])).length === 1
}
