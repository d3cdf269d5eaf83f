import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Database, Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { ApiKey } from './api-key.fields.ts'

/** Keys as the operator's commands manage them: of a whole organization, imported ones among them. */

export interface OperatorKey {
  id: string
  user_id: string
  profile_id: string | null
  mode: 'live' | 'test'
  name: string | null
  digest: string
  last_four: string
}

const inserted = statement<object>(
  'insert_operator_key',
  `insert into api_keys (organization_id, id, user_id, profile_id, mode, name, digest, last_four, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
)

/** Writes a key. Fails with a foreign key violation for an unknown user or profile. */
export async function insertOperatorKey(db: Executor, organizationId: string, key: OperatorKey): Promise<void> {
  const { id, user_id, profile_id, mode, name, digest, last_four } = key
  await db.run(organizationId, inserted, [organizationId, id, user_id, profile_id, mode, name, digest, last_four])
}

const directoryInserted = statement<object>(
  'insert_imported_key',
  'insert into imported_keys (digest, organization_id) values ($1, $2)',
)

/** Enters an imported key into the directory, whose row names nothing but its organization. Fails when it is there already. */
export async function enterImportedKey(db: Database, organizationId: string, digest: string): Promise<void> {
  await db.runUnscoped(directoryInserted, [digest, organizationId])
}

const listed = statement<ApiKey & { revoked_at: string | null }>(
  'list_organization_keys',
  `select id, profile_id, user_id, name, mode, last_four, created_at, last_used_at, revoked_at
     from api_keys where organization_id = $1 order by created_at, id`,
)

/** Every key of the organization, revoked ones too, oldest first. */
export async function listOrganizationKeys(
  db: Executor,
  organizationId: string,
): Promise<(ApiKey & { revoked_at: string | null })[]> {
  const instant = (text: string | null) => (text === null ? null : toWireTimestamp(text))
  const rows = await db.run(organizationId, listed, [organizationId])
  return rows.map((row) => ({
    ...row,
    created_at: toWireTimestamp(row.created_at),
    last_used_at: instant(row.last_used_at),
    revoked_at: instant(row.revoked_at),
  }))
}

const revoked = statement<{ id: string }>(
  'revoke_organization_key',
  'update api_keys set revoked_at = now() where organization_id = $1 and id = $2 and revoked_at is null returning id',
)

/** Revokes a key. False when it is unknown or revoked already. */
export async function revokeOrganizationKey(db: Executor, organizationId: string, keyId: string): Promise<boolean> {
  return (await db.run(organizationId, revoked, [organizationId, keyId])).length === 1
}
