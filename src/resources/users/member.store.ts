import type { JsonObject } from '../../contract/fields/json-value.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import type { Member } from './user.fields.ts'

/** Users as the API shows them: without the owner, and without those who were removed. */

const COLUMNS = ['id', 'email', 'name', 'role', 'status', 'invited_at', 'created_at', 'updated_at'] as const
const SELECT_LIST = `${COLUMNS.map((column) => `m.${column} as t_${column}`).join(', ')},
    (select max(mk.last_used_at) from api_keys mk
      where mk.organization_id = m.organization_id and mk.user_id = m.id) as t_last_login_at`
const SEEN = "m.role <> 'owner' and m.removed_at is null"

const instant = (value: unknown) => (typeof value === 'string' ? toWireTimestamp(value) : null)

function decodeMember(row: Record<string, unknown>): Member | null {
  if (typeof row.t_id !== 'string') return null
  return {
    id: row.t_id,
    email: String(row.t_email),
    name: String(row.t_name),
    role: row.t_role as Member['role'],
    status: row.t_status as Member['status'],
    invited_at: instant(row.t_invited_at),
    last_login_at: instant(row.t_last_login_at),
    created_at: toWireTimestamp(String(row.t_created_at)),
    updated_at: instant(row.t_updated_at),
  }
}

/** The user that a path names. A standalone account is no organization and has none (contract 1.3). */
export const memberTarget: TargetRead<Member> = {
  sql: `select ${SELECT_LIST} from users m where m.organization_id = $1 and m.id = $6::uuid and ${SEEN}`,
  lock: statement<object>('lock_user', 'select id from users where organization_id = $1 and id = $2 for update'),
  decode: (row, caller) => (caller.organization.kind === 'organization' ? decodeMember(row) : null),
}

/** The organization itself, for what is about all of its users. */
export const organizationTarget: TargetRead<{ id: string }> = {
  sql: 'select $1::uuid as t_id',
  lock: statement<object>('lock_nothing', 'select $1::uuid as organization_id, $2::text as id'),
  decode: (_row, caller) =>
    caller.organization.kind === 'organization' ? { id: caller.organization.organization_id } : null,
}

const listed = statement<Record<string, unknown>>(
  'list_members',
  `select ${SELECT_LIST} from users m where m.organization_id = $1 and ${SEEN} order by m.created_at, m.id`,
)

/** Every user of the organization but the owner, oldest first. */
export async function listMembers(db: Executor, caller: Caller): Promise<Member[]> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, listed, [organizationId])
  return rows.flatMap((row) => decodeMember(row) ?? [])
}

const foundByEmail = statement<Record<string, unknown>>(
  'find_member_by_email',
  `select ${SELECT_LIST} from users m where m.organization_id = $1 and m.email = $2 and m.removed_at is null
      for update`,
)

/**
 * Whoever has the address now, the owner too; null where nobody has. Locked, so that in a transaction an answer to the
 * invitation cannot come between what is judged and what is written.
 */
export async function findByEmail(db: Executor, caller: Caller, email: string): Promise<Member | null> {
  const { organization_id: organizationId } = caller.organization
  const [row] = await db.run(organizationId, foundByEmail, [organizationId, email.toLowerCase()])
  return row === undefined ? null : decodeMember(row)
}

const adminsCounted = statement<{ others: number }>(
  'count_other_admins',
  `select count(*) as others from users
    where organization_id = $1 and id <> $2 and role = 'admin' and status = 'active' and removed_at is null`,
)

/** How many active admins the organization has besides this user. The owner is not counted (contract 11). */
export async function countOtherAdmins(db: Executor, organizationId: string, userId: string): Promise<number> {
  const [row] = await db.run(organizationId, adminsCounted, [organizationId, userId])
  return row?.others ?? 0
}

/** A user as the answer shows one. */
export function shownMember(member: Member): JsonObject {
  return { ...member }
}
