import type { JsonObject } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { type Param, statement } from '../../db/statement.ts'
import { BY_OPERATOR, keyActorParams, keyHistoryBranch } from '../users/index.ts'
import type { ApiKey } from './api-key.fields.ts'
import { madeChanges } from './api-key.store.ts'

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

const inserted = statement<{ id: string }>(
  'insert_operator_key',
  `with made as (
    insert into api_keys (organization_id, id, user_id, profile_id, mode, name, digest, last_four, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, now())
    returning organization_id, id, created_at as at, null::text as reason, $9::jsonb as changes),
  noted as (${keyHistoryBranch('made', 'createKey', 10)}) select id from made`,
)

/** Writes a key, made by the operator. Fails with a foreign key violation for an unknown user or profile. */
export async function insertOperatorKey(db: Executor, organizationId: string, key: OperatorKey): Promise<void> {
  await db.run(organizationId, inserted, operatorParams(organizationId, key))
}

function operatorParams(organizationId: string, key: OperatorKey): Param[] {
  const { id, user_id, profile_id, mode, name, digest, last_four } = key
  const columns = [organizationId, id, user_id, profile_id, mode, name, digest, last_four]
  return [...columns, madeChanges(key), ...keyActorParams(BY_OPERATOR)]
}

const imported = statement<{ id: string }>(
  'import_key',
  `with made as (
    insert into api_keys (organization_id, id, user_id, profile_id, mode, name, digest, last_four, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, now())
    returning organization_id, id, created_at as at, null::text as reason, $9::jsonb as changes),
  noted as (${keyHistoryBranch('made', 'importKey', 10)}) select id from made`,
)

const directoryInserted = statement<object>(
  'insert_imported_key',
  'insert into imported_keys (digest, organization_id) values ($1, $2)',
)

const directoryDeleted = statement<object>(
  'delete_imported_key',
  'delete from imported_keys where digest = $1 and organization_id = $2',
)

// A revoked key keeps its row, for the history names it, and lets its digest go to the key that takes its place.
const released = statement<object>(
  'release_key_digest',
  `update api_keys set digest = 'released ' || id where organization_id = $1 and digest = $2 and revoked_at is not null`,
)

/**
 * Writes an imported key and its entry in the directory, which names nothing but its organization. `previous` is the
 * organization whose entry stands there, with a key that is revoked or was never written. Fails with a unique violation when
 * the key is live somewhere. Only inside a transaction.
 */
export async function insertImportedKey(
  tx: Executor,
  organizationId: string,
  { key, previous }: { key: OperatorKey; previous: string | null },
): Promise<void> {
  await tx.run(organizationId, released, [organizationId, key.digest])
  await tx.run(organizationId, imported, operatorParams(organizationId, key))
  if (previous !== null) await tx.run(organizationId, directoryDeleted, [key.digest, previous])
  await tx.run(organizationId, directoryInserted, [key.digest, organizationId])
}

const liveFound = statement<{ id: string }>(
  'find_live_key',
  'select id from api_keys where organization_id = $1 and digest = $2 and revoked_at is null',
)

/** Whether a live key of the organization has this digest. */
export async function hasLiveKey(db: Executor, organizationId: string, digest: string): Promise<boolean> {
  return (await db.run(organizationId, liveFound, [organizationId, digest])).length === 1
}

const listed = statement<ApiKey & { revoked_at: string | null }>(
  'list_organization_keys',
  `select id, profile_id, user_id, name, mode, last_four, created_at, last_used_at, created_by, revoked_at
     from api_keys where organization_id = $1 and digest not like 'forgotten %' order by created_at desc, id desc`,
)

const instant = (text: string | null) => (text === null ? null : toWireTimestamp(text))

/** Every key of the organization that is not forgotten, revoked ones too, newest first. */
export async function listOrganizationKeys(
  db: Executor,
  organizationId: string,
): Promise<(ApiKey & { revoked_at: string | null })[]> {
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
  `with gone as (
    update api_keys set revoked_at = now() where organization_id = $1 and id = $2 and revoked_at is null
    returning organization_id, id, revoked_at as at, null::text as reason, '[]'::jsonb as changes),
  noted as (${keyHistoryBranch('gone', 'revokeKey', 3)}) select id from gone`,
)

/** Revokes a key. False when it is unknown or revoked already. */
export async function revokeOrganizationKey(db: Executor, organizationId: string, keyId: string): Promise<boolean> {
  const params = [organizationId, keyId, ...keyActorParams(BY_OPERATOR)]
  return (await db.run(organizationId, revoked, params)).length === 1
}

const forgotten = statement<{ id: string }>(
  'forget_organization_key',
  `with found as (
    select organization_id, id, digest from api_keys
     where organization_id = $1 and id = $2 and revoked_at is not null and digest not like 'forgotten %' for update),
  gone as (
    update api_keys k set digest = 'forgotten ' || k.id, name = null from found f
     where k.organization_id = f.organization_id and k.id = f.id
    returning k.organization_id, k.id, now() as at, null::text as reason, '[]'::jsonb as changes),
  dropped as (
    delete from imported_keys i using found f where i.digest = f.digest and i.organization_id = f.organization_id),
  noted as (${keyHistoryBranch('gone', 'forgetKey', 3)}) select id from gone`,
)

/**
 * Forgets a revoked key: its digest goes, from the directory of imported keys too, and with it the last that could be matched
 * with the key's text. The row stays without it, for the history names it. False when the key is unknown, live or forgotten.
 */
export async function forgetOrganizationKey(db: Executor, organizationId: string, keyId: string): Promise<boolean> {
  const params = [organizationId, keyId, ...keyActorParams(BY_OPERATOR)]
  return (await db.run(organizationId, forgotten, params)).length === 1
}

/** One entry of the history of an organization's keys. */
export interface KeyChange {
  api_key_id: string
  operation: string
  actor: 'user' | 'operator'
  request_id: string | null
  key_id: string | null
  user_id: string | null
  user_email: string | null
  reason: string | null
  changes: JsonObject[]
  changed_at: string
}

const history = statement<KeyChange>(
  'list_key_history',
  `select h.api_key_id, h.operation, h.actor, h.request_id, h.key_id, h.user_id, u.email as user_email, h.reason, h.changes,
          h.changed_at
     from api_key_history h
     left join users u on u.organization_id = h.organization_id and u.id = h.user_id
    where h.organization_id = $1 and ($2::uuid is null or h.api_key_id = $2)
    order by h.changed_at desc, h.api_key_id desc, h.operation desc limit 1000`,
)

/** What was done to the organization's keys, or to one of them, newest first, at most 1,000 entries. */
export async function listKeyHistory(db: Executor, organizationId: string, keyId: string | null): Promise<KeyChange[]> {
  const rows = await db.run(organizationId, history, [organizationId, keyId])
  return rows.map((row) => ({ ...row, changed_at: toWireTimestamp(row.changed_at) }))
}
