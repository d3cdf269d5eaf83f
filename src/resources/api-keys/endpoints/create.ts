import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newKeyText } from '../../../contract/tokens/key-text.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type ApiKey, createdKeyResponse, createKeyRequest, KEYS_MAX } from '../api-key.fields.ts'
import { countKeys, findKeyUser, insertKey, type KeyUser, keyOwnerTarget } from '../api-key.store.ts'

const check = compileCheck(createKeyRequest)
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

interface Facts {
  user: KeyUser | null
  live: number
}

function decide(call: Call<{ id: string }>, { user, live }: Facts): Plan {
  const { caller, target } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  const isNamed = reading.values.user_id !== undefined && details.user_id === undefined
  // A key in another person's name would act as that person, and go on when its maker is gone.
  if (isNamed && user === null)
    details.user_id = ['user_id must be your own, or that of an active service user of the organization']
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  if (live >= KEYS_MAX) {
    const message = `A profile has at most ${KEYS_MAX} API keys. Revoke one that is not used, then make the new one.`
    throw new Failure('VALIDATION_001', { message })
  }
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
    created_by: caller.userId,
  }
  return {
    data: { ...key, api_key: text },
    etag: null,
    write: (db, _forwarded, kept) =>
      insertKey(
        db,
        caller,
        {
          ...key,
          digest: call.digestOfKey(text),
          userRole: user?.role ?? caller.role,
          requestId: call.requestId,
        },
        kept,
      ),
  }
}

/** `POST /v3/profiles/{profileId}/keys`, ours: a credential for one sender. */
export const createProfileKey: WriteEndpoint<{ id: string }, Facts> = {
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
      'Makes a key that acts as the profile with the role of its user: the caller, or a service user that an operator has made. It is revoked when its user or its maker is removed. A profile has at most 100 live keys. The key is shown in this answer only; a replay of the same Idempotency-Key shows it again for 24 hours.',
    body: createKeyRequest,
    answer: createdKeyResponse,
  },
  takesBody: 'optional',
  bindsReplayToUser: true,
  targetParam: 'profileId',
  target: keyOwnerTarget,
  facts: async (db, call) => {
    const { user_id: userId } = call.body
    const isId = typeof userId === 'string' && UUID.test(userId)
    return {
      user: isId ? await findKeyUser(db, call.caller, userId) : null,
      live: await countKeys(db, call.caller.organization.organization_id, call.target.id),
    }
  },
  // Of two keys that are made at once, the second is counted with the first.
  locksOrganization: () => true,
  decide,
}
