import { organizationOfInvitation } from '../../../contract/tokens/invitation-token.ts'
import type { OpenEndpoint } from '../../../http/public-endpoint.ts'
import { findInvitation } from '../invitation.store.ts'
import { invitationResponse } from '../user.fields.ts'

/** `GET /v3/users/invitations/{token}`, ours (contract 11 knows of such a route outside the documented group). */
export const getInvitation: OpenEndpoint = {
  kind: 'read',
  operation: 'getInvitation',
  method: 'GET',
  path: '/v3/users/invitations/:token',
  status: 200,
  failPhrase: { sentence: 'An unexpected error occurred' },
  notFound: 'RESOURCE_016',
  organizationOf: organizationOfInvitation,
  purpose: 'invitation',
  document: {
    tag: 'Invitations',
    summary: 'Look at an invitation',
    description: 'Answers what the invitation is for. Looking does not use it up.',
    answer: invitationResponse,
  },
  act: async (db, { organizationId, digest }) => {
    const invitation = await findInvitation(db, organizationId, digest)
    return invitation === null ? null : { ...invitation }
  },
}
