import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { listMembers, organizationTarget, shownMember } from '../member.store.ts'
import { usersResponse } from '../user.fields.ts'

/** `GET /v3/users` (contract 11). */
export const listUsersEndpoint: ReadEndpoint<{ id: string }> = {
  kind: 'read',
  operation: 'listUsers',
  method: 'GET',
  path: '/v3/users',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_005'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Users',
    summary: 'List users',
    description:
      'Answers every user of the organization but the owner, oldest first, whatever their status. A key that acts as a profile sees the users of the organization: their roles hold for its profiles too.',
    answer: usersResponse,
  },
  target: organizationTarget,
  notFound: 'RESOURCE_005',
  read: async (db, { caller }) => ({ data: { users: (await listMembers(db, caller)).map(shownMember) } }),
}
