/** What an invitation's mail says. */

/** Where an invitation is answered. */
export interface InvitationPlaces {
  /** Where clients reach the API, without a slash at the end. */
  apiUrl: string
  /** A page of the operator's own, with `{token}` for the token; null where there is none. */
  pageUrl: string | null
}

export interface Letter {
  subject: string
  text: string
}

/**
 * The mail of one invitation. Without a page of the operator's own it tells how to answer over the API.
 *
 * @param about.expiresAt an instant as the API writes it.
 */
export function invitationLetter(
  about: { organizationName: string; name: string; role: string; token: string; expiresAt: string },
  { apiUrl, pageUrl }: InvitationPlaces,
): Letter {
  const { organizationName, name, role, token, expiresAt } = about
  const address = `${apiUrl}/v3/users/invitations/${token}`
  const how =
    pageUrl === null
      ? [
          'Look at the invitation:',
          `  curl ${address}`,
          'Accept it:',
          `  curl -X POST ${address}/accept`,
          'Reject it:',
          `  curl -X POST ${address}/reject`,
        ]
      : ['Answer here:', `  ${pageUrl.replace('{token}', token)}`]
  return {
    subject: `Invitation to ${organizationName}`,
    text: [
      `Hello ${name},`,
      '',
      `you are invited to join ${organizationName} as ${role}.`,
      '',
      ...how,
      '',
      `The invitation can be answered once, until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC. Whoever has this mail can answer it: do not pass it on.`,
      'If you did not expect it, do nothing.',
      '',
    ].join('\n'),
  }
}
