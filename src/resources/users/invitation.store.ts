import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Database, Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { AssignableRole, Invitation } from './user.fields.ts'

/** Invitations as the holder of a token and the job that mails them see them. A token is found by its keyed digest. */

const OPEN = `u.organization_id = $1 and u.invitation_digest = $2 and u.invitation_expires_at > statement_timestamp()
      and u.status = 'invited' and u.removed_at is null`
const SHOWN = `o.name as organization_name, u.id as user_id, u.email, u.name, u.role, u.status, u.invited_at`

function decode(row: Invitation): Invitation {
  return { ...row, invited_at: toWireTimestamp(row.invited_at), expires_at: toWireTimestamp(row.expires_at) }
}

const found = statement<Invitation>(
  'find_invitation',
  `select ${SHOWN}, u.invitation_expires_at as expires_at
     from users u join organizations o on o.organization_id = u.organization_id
    where ${OPEN}`,
)

/** The open invitation of a token; null for one that is unknown, has ended or was answered. */
export async function findInvitation(db: Executor, organizationId: string, digest: string): Promise<Invitation | null> {
  const [row] = await db.run(organizationId, found, [organizationId, digest])
  return row === undefined ? null : decode(row)
}

const answered = statement<Invitation>(
  'answer_invitation',
  `update users u
      set status = $3, updated_at = statement_timestamp(), invitation_digest = null, invitation_token = null,
          invitation_expires_at = null
     from organizations o
    where o.organization_id = u.organization_id and ${OPEN}
   returning ${SHOWN}, u.invited_at + interval '7 days' as expires_at`,
)

/** Ends the invitation with an answer: of several at once exactly one wins. Null as `findInvitation`. */
export async function answerInvitation(
  db: Executor,
  organizationId: string,
  digest: string,
  status: 'active' | 'rejected',
): Promise<Invitation | null> {
  const [row] = await db.run(organizationId, answered, [organizationId, digest, status])
  return row === undefined ? null : decode(row)
}

/** An invitation whose mail has not been sent. */
export interface UnsentInvitation {
  organization_name: string
  data_key: string
  email: string
  name: string
  role: AssignableRole
  expires_at: string
  is_expired: boolean
  digest: string
  token: string
}

const unsentFound = statement<UnsentInvitation>(
  'find_unsent_invitation',
  `select o.name as organization_name, o.data_key, u.email, u.name, u.role, u.invitation_expires_at as expires_at,
          u.invitation_expires_at <= now() as is_expired, u.invitation_digest as digest, u.invitation_token as token
     from users u join organizations o on o.organization_id = u.organization_id
    where u.organization_id = $1 and u.id = $2 and u.status = 'invited' and u.removed_at is null
      and u.invitation_token is not null`,
)

/** What is to be mailed to the user now; null when nothing is. */
export async function findUnsent(
  db: Database,
  organizationId: string,
  userId: string,
): Promise<UnsentInvitation | null> {
  const [row] = await db.run(organizationId, unsentFound, [organizationId, userId])
  return row === undefined ? null : { ...row, expires_at: toWireTimestamp(row.expires_at) }
}

const dropped = statement<{ id: string }>(
  'drop_invitation_token',
  `update users set invitation_token = null where organization_id = $1 and id = $2 and invitation_digest = $3 returning id`,
)

/** Forgets the token once its mail has left the context: its digest is all that stays. A newer token is not touched. */
export async function dropToken(db: Database, organizationId: string, userId: string, digest: string): Promise<void> {
  await db.run(organizationId, dropped, [organizationId, userId, digest])
}
