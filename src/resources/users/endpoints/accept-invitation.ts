import { organizationOfInvitation } from '../../../contract/tokens/invitation-token.ts'
import type { OpenEndpoint } from '../../../http/public-endpoint.ts'
import { answerInvitation, findInvitation } from '../invitation.store.ts'
import { answerRequest, invitationResponse } from '../user.fields.ts'

/** `POST /v3/users/invitations/{token}/accept`, ours. */
export const acceptInvitation: OpenEndpoint = {
  kind: 'write',
  operation: 'acceptInvitation',
  method: 'POST',
  path: '/v3/users/invitations/:token/accept',
  status: 200,
  failPhrase: { sentence: 'An unexpected error occurred' },
  notFound: 'RESOURCE_016',
  organizationOf: organizationOfInvitation,
  purpose: 'invitation',
  document: {
    tag: 'Invitations',
    summary: 'Accept an invitation',
    description: "Makes the user active. The token is used up; an admin makes the user's API keys.",
    body: answerRequest,
    answer: invitationResponse,
  },
  act: async (db, { organizationId, digest, isSandbox }) => {
    const invitation = isSandbox
      ? await findInvitation(db, organizationId, digest)
      : await answerInvitation(db, organizationId, digest, 'active')
    return invitation === null ? null : { ...invitation, status: 'active' }
  },
}
