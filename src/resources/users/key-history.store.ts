import type { Param } from '../../db/statement.ts'

/**
 * The history of API keys, as ctes of the statement that makes, revokes or forgets them: an entry is there exactly when it
 * happened. It stands beside the users because their removal ends keys; the slice of keys itself comes later.
 */

/** Who does something to a key. Nobody but the operator, by a command, where there is no user. */
export interface KeyActor {
  requestId: string | null
  keyId: string | null
  userId: string | null
}

export const BY_OPERATOR: KeyActor = { requestId: null, keyId: null, userId: null }

/** How many parameters `keyHistoryBranch` takes. */
export const KEY_ACTOR_PARAMS = 3

export function keyActorParams({ requestId, keyId, userId }: KeyActor): Param[] {
  return [requestId, keyId, userId]
}

/**
 * One entry for each row of `source`, which has the columns organization_id, id (of the key), at, reason and changes.
 *
 * @param first number of the first of KEY_ACTOR_PARAMS parameters.
 */
export function keyHistoryBranch(
  source: string,
  operation: 'createKey' | 'importKey' | 'revokeKey' | 'forgetKey',
  first: number,
): string {
  const [request, key, user] = [`$${first}`, `$${first + 1}::uuid`, `$${first + 2}::uuid`]
  return `insert into api_key_history
      (organization_id, api_key_id, operation, actor, request_id, key_id, user_id, reason, changes, changed_at)
    select s.organization_id, s.id, '${operation}', case when ${user} is null then 'operator' else 'user' end, ${request}, ${key}, ${user},
           s.reason, s.changes, s.at
      from ${source} s`
}

/**
 * The ctes that revoke every live key which `which` picks, and write it down. `source` is one row with the columns
 * organization_id and at, and whatever `which` reads of it as `e`; `which` reads the key as `k`.
 */
export function endKeysBranches(
  source: string,
  { which, reason }: { which: string; reason: string },
  first: number,
): string[] {
  return [
    `ended_keys as (
    update api_keys k set revoked_at = e.at from ${source} e
     where k.organization_id = e.organization_id and (${which}) and k.revoked_at is null
    returning k.organization_id, k.id, k.revoked_at as at, ${reason} as reason, '[]'::jsonb as changes)`,
    `noted_keys as (${keyHistoryBranch('ended_keys', 'revokeKey', first)})`,
  ]
}
