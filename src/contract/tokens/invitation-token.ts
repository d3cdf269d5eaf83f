import { newNamedSecret, readNamedSecret } from './named-secret.ts'

/** The token of an invitation: a named secret with the prefix `inv`, shown in its mail and nowhere else. */

const PREFIX = 'inv'

/** A new token of an organization, with 256 random bits. */
export function newInvitationToken(organizationId: string): string {
  return newNamedSecret(PREFIX, organizationId)
}

/** The organization that a token names; null when no token can have this text. */
export function organizationOfInvitation(token: string): string | null {
  const read = readNamedSecret(token)
  return read?.prefix === PREFIX ? read.organizationId : null
}
