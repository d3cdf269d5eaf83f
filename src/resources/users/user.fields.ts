import { email, flag, instant, line, oneOf, optional, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'

/** Users of an organization (contract 11). */

/** The owner is implicit: never listed, never assigned (contract 6.1). In the order of the published sentence. */
export const ASSIGNABLE_ROLES = ['admin', 'billing', 'developer'] as const
export type AssignableRole = (typeof ASSIGNABLE_ROLES)[number]

export const USER_STATUSES = ['active', 'invited', 'suspended', 'rejected'] as const
export type UserStatus = (typeof USER_STATUSES)[number]

/** How long an invitation can be answered (contract 11). */
export const INVITATION_DAYS = 7

const address = email({
  description: 'E-mail address, kept in lower case.',
  example: 'jane@example.com',
  says: { any: 'Email must be a valid email address', required: 'Email is required' },
})

/** On one line, because it stands in a mail. */
const name = line(
  { min: 1, max: 255 },
  {
    description: 'Name of the person, on one line.',
    example: 'Jane Doe',
    humanText: true,
    says: {
      any: 'Name must be 1 to 255 characters on one line',
      required: 'Name is required',
      humanText: 'Name must not contain a card number',
      oneLine: 'Name must be 1 to 255 characters on one line',
    },
  },
)

const ROLE_SAYS = `Role must be one of: ${ASSIGNABLE_ROLES.join(', ')}`
const role = oneOf(ASSIGNABLE_ROLES, {
  description: 'What the user, and every API key of the user, may do.',
  example: 'developer',
  says: { any: ROLE_SAYS, required: ROLE_SAYS },
})

const sandbox = optional(
  flag({ description: 'Run every check and answer what would be, without doing it.', example: false }),
)

export const inviteRequest = Type.Object({ email: address, name, role, sandbox })
export const roleRequest = Type.Object({ role, sandbox })
export const removeRequest = Type.Object({ sandbox })

const shownName = text({ max: 255 }, { description: 'Name of the person.', example: 'Jane Doe' })
const shownEmail = email({ description: 'E-mail address.', example: 'jane@example.com' })

export const userResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the user.', example: '0190a0b0-0000-7000-8000-000000000002' }),
    email: shownEmail,
    name: shownName,
    role,
    status: oneOf(USER_STATUSES, {
      description: 'Only the keys of an active user work.',
      example: 'invited',
    }),
    invited_at: instant({
      description: 'When the newest invitation was made.',
      example: '2026-03-25T10:43:34.58912+00:00',
      nullable: true,
    }),
    last_login_at: instant({
      description: 'When an API key of the user was last used, to the hour.',
      example: '2026-03-25T11:00:00+00:00',
      nullable: true,
    }),
    created_at: instant({ description: 'When the user was made.', example: '2026-03-25T10:43:34.58912+00:00' }),
    updated_at: instant({
      description: 'When role or status last changed.',
      example: '2026-03-26T08:00:00+00:00',
      nullable: true,
    }),
  },
  { description: 'A user of the organization.' },
)

export const usersResponse = Type.Object({
  users: Type.Array(userResponse, { description: 'Every user but the owner, oldest first.' }),
})

/** The body of an answer to an invitation, which nobody signs but the holder of its token. */
export const answerRequest = Type.Object({ sandbox })

export const invitationResponse = Type.Object(
  {
    organization_name: text({ max: 255 }, { description: 'Who invites.', example: 'Acme Corp' }),
    user_id: uuid({
      description: 'The user that the invitation is for.',
      example: '0190a0b0-0000-7000-8000-000000000002',
    }),
    email: shownEmail,
    name: shownName,
    role,
    status: oneOf(USER_STATUSES, {
      description: 'Where it stands: invited until it is answered, then active or rejected.',
      example: 'invited',
    }),
    invited_at: instant({ description: 'When it was made.', example: '2026-03-25T10:43:34.58912+00:00' }),
    expires_at: instant({
      description: 'Until when it can be answered.',
      example: '2026-04-01T10:43:34.58912+00:00',
    }),
  },
  { description: 'An invitation, as the holder of its token sees it.' },
)

/** A user as the API shows one; never the owner, never one who was removed. */
export interface Member {
  id: string
  email: string
  name: string
  role: AssignableRole
  status: UserStatus
  invited_at: string | null
  last_login_at: string | null
  created_at: string
  updated_at: string | null
}

/** What the holder of a token is shown. */
export interface Invitation {
  organization_name: string
  user_id: string
  email: string
  name: string
  role: AssignableRole
  status: UserStatus
  invited_at: string
  expires_at: string
}
