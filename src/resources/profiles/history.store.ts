import { versionOfEtag } from '../../contract/etag.ts'
import type { JsonValue } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { Change } from './history.rules.ts'

/** One entry of a profile's history, as it is stored. */
export interface StoredChange {
  version: number
  operation: string
  actor: 'user' | 'operator' | 'system'
  request_id: string | null
  key_id: string | null
  user_id: string | null
  user_email: string | null
  changed_at: string
  changes: Change[]
  registry_feedback: JsonValue[] | null
}

const listed = statement<StoredChange>(
  'list_history',
  `select h.version, h.operation, h.actor, h.request_id, h.key_id, h.user_id, u.email as user_email, h.changed_at, h.changes,
          h.registry_feedback
     from profile_history h
     left join users u on u.organization_id = h.organization_id and u.id = h.user_id
    where h.organization_id = $1 and h.profile_id = $2
      and ($3::bigint is null or h.version < $3)
      and ($4::jsonb is null or h.changes @> $4::jsonb)
    order by h.version desc
    limit $5`,
)

/** The newest entries first, those before `before`, those that changed `member`. */
export async function listHistory(
  db: Executor,
  caller: Caller,
  filter: { profileId: string; before: number | null; member: string | null; limit: number },
): Promise<StoredChange[]> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, listed, [
    organizationId,
    filter.profileId,
    filter.before,
    filter.member === null ? null : [{ member: filter.member }],
    filter.limit,
  ])
  return rows.map((row) => ({ ...row, changed_at: toWireTimestamp(row.changed_at) }))
}

const since = statement<{ request_id: string | null; actor: StoredChange['actor']; changes: Change[] }>(
  'history_since',
  `select request_id, actor, changes from profile_history
    where organization_id = $1 and profile_id = $2 and version > $3 order by version limit 100`,
)

/**
 * What changed after the version that an ETag names: member -> the requests that changed it (decision 26). Null when
 * the tag is not one of this profile, or nothing is known of what came after it.
 */
export async function changesSince(
  db: Executor,
  caller: Caller,
  profileId: string,
  etag: string,
): Promise<Record<string, string[]> | null> {
  const { organization_id: organizationId } = caller.organization
  const version = versionOfEtag(etag, profileId)
  if (version === null) return null
  const rows = await db.run(organizationId, since, [organizationId, profileId, version])
  const members: Record<string, string[]> = {}
  for (const { request_id: requestId, actor, changes } of rows) {
    const by = requestId === null ? `changed by the ${actor}` : `changed by request ${requestId}`
    for (const { member } of changes) members[member] = [...(members[member] ?? []), by]
  }
  return Object.keys(members).length === 0 ? null : members
}

const numbersChanged = statement<{ found: boolean }>(
  'numbers_changed_since_completion',
  `select exists (
     select 1 from profile_history
      where organization_id = $1 and profile_id = $2 and actor = 'user'
        and version > (select coalesce(max(version), 0) from profile_history
                        where organization_id = $1 and profile_id = $2 and operation = 'completeProfile')
        and (changes @> '[{"member": "sending_phone_number"}]'
             or changes @> '[{"member": "sending_phone_number_profile_id"}]'
             or changes @> '[{"member": "sending_whatsapp_number_profile_id"}]')) as found`,
)

/** Whether somebody changed which number the profile sends from after its last completion began. */
export async function haveNumbersChanged(db: Executor, organizationId: string, profileId: string): Promise<boolean> {
  const [row] = await db.run(organizationId, numbersChanged, [organizationId, profileId])
  return row?.found === true
}
