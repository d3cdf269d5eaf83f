import type { Executor } from '../../db/database.ts'
import { type Param, type Statement, statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import {
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'
import { endKeysBranches, KEY_ACTOR_PARAMS, type KeyActor, keyActorParams } from './key-history.store.ts'
import type { AssignableRole, Member } from './user.fields.ts'
import { INVITATION_DAYS } from './user.fields.ts'

/** The writes of the API: one statement each, in which the stored response stands or falls with the change (decision 8). */

/** The job that mails an invitation. Its subject is the user. */
export const SEND_INVITATION_JOB = 'send_invitation'

interface Forms {
  plain: Statement<{ id: string }>
  kept: Statement<{ id: string }>
}

/** A change named `source`, of so many parameters, with what follows from it; with and without a stored response. */
function formsOf(name: string, source: string, ctes: readonly string[], params: number): Forms {
  const end = `\nselect id from ${source}`
  const kept = [...ctes, `kept as (${storedResponseCte(source, params + 1)})`]
  return {
    plain: statement(name, `with ${ctes.join(',\n')}${end}`),
    kept: statement(`${name}_kept`, `with ${kept.join(',\n')}${end}`),
  }
}

async function run(
  db: Executor,
  organizationId: string,
  forms: Forms,
  rest: Param[],
  kept: StoredResponse | null,
): Promise<boolean> {
  const params = [organizationId, ...rest]
  const rows =
    kept === null
      ? await db.run(organizationId, forms.plain, params)
      : await db.run(organizationId, forms.kept, [...params, ...storedResponseParams(kept)])
  return rows.length === 1
}

/** Where an invitation's token is encrypted until its mail is sent. */
export function tokenPlace(userId: string) {
  return { table: 'users', column: 'invitation_token', row: userId }
}

const EXPIRY = `$6::timestamptz + interval '${INVITATION_DAYS} days'`
const RETURNING = 'returning organization_id, id, invited_at as at'
const QUEUED = `queued as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select i.organization_id, $9::uuid, '${SEND_INVITATION_JOB}', i.id, now(), now() from invited i)`

/** Jobs that wait, parked ones too, go: what they would send is overtaken. One that runs finds that out by itself. */
function overtaken(source: string): string {
  return `overtaken as (
    delete from jobs j using ${source} s
     where j.organization_id = s.organization_id and j.subject_id = s.id and j.kind = '${SEND_INVITATION_JOB}'
       and (j.lease_until is null or j.lease_until <= now()))`
}

const newlyInvited = formsOf(
  'invite_user',
  'invited',
  [
    `invited as (
    insert into users (organization_id, id, email, name, role, status, created_at, invited_at, invitation_digest,
      invitation_token, invitation_expires_at)
    values ($1, $2, $3, $4, $5, 'invited', $6::timestamptz, $6::timestamptz, $7, $8, ${EXPIRY}) ${RETURNING})`,
    QUEUED,
  ],
  9,
)

const invitedAgain = formsOf(
  'invite_user_again',
  'invited',
  [
    `invited as (
    update users set name = $4, role = $5, status = 'invited', updated_at = $6::timestamptz, invited_at = $6::timestamptz,
           invitation_digest = $7, invitation_token = $8, invitation_expires_at = ${EXPIRY}
     where organization_id = $1 and id = $2 and email = $3 and status in ('invited', 'rejected') and role <> 'owner'
       and removed_at is null
    ${RETURNING})`,
    overtaken('invited'),
    QUEUED,
  ],
  9,
)

/** What an invitation writes beside the user: its token, hashed and encrypted, and the id of the job that mails it. */
export interface NewInvitation {
  token: string
  digest: string
  jobId: string
  at: string
}

/**
 * Writes the user as invited, with a new token that ends an earlier one, and the job that mails it.
 *
 * @returns false when a user who was invited before has answered meanwhile. Fails with the unique violation
 *   users_email_unique when somebody else has the address by now.
 */
export function inviteMember(
  db: Executor,
  caller: Caller,
  { member, isNew, invitation }: { member: Member; isNew: boolean; invitation: NewInvitation },
  kept: StoredResponse | null,
): Promise<boolean> {
  const params = [
    member.id,
    member.email,
    member.name,
    member.role,
    invitation.at,
    invitation.digest,
    caller.cipher.encrypt(invitation.token, tokenPlace(member.id)),
    invitation.jobId,
  ]
  return run(db, caller.organization.organization_id, isNew ? newlyInvited : invitedAgain, params, kept)
}

const SEEN = "organization_id = $1 and id = $2 and role <> 'owner' and removed_at is null"

const roleChanged = formsOf(
  'change_user_role',
  'changed',
  [
    `changed as (
    update users set role = $3, updated_at = $4::timestamptz where ${SEEN} returning organization_id, id, updated_at as at)`,
  ],
  4,
)

/** Sets the role of a user, and with it of all the user's keys. False for a user who is gone. */
export function changeRole(
  db: Executor,
  organizationId: string,
  { userId, role, at }: { userId: string; role: AssignableRole; at: string },
  kept: StoredResponse | null,
): Promise<boolean> {
  return run(db, organizationId, roleChanged, [userId, role, at], kept)
}

const removed = formsOf(
  'remove_user',
  'removed',
  [
    `removed as (
    update users set removed_at = $3::timestamptz, invitation_digest = null, invitation_token = null, invitation_expires_at = null
     where ${SEEN} returning organization_id, id, removed_at as at)`,
    ...endKeysBranches(
      'removed',
      {
        which: 'k.user_id = e.id or k.created_by = e.id',
        reason: "case when k.user_id = e.id then 'user removed' else 'maker removed' end",
      },
      4,
    ),
    overtaken('removed'),
  ],
  3 + KEY_ACTOR_PARAMS,
)

/**
 * Removes a user: the row stays for the history, the user's keys and those that the user made for others are revoked, an open
 * invitation ends. False for one who is gone.
 */
export function removeMember(
  db: Executor,
  organizationId: string,
  { userId, at, actor }: { userId: string; at: string; actor: KeyActor },
  kept: StoredResponse | null,
): Promise<boolean> {
  return run(db, organizationId, removed, [userId, at, ...keyActorParams(actor)], kept)
}
