import assert from 'node:assert/strict'
import { test } from 'node:test'
import { invitationLetter } from './invitation-letter.rules.ts'

const about = {
  organizationName: 'Acme Corp',
  name: 'Ann',
  role: 'billing',
  token: 'inv_t0ken',
  expiresAt: '2026-03-25T10:43:34.589113+00:00',
}
const apiUrl = 'https://api.acme.example'
const letter = (...how: string[]) => ({
  subject: 'Invitation to Acme Corp',
  text: [
    'Hello Ann,',
    '',
    'you are invited to join Acme Corp as billing.',
    '',
    ...how,
    '',
    'The invitation can be answered once, until 2026-03-25 10:43 UTC. Whoever has this mail can answer it: do not pass it on.',
    'If you did not expect it, do nothing.',
    '',
  ].join('\n'),
})

test('without a page of the operator the mail tells how to answer over the API', () => {
  const address = 'https://api.acme.example/v3/users/invitations/inv_t0ken'
  const how = [
    'Look at the invitation:',
    `  curl ${address}`,
    'Accept it:',
    `  curl -X POST ${address}/accept`,
    'Reject it:',
    `  curl -X POST ${address}/reject`,
  ]
  assert.deepEqual(invitationLetter(about, { apiUrl, pageUrl: null }), letter(...how))
})

test('with a page of the operator it leads there, and nowhere else', () => {
  const places = { apiUrl, pageUrl: 'https://acme.example/join#{token}' }
  assert.deepEqual(invitationLetter(about, places), letter('Answer here:', '  https://acme.example/join#inv_t0ken'))
})
