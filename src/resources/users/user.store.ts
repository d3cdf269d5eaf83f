import type { Role } from '../../contract/permissions.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { UserStatus } from './user.fields.ts'

/**
 * Users of an organization, as the operator's commands and the first start write them. The role of a key is the role of
 * its user now (decision 25). A removed user is in none of these.
 */

export interface User {
  id: string
  email: string
  name: string
  role: Role
  status: UserStatus
  is_service: boolean
  created_at: string
}

const inserted = statement<object>(
  'insert_user',
  `insert into users (organization_id, id, email, name, role, status, is_service, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, now())`,
)

/** Writes a new user. Fails with the unique violation users_email_unique when the organization has that address. */
export async function insertUser(db: Executor, organizationId: string, user: Omit<User, 'created_at'>): Promise<void> {
  const { id, email, name, role, status, is_service } = user
  await db.run(organizationId, inserted, [organizationId, id, email.toLowerCase(), name, role, status, is_service])
}

const listed = statement<User>(
  'list_users',
  `select id, email, name, role, status, is_service, created_at from users
    where organization_id = $1 and removed_at is null order by created_at, id`,
)

/** Every user, the owner too, oldest first. */
export async function listUsers(db: Executor, organizationId: string): Promise<User[]> {
  const rows = await db.run(organizationId, listed, [organizationId])
  return rows.map((row) => ({ ...row, created_at: toWireTimestamp(row.created_at) }))
}

const roleSet = statement<{ id: string }>(
  'set_user_role',
  `update users set role = $3, updated_at = now()
    where organization_id = $1 and id = $2 and removed_at is null returning id`,
)

/** Sets the role of a user, and with it of all the user's keys. False for an unknown user. */
export async function setUserRole(db: Executor, organizationId: string, userId: string, role: Role): Promise<boolean> {
  return (await db.run(organizationId, roleSet, [organizationId, userId, role])).length === 1
}

const statusSet = statement<{ id: string }>(
  'set_user_status',
  `update users set status = $3, updated_at = now(), invitation_digest = null, invitation_token = null, invitation_expires_at = null
    where organization_id = $1 and id = $2 and removed_at is null returning id`,
)

/** Sets the status of a user; only an active user's keys work. An open invitation ends. False for an unknown user. */
export async function setUserStatus(
  db: Executor,
  organizationId: string,
  userId: string,
  status: UserStatus,
): Promise<boolean> {
  return (await db.run(organizationId, statusSet, [organizationId, userId, status])).length === 1
}
