import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { countOtherAdmins, memberTarget } from '../member.store.ts'
import { type Member, removeRequest } from '../user.fields.ts'
import { removalProblem } from '../user.rules.ts'
import { removeMember } from '../user-write.store.ts'

const check = compileCheck(removeRequest)

function decide(call: Call<Member>, otherAdmins: number): Plan {
  const { caller, target } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  // A request without a member to name: the refusal is the sentence itself (contract 2.3).
  const problem = removalProblem(target, { callerId: caller.userId, otherAdmins })
  if (problem !== null) throw new Failure('VALIDATION_001', { message: problem })
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) =>
      removeMember(
        db,
        caller.organization.organization_id,
        {
          userId: target.id,
          at: call.now,
          actor: { requestId: call.requestId, keyId: caller.keyId, userId: caller.userId },
        },
        kept,
      ),
  }
}

/** `DELETE /v3/users/{userId}` (contract 11, CONC-4). */
export const removeUser: WriteEndpoint<Member, number> = {
  kind: 'write',
  operation: 'removeUser',
  method: 'DELETE',
  path: '/v3/users/:userId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_006'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Users',
    summary: 'Remove user',
    description:
      'The user is no longer found or listed, all of the user’s keys, and those that the user made for service users, stop working for good, and an open invitation ends. The history keeps the name; the address can be invited again, as another user. Nobody removes their own user, and the last active admin stays.',
    body: removeRequest,
    answer: null,
  },
  takesBody: 'optional',
  targetParam: 'userId',
  target: memberTarget,
  notFound: 'RESOURCE_006',
  notAsProfile: true,
  facts: (db, call) => countOtherAdmins(db, call.caller.organization.organization_id, call.target.id),
  locksOrganization: () => true,
  decide,
}
