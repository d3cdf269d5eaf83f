import { Type } from '../../../contract/schema.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { keyAnswer } from '../api-key.fields.ts'
import { keyOwnerTarget, listKeys } from '../api-key.store.ts'

/** `GET /v3/profiles/{profileId}/keys`, ours. */
export const listProfileKeys: ReadEndpoint<{ id: string }> = {
  kind: 'read',
  operation: 'listProfileKeys',
  method: 'GET',
  path: '/v3/profiles/:profileId/keys',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'retrieve API keys',
  document: {
    tag: 'API keys',
    summary: 'List the API keys of a profile',
    description: 'Answers the live keys of the profile without their text, oldest first.',
    answer: Type.Object({ keys: Type.Array(keyAnswer, { description: 'The live keys.' }) }),
  },
  targetParam: 'profileId',
  target: keyOwnerTarget,
  read: async (db, { caller, target }) => ({
    data: { keys: (await listKeys(db, caller, target.id)).map((key) => ({ ...key })) },
  }),
}
