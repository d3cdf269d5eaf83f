import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { memberTarget, shownMember } from '../member.store.ts'
import { type Member, userResponse } from '../user.fields.ts'

/** `GET /v3/users/{userId}` (contract 11). */
export const getUser: ReadEndpoint<Member> = {
  kind: 'read',
  operation: 'getUser',
  method: 'GET',
  path: '/v3/users/:userId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_006'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Users',
    summary: 'Get user by ID',
    description: 'Answers one user of the organization. The owner is not found.',
    answer: userResponse,
  },
  targetParam: 'userId',
  target: memberTarget,
  notFound: 'RESOURCE_006',
  read: async (_db, { target }) => ({ data: shownMember(target) }),
}
