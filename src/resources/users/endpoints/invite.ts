import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { inOrder } from '../../../contract/fields/rule.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newId } from '../../../contract/new-id.ts'
import { newInvitationToken } from '../../../contract/tokens/invitation-token.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { mailNeeded } from '../../../http/pipeline/provider-steps.ts'
import { findByEmail, organizationTarget, shownMember } from '../member.store.ts'
import { type AssignableRole, inviteRequest, type Member, userResponse } from '../user.fields.ts'
import { canBeInvited, SENTENCES } from '../user.rules.ts'
import { inviteMember } from '../user-write.store.ts'

const check = compileCheck(inviteRequest)

/** The user as invited now. Whoever was invited before keeps the id and takes the new name and role. */
function invited(call: Call<unknown>, known: Member | null, values: Call['body']): Member {
  const asked = { name: String(values.name), role: values.role as AssignableRole }
  if (known !== null) {
    return { ...known, ...asked, status: 'invited', invited_at: call.now, updated_at: call.now }
  }
  return {
    id: call.newId,
    email: String(values.email).toLowerCase(),
    ...asked,
    status: 'invited',
    invited_at: call.now,
    last_login_at: null,
    created_at: call.now,
    updated_at: null,
  }
}

function decide(call: Call<{ id: string }>, known: Member | null): Plan {
  const { caller } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0)
    throw new Failure('VALIDATION_001', { details: inOrder(details, Object.keys(inviteRequest.properties)) })
  if (!canBeInvited(known)) throw new Failure('RESOURCE_007', { message: SENTENCES.isTaken })
  const member = invited(call, known, reading.values)
  const token = newInvitationToken(caller.organization.organization_id)
  const invitation = { token, digest: call.digestOfInvitation(token), jobId: newId(), at: call.now }
  return {
    data: shownMember(member),
    etag: null,
    callProviders: (ports) => mailNeeded(ports, 'email'),
    write: (db, _forwarded, kept) => inviteMember(db, caller, { member, isNew: known === null, invitation }, kept),
  }
}

/** `POST /v3/users` (contract 11; 17, row 36). The mail is sent by a job, after the commit. */
export const inviteUser: WriteEndpoint<{ id: string }, Member | null> = {
  kind: 'write',
  operation: 'inviteUser',
  method: 'POST',
  path: '/v3/users',
  rateClass: 'sensitive',
  status: 201,
  errors: ['RESOURCE_005', 'RESOURCE_007', 'PROVIDER_001'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Users',
    summary: 'Invite a user',
    description:
      'Makes a user with status invited and mails an invitation that can be answered for 7 days. Inviting a user who has not accepted, or who has rejected, sends a new invitation and ends the earlier one; one who is active or suspended is a duplicate.',
    body: inviteRequest,
    answer: userResponse,
  },
  takesBody: 'required',
  target: organizationTarget,
  notFound: 'RESOURCE_005',
  notAsProfile: true,
  facts: async (db, call) => {
    const { email } = call.body
    return typeof email === 'string' && email.length <= 254 && !email.includes('\0')
      ? findByEmail(db, call.caller, email)
      : null
  },
  decide,
}
