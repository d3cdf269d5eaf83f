import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { revokeKeyRequest } from '../api-key.fields.ts'
import { hasKey, keyOwnerTarget, revokeKey } from '../api-key.store.ts'

const check = compileCheck(revokeKeyRequest)
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function decide(call: Call<{ id: string }>, isInUse: boolean): Plan {
  if (!isInUse) throw new Failure('RESOURCE_015')
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const key = {
    profileId: call.target.id,
    keyId: String(call.params.keyId).toLowerCase(),
    at: call.now,
    requestId: call.requestId,
  }
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) => revokeKey(db, call.caller, key, kept),
  }
}

/** `DELETE /v3/profiles/{profileId}/keys/{keyId}`, ours. */
export const revokeProfileKey: WriteEndpoint<{ id: string }, boolean> = {
  kind: 'write',
  operation: 'revokeProfileKey',
  method: 'DELETE',
  path: '/v3/profiles/:profileId/keys/:keyId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_014', 'RESOURCE_015'],
  failPhrase: 'revoke API key',
  document: {
    tag: 'API keys',
    summary: 'Revoke an API key of a profile',
    description: 'The key stops working at once on every instance.',
    body: revokeKeyRequest,
    answer: null,
  },
  takesBody: 'optional',
  targetParam: 'profileId',
  target: keyOwnerTarget,
  facts: async (db, call) => {
    const { keyId = '' } = call.params
    return UUID.test(keyId) && hasKey(db, call.caller, call.target.id, keyId)
  },
  decide,
}
