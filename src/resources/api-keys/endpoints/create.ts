import { Failure } from '../../../contract/failure.ts'
import { newKeyText } from '../../../contract/key-text.ts'
import { addUnknown } from '../../../contract/patch.ts'
import { compileCheck } from '../../../contract/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type ApiKey, createdKeyAnswer, createKeyRequest } from '../api-key.fields.ts'
import { findKeyUser, insertKey, type KeyUser, keyOwnerTarget } from '../api-key.store.ts'

const check = compileCheck(createKeyRequest)
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function decide(call: Call<{ id: string }>, user: KeyUser | null): Plan {
  const { caller, target } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  const isNamed = reading.values.user_id !== undefined && details.user_id === undefined
  if (isNamed && user === null) details.user_id = ['user_id must be an active user of the organization']
  // Otherwise an admin could make himself a key with the owner's rights.
  if (user?.role === 'owner' && caller.role !== 'owner')
    details.user_id = ['Only the owner can make a key for the owner']
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const mode = (reading.values.mode as ApiKey['mode'] | undefined) ?? 'live'
  const text = newKeyText(mode, caller.organization.organization_id)
  const key: ApiKey = {
    id: call.newId,
    profile_id: target.id,
    user_id: user?.id ?? caller.userId,
    name: (reading.values.name as string | undefined) ?? null,
    mode,
    last_four: text.slice(-4),
    created_at: call.now,
    last_used_at: null,
  }
  return {
    data: { ...key, api_key: text },
    etag: null,
    unknownMembers: reading.unknown,
    write: (db, _forwarded, kept) =>
      insertKey(db, caller, { ...key, digest: call.digestOfKey(text), userRole: user?.role ?? caller.role }, kept),
  }
}

/** `POST /v3/profiles/{profileId}/keys`, ours: a credential for one sender. */
export const createProfileKey: WriteEndpoint<{ id: string }, KeyUser | null> = {
  kind: 'write',
  operation: 'createProfileKey',
  method: 'POST',
  path: '/v3/profiles/:profileId/keys',
  rateClass: 'standard',
  status: 201,
  errors: ['RESOURCE_014'],
  failPhrase: 'create API key',
  document: {
    tag: 'API keys',
    summary: 'Create an API key for a profile',
    description:
      'Makes a key that acts as the profile with the role of its user. The key is shown in this answer only; a replay of the same Idempotency-Key shows it again for 24 hours.',
    body: createKeyRequest,
    answer: createdKeyAnswer,
  },
  takesBody: 'optional',
  bindsReplayToUser: true,
  targetParam: 'profileId',
  target: keyOwnerTarget,
  facts: async (db, call) => {
    const { user_id: userId } = call.body
    return typeof userId === 'string' && UUID.test(userId) ? findKeyUser(db, call.caller, userId) : null
  },
  decide,
}
