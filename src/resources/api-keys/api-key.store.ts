import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { isLive } from '../../db/live.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import { type KeptRow, keptBranch, keptParams } from '../../http/idempotency.store.ts'
import type { ApiKey } from './api-key.fields.ts'

/** The profile whose keys are managed: that it lives is all that is needed. */
export const keyOwnerTarget: TargetRead<{ id: string }> = {
  sql: `select p.id as t_id from profiles p where p.organization_id = $1 and p.id = $6::uuid and ${isLive('p.deleted_at')}`,
  lock: statement<object>(
    'lock_key_owner',
    'select version from profiles where organization_id = $1 and id = $2 for update',
  ),
  decode: (row) => (typeof row.t_id === 'string' ? { id: row.t_id } : null),
}

const listed = statement<ApiKey>(
  'list_profile_keys',
  `select id, profile_id, user_id, name, mode, last_four, created_at, last_used_at
     from api_keys where organization_id = $1 and profile_id = $2 and revoked_at is null order by created_at, id limit 1000`,
)

/** The live keys of a profile, oldest first. */
export async function listKeys(db: Executor, caller: Caller, profileId: string): Promise<ApiKey[]> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, listed, [organizationId, profileId])
  return rows.map((row) => ({
    ...row,
    created_at: toWireTimestamp(row.created_at),
    last_used_at: row.last_used_at === null ? null : toWireTimestamp(row.last_used_at),
  }))
}

const found = statement<{ id: string }>(
  'find_profile_key',
  'select id from api_keys where organization_id = $1 and profile_id = $2 and id = $3 and revoked_at is null',
)

/** Whether the profile has this live key. */
export async function hasKey(db: Executor, caller: Caller, profileId: string, keyId: string): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  return (await db.run(organizationId, found, [organizationId, profileId, keyId])).length === 1
}

/** The user that a key may be made for, or null. */
export interface KeyUser {
  id: string
  role: string
}

const userFound = statement<KeyUser>(
  'find_key_user',
  "select id, role from users where organization_id = $1 and id = $2 and status = 'active' and removed_at is null",
)

export async function findKeyUser(db: Executor, caller: Caller, userId: string): Promise<KeyUser | null> {
  const { organization_id: organizationId } = caller.organization
  const [row] = await db.run(organizationId, userFound, [organizationId, userId])
  return row ?? null
}

// Profile, user and caller are selected as they were judged, not assumed: one that is deleted, suspended, promoted or
// demoted in between yields no row.
const INSERT = `insert into api_keys (organization_id, id, user_id, profile_id, mode, name, digest, last_four, created_at)
    select p.organization_id, $2, u.id, p.id, $5, $6, $7, $8, $9
      from profiles p
      join users u on u.organization_id = p.organization_id and u.id = $3 and u.role = $10
       and u.status = 'active' and u.removed_at is null
      join users c on c.organization_id = p.organization_id and c.id = $11 and c.role = $12
       and c.status = 'active' and c.removed_at is null
     where p.organization_id = $1 and p.id = $4 and ${isLive('p.deleted_at')}
    returning organization_id, id`

const inserted = statement<{ id: string }>('insert_api_key', `with made as (${INSERT}) select id from made`)
const insertedKept = statement<{ id: string }>(
  'insert_api_key_kept',
  `with made as (${INSERT}), kept as (${keptBranch('made', 13)}) select id from made`,
)

/**
 * Writes a key of a profile for a user who has the role `userRole`; only the keyed digest of its text is stored. False when
 * the profile is gone, or the user or the caller is not what was judged any more.
 */
export async function insertKey(
  db: Executor,
  caller: Caller,
  key: ApiKey & { digest: string; userRole: string },
  kept: KeptRow | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const params = [
    organizationId,
    key.id,
    key.user_id,
    key.profile_id,
    key.mode,
    key.name,
    key.digest,
    key.last_four,
    key.created_at,
    key.userRole,
    caller.userId,
    caller.role,
  ]
  const rows =
    kept === null
      ? await db.run(organizationId, inserted, params)
      : await db.run(organizationId, insertedKept, [...params, ...keptParams(kept)])
  return rows.length === 1
}

const REVOKE = `update api_keys set revoked_at = $4
    where organization_id = $1 and profile_id = $2 and id = $3 and revoked_at is null returning organization_id, id`

const revoked = statement<{ id: string }>('revoke_api_key', `with gone as (${REVOKE}) select id from gone`)
const revokedKept = statement<{ id: string }>(
  'revoke_api_key_kept',
  `with gone as (${REVOKE}), kept as (${keptBranch('gone', 5)}) select id from gone`,
)

/** Revokes a key at once: every request reads it from the database. False when it is not a live key of the profile. */
export async function revokeKey(
  db: Executor,
  caller: Caller,
  key: { profileId: string; keyId: string; at: string },
  kept: KeptRow | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const params = [organizationId, key.profileId, key.keyId, key.at]
  const rows =
    kept === null
      ? await db.run(organizationId, revoked, params)
      : await db.run(organizationId, revokedKept, [...params, ...keptParams(kept)])
  return rows.length === 1
}
