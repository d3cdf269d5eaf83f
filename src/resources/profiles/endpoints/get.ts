import { profileEtag } from '../../../contract/etag.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { shown } from '../change.rules.ts'
import type { Profile } from '../profile.fields.ts'
import { profileTarget } from '../profile.store.ts'
import { profileResponse } from '../profile-answer.fields.ts'

/** `GET /v3/profiles/{profileId}` (contract 8.8). */
export const getProfile: ReadEndpoint<Profile> = {
  kind: 'read',
  operation: 'getProfile',
  method: 'GET',
  path: '/v3/profiles/:profileId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'retrieve profile',
  document: {
    tag: 'Profiles',
    summary: 'Get profile by ID',
    description: 'Answers one profile with the brand in effect. The ETag names its editable state, for If-Match.',
    answer: profileResponse,
  },
  targetParam: 'profileId',
  target: profileTarget,
  read: async (_db, { target, caller }) => ({ data: shown(target, caller), etag: profileEtag(target) }),
}
