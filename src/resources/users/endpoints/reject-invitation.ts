import { organizationOfInvitation } from '../../../contract/tokens/invitation-token.ts'
import type { OpenEndpoint } from '../../../http/public-endpoint.ts'
import { answerInvitation, findInvitation } from '../invitation.store.ts'
import { answerRequest, invitationResponse } from '../user.fields.ts'

/** `POST /v3/users/invitations/{token}/reject`, ours. */
export const rejectInvitation: OpenEndpoint = {
  kind: 'write',
  operation: 'rejectInvitation',
  method: 'POST',
  path: '/v3/users/invitations/:token/reject',
  status: 200,
  failPhrase: { sentence: 'An unexpected error occurred' },
  notFound: 'RESOURCE_016',
  organizationOf: organizationOfInvitation,
  purpose: 'invitation',
  document: {
    tag: 'Invitations',
    summary: 'Reject an invitation',
    description: 'The user stays rejected until invited again. The token is used up.',
    body: answerRequest,
    answer: invitationResponse,
  },
  act: async (db, { organizationId, digest, isSandbox }) => {
    const invitation = isSandbox
      ? await findInvitation(db, organizationId, digest)
      : await answerInvitation(db, organizationId, digest, 'rejected')
    return invitation === null ? null : { ...invitation, status: 'rejected' }
  },
}
