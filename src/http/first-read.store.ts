import type { Role } from '../contract/permissions.ts'
import { isNotDeleted } from '../db/soft-delete.ts'
import { type Statement, statement } from '../db/statement.ts'
import type { Endpoint, WriteEndpoint } from './endpoint.ts'
import { KEPT_COLUMNS, type StoredResponseColumns } from './idempotency/idempotency.store.ts'

/**
 * The first statement of every request: key, user, organization, acted-for profile, the endpoint's own target and, where
 * something is changed, the row of the Idempotency-Key in one round trip (decision 8). Being one statement it sees one
 * snapshot, so the answer is about one instant.
 */
export interface FirstReadRow extends Record<string, unknown> {
  now: string
  k_id: string | null
  k_profile_id: string | null
  k_mode: 'live' | 'test'
  k_is_unused: boolean
  u_id: string | null
  u_role: Role
  u_status: string
  u_email: string
  o_kind: 'organization' | 'user'
  o_name: string
  o_email: string
  o_icon: string | null
  o_description: string | null
  o_state: string
  o_waba_id: string | null
  o_waba_name: string | null
  o_data_key: string
  o_created_at: string
  /** Whether the organization has a webhook; left out where nothing is changed, for nothing is told there. */
  o_has_webhooks?: boolean
  s_id: string | null
}

/** The first row of a request that changes something. */
export interface ChangeRow extends FirstReadRow, StoredResponseColumns {}

/** The first row of an endpoint's requests. */
export type FirstRow<E extends Endpoint> = E extends WriteEndpoint<unknown, unknown> ? ChangeRow : FirstReadRow

const NO_TARGET = 'select null::text as t_none'

const HAS_WEBHOOKS = 'exists (select 1 from webhooks w where w.organization_id = o.organization_id) as o_has_webhooks'

const KEPT = `left join lateral (select coalesce(s.id, o.organization_id) as id offset 0) c on true
    left join lateral (
      select ${KEPT_COLUMNS}
        from idempotency_keys i
       where i.organization_id = o.organization_id and i.customer_id = c.id and i.mode = $5 and i.key = $4
      offset 0) i on true`

// A plan is made once on each connection and kept, often while the tables are small, when an index searched by half of its
// columns costs as much as one searched by all. Each lateral with `offset 0` is planned by itself, so it has no other way than
// to search by all of them; joined, a plan may read every row of the organization and sort out afterwards. `a` and `c` make
// plain columns of an expression, for row-level security keeps an index from being searched by what is not leak-proof.
// The time is the statement's, not the transaction's: after a wait for a lock it is later than what was waited for.
// $1 organization, $2 digest of the key, $3 profile of x-profile-id, $4 Idempotency-Key, $5 mode, $6 id of the target.
function text(target: string, isChange: boolean): string {
  return `
  select statement_timestamp() as now,
         k.id as k_id, k.profile_id as k_profile_id, k.mode as k_mode,
         coalesce(k.last_used_at < now() - interval '1 hour', true) as k_is_unused,
         u.id as u_id, u.role as u_role, u.status as u_status, u.email as u_email,
         o.kind as o_kind, o.name as o_name, o.email as o_email, o.icon as o_icon, o.description as o_description,
         o.state as o_state, o.waba_id as o_waba_id, o.waba_name as o_waba_name, o.data_key as o_data_key,
         o.created_at as o_created_at,
         s.id as s_id,
         ${isChange ? `${HAS_WEBHOOKS}, i.*,` : ''}
         t.*
    from organizations o
    left join api_keys k
      on k.organization_id = o.organization_id and k.digest = $2 and k.revoked_at is null
    left join lateral (
      select u.id, u.role, u.status, u.email
        from users u
       where u.organization_id = o.organization_id and u.id = k.user_id and u.removed_at is null offset 0) u on true
    left join lateral (select coalesce(k.profile_id, $3::uuid) as id offset 0) a on true
    left join lateral (
      select s.id
        from profiles s
       where s.organization_id = o.organization_id and s.id = a.id and ${isNotDeleted('s.deleted_at')} offset 0) s on true
    ${isChange ? KEPT : ''}
    left join lateral (${target}) t on true
   where o.organization_id = $1 and ($6::uuid is null or $4::text is null or $5::text is null or true)`
}

const statements = new WeakMap<Endpoint, Statement<object>>()

/** The firstRead statement of an endpoint, named after its operation so that each is prepared once. */
export function firstReadOf<E extends Endpoint>(endpoint: E): Statement<FirstRow<E>> {
  const known = statements.get(endpoint)
  if (known !== undefined) return known as Statement<FirstRow<E>>
  const made = statement<FirstRow<E>>(
    `admit_${endpoint.operation}`,
    text(endpoint.target?.sql ?? NO_TARGET, endpoint.kind === 'write'),
  )
  statements.set(endpoint, made)
  return made
}

/** The organization of an imported key, which its text does not name. */
export const findImportedKey = statement<{ organization_id: string }>(
  'find_imported_key',
  // -- across organizations: the directory exists to find the organization
  `select organization_id from imported_keys where digest = $1 -- across organizations: the directory finds the organization`,
)

/** Notes, once an hour at most, that a key is in use. */
export const touchKey = statement<object>(
  'touch_api_key',
  'update api_keys set last_used_at = now() where organization_id = $1 and id = $2',
)
