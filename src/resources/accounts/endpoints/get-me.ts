import { Failure } from '../../../contract/failure.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { findProfile, listProfiles } from '../../profiles/index.ts'
import { accountResponse } from '../account.fields.ts'
import { presentOrganization, presentProfileAccount } from '../account.rules.ts'

const CHILDREN_MAX = 1000

/** `GET /v3/me` (contract 10). Works in every account state. */
export const getMe: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'getMe',
  method: 'GET',
  path: '/v3/me',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'retrieve the account',
  document: {
    tag: 'Account',
    summary: 'Get authenticated account',
    description:
      'Answers the account that the key, or x-profile-id, acts as: an organization with its profiles, a standalone account, or a profile.',
    answer: accountResponse,
  },
  read: async (db, { caller }) => {
    if (caller.actingProfileId !== null) {
      const profile = await findProfile(db, caller, caller.actingProfileId)
      if (profile === null) throw new Failure('RESOURCE_014')
      return { data: presentProfileAccount(profile, caller.organization) }
    }
    const isParent = caller.organization.kind === 'organization'
    const everything = { status: null, search: null, after: null, offset: 0, limit: CHILDREN_MAX }
    const children = isParent ? await listProfiles(db, caller, everything) : []
    return { data: presentOrganization(caller.organization, children, caller.role) }
  },
}
