import { profileEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { eventsOf } from '../event.rules.ts'
import { changesSince } from '../history.store.ts'
import type { Profile } from '../profile.fields.ts'
import { profileTarget } from '../profile.store.ts'
import { deleteRequest } from '../profile-request.fields.ts'
import { markProfileDeleted } from '../profile-write.store.ts'

const check = compileCheck(deleteRequest)

function decide(call: Call<Profile>): Plan {
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) =>
      markProfileDeleted(db, call.target, {
        caller: call.caller,
        history: { operation: 'deleteProfile', request_id: call.requestId, changes: [] },
        at: call.now,
        brand: null,
        payment_method: null,
        events: eventsOf('deleted', call.target, null, false),
        kept,
      }),
  }
}

/** `DELETE /v3/profiles/{profileId}`: soft, so data and history stay (contract 8.11). */
export const deleteProfile: WriteEndpoint<Profile, undefined> = {
  kind: 'write',
  operation: 'deleteProfile',
  method: 'DELETE',
  path: '/v3/profiles/:profileId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_014', 'PRECONDITION_001'],
  failPhrase: 'delete profile',
  document: {
    tag: 'Profiles',
    summary: 'Delete a profile',
    description:
      'Marks the profile as deleted. It is no longer found or listed, its keys are revoked, and its webhooks are told of the deletion and then end; its data stays stored.',
    body: deleteRequest,
    answer: null,
  },
  takesBody: 'optional',
  targetParam: 'profileId',
  target: profileTarget,
  etagOf: profileEtag,
  changedSince: (db, call, etag) => changesSince(db, call.caller, call.target.id, etag),
  locksOrganization: () => true,
  decide,
}
