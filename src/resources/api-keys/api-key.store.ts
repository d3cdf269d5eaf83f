import type { JsonObject } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import {
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'
import { KEY_ACTOR_PARAMS, type KeyActor, keyActorParams, keyHistoryBranch } from '../users/index.ts'
import type { ApiKey } from './api-key.fields.ts'

/** The profile whose keys are managed: that it lives is all that is needed. */
export const keyOwnerTarget: TargetRead<{ id: string }> = {
  sql: `select p.id as t_id from profiles p where p.organization_id = $1 and p.id = $6::uuid and ${isNotDeleted('p.deleted_at')}`,
  lock: statement<object>(
    'lock_key_owner',
    'select version from profiles where organization_id = $1 and id = $2 for update',
  ),
  decode: (row) => (typeof row.t_id === 'string' ? { id: row.t_id } : null),
}

const COLUMNS = 'id, profile_id, user_id, name, mode, last_four, created_at, last_used_at, created_by'

const listed = statement<ApiKey>(
  'list_profile_keys',
  `select ${COLUMNS}
     from api_keys
    where organization_id = $1 and profile_id = $2 and revoked_at is null
      and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
    order by created_at desc, id desc limit $5::integer`,
)

/** The live keys of a profile, newest first, those before the key `before`. */
export async function listKeys(
  db: Executor,
  caller: Caller,
  { profileId, before, limit }: { profileId: string; before: Pick<ApiKey, 'created_at' | 'id'> | null; limit: number },
): Promise<ApiKey[]> {
  const { organization_id: organizationId } = caller.organization
  const params = [organizationId, profileId, before?.created_at ?? null, before?.id ?? null, limit]
  const rows = await db.run(organizationId, listed, params)
  return rows.map((row) => ({
    ...row,
    created_at: toWireTimestamp(row.created_at),
    last_used_at: row.last_used_at === null ? null : toWireTimestamp(row.last_used_at),
  }))
}

const counted = statement<{ live: number }>(
  'count_profile_keys',
  'select count(*) as live from api_keys where organization_id = $1 and profile_id = $2 and revoked_at is null',
)

/** How many live keys the profile has. */
export async function countKeys(db: Executor, organizationId: string, profileId: string): Promise<number> {
  const [row] = await db.run(organizationId, counted, [organizationId, profileId])
  return row?.live ?? 0
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

/** The user that a key may be made for. */
export interface KeyUser {
  id: string
  role: string
}

const userFound = statement<KeyUser>(
  'find_key_user',
  `select id, role from users
    where organization_id = $1 and id = $2 and (is_service or id = $3) and status = 'active' and removed_at is null`,
)

/** The user of that id where the caller may make a key for it: an active service user, or the caller's own. Else null. */
export async function findKeyUser(db: Executor, caller: Caller, userId: string): Promise<KeyUser | null> {
  const { organization_id: organizationId } = caller.organization
  const [row] = await db.run(organizationId, userFound, [organizationId, userId, caller.userId])
  return row ?? null
}

// Profile, user and caller are selected as they were judged, not assumed: one that is deleted, suspended, promoted or
// demoted in between yields no row.
const INSERT = `insert into api_keys
      (organization_id, id, user_id, profile_id, mode, name, digest, last_four, created_at, created_by)
    select p.organization_id, $2, u.id, p.id, $5, $6, $7, $8, $9, c.id
      from profiles p
      join users c on c.organization_id = p.organization_id and c.id = $11 and c.role = $12
       and c.status = 'active' and c.removed_at is null
      join users u on u.organization_id = p.organization_id and u.id = $3 and u.role = $10 and (u.is_service or u.id = c.id)
       and u.status = 'active' and u.removed_at is null
     where p.organization_id = $1 and p.id = $4 and ${isNotDeleted('p.deleted_at')}
    returning organization_id, id, created_at as at, null::text as reason, $13::jsonb as changes`

const NOTED = `noted as (${keyHistoryBranch('made', 'createKey', 14)})`

const inserted = statement<{ id: string }>('insert_api_key', `with made as (${INSERT}), ${NOTED} select id from made`)
const insertedKept = statement<{ id: string }>(
  'insert_api_key_kept',
  `with made as (${INSERT}), ${NOTED}, kept as (${storedResponseCte('made', 14 + KEY_ACTOR_PARAMS)}) select id from made`,
)

/**
 * Writes a key of a profile for a user who has the role `userRole`, made by the caller; only the keyed digest of its text is
 * stored. False when the profile is gone, or the user or the caller is not what was judged any more.
 */
export async function insertKey(
  db: Executor,
  caller: Caller,
  key: ApiKey & { digest: string; userRole: string; requestId: string },
  kept: StoredResponse | null,
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
    madeChanges(key),
    ...keyActorParams(actorOf(caller, key.requestId)),
  ]
  const rows =
    kept === null
      ? await db.run(organizationId, inserted, params)
      : await db.run(organizationId, insertedKept, [...params, ...storedResponseParams(kept)])
  return rows.length === 1
}

function actorOf(caller: Caller, requestId: string): KeyActor {
  return { requestId, keyId: caller.keyId, userId: caller.userId }
}

/** What a new key is, as its history keeps it. */
export function madeChanges(key: Pick<ApiKey, 'user_id' | 'profile_id' | 'mode' | 'name' | 'last_four'>): JsonObject[] {
  const { user_id, profile_id, mode, name, last_four } = key
  return Object.entries({ user_id, profile_id, mode, name, last_four })
    .filter(([, value]) => value !== null)
    .map(([member, to]) => ({ member, from: null, to }))
}

const REVOKE = `update api_keys set revoked_at = $4
    where organization_id = $1 and profile_id = $2 and id = $3 and revoked_at is null
    returning organization_id, id, revoked_at as at, null::text as reason, '[]'::jsonb as changes`

const REVOKE_NOTED = `noted as (${keyHistoryBranch('gone', 'revokeKey', 5)})`

const revoked = statement<{ id: string }>(
  'revoke_api_key',
  `with gone as (${REVOKE}), ${REVOKE_NOTED} select id from gone`,
)
const revokedKept = statement<{ id: string }>(
  'revoke_api_key_kept',
  `with gone as (${REVOKE}), ${REVOKE_NOTED}, kept as (${storedResponseCte('gone', 5 + KEY_ACTOR_PARAMS)}) select id from gone`,
)

/** Revokes a key at once: every request reads it from the database. False when it is not a live key of the profile. */
export async function revokeKey(
  db: Executor,
  caller: Caller,
  key: { profileId: string; keyId: string; at: string; requestId: string },
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const actor = keyActorParams(actorOf(caller, key.requestId))
  const params = [organizationId, key.profileId, key.keyId, key.at, ...actor]
  const rows =
    kept === null
      ? await db.run(organizationId, revoked, params)
      : await db.run(organizationId, revokedKept, [...params, ...storedResponseParams(kept)])
  return rows.length === 1
}
