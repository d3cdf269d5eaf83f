import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { countOtherAdmins, memberTarget, shownMember } from '../member.store.ts'
import { type AssignableRole, type Member, roleRequest, userResponse } from '../user.fields.ts'
import { roleProblem } from '../user.rules.ts'
import { changeRole } from '../user-write.store.ts'

const check = compileCheck(roleRequest)

function decide(call: Call<Member>, otherAdmins: number): Plan {
  const { caller, target } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  const role = reading.values.role as AssignableRole
  if (details.role === undefined) {
    const problem = roleProblem(target, { role, callerId: caller.userId, otherAdmins })
    if (problem !== null) details.role = [problem]
  }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const isSame = role === target.role
  return {
    data: shownMember(isSame ? target : { ...target, role, updated_at: call.now }),
    etag: null,
    write: isSame
      ? null
      : (db, _forwarded, kept) =>
          changeRole(db, caller.organization.organization_id, { userId: target.id, role, at: call.now }, kept),
  }
}

/** `PATCH /v3/users/{userId}` (contract 11, CONC-4). */
export const updateUserRole: WriteEndpoint<Member, number> = {
  kind: 'write',
  operation: 'updateUserRole',
  method: 'PATCH',
  path: '/v3/users/:userId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_006'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Users',
    summary: 'Update user role',
    description:
      'Sets the role of a user, which acts on all keys of that user at once. Nobody changes the own role, and the last active admin stays one.',
    body: roleRequest,
    answer: userResponse,
  },
  takesBody: 'required',
  targetParam: 'userId',
  target: memberTarget,
  notFound: 'RESOURCE_006',
  notAsProfile: true,
  facts: (db, call) => countOtherAdmins(db, call.caller.organization.organization_id, call.target.id),
  locksOrganization: () => true,
  decide,
}
