import { flag, instant, line, oneOf, optional, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'

/** API keys of a profile, managed over HTTP (ours). A key belongs to a user and has that user's role, as it is now. */

/** How many live keys a profile may have: whoever needs more has lost sight of them. */
export const KEYS_MAX = 100

const KEY_MODES = ['live', 'test'] as const

const name = line(
  { min: 1, max: 100 },
  {
    description: 'What the key is for.',
    example: 'Order service',
    humanText: true,
    says: '{path} must be 1 to 100 characters',
  },
)
const mode = oneOf(KEY_MODES, {
  description: 'A test key runs every change as if it carried sandbox: true.',
  example: 'live',
})

export const createKeyRequest = Type.Object({
  name: optional(name),
  mode: optional(mode),
  user_id: optional(
    uuid({
      description: 'The user the key belongs to: the caller, unless a service user of the organization is named.',
      example: '0190a0b0-0000-7000-8000-000000000002',
    }),
  ),
  sandbox: optional(
    flag({ description: 'Run every check and answer what would be, without doing it.', example: false }),
  ),
})

export const revokeKeyRequest = Type.Object({ sandbox: createKeyRequest.properties.sandbox })

const keyMembers = {
  id: uuid({
    description: 'Identifies the key; it is not the key itself.',
    example: '0190a0b0-0000-7000-8000-000000000001',
  }),
  profile_id: uuid({
    description: 'The profile that the key acts as.',
    example: '770e8400-e29b-41d4-a716-446655440002',
  }),
  user_id: uuid({ description: 'The user whose role the key has.', example: '0190a0b0-0000-7000-8000-000000000002' }),
  name: text({ max: 100 }, { description: 'What the key is for.', example: 'Order service', nullable: true }),
  mode,
  last_four: text({ max: 4 }, { description: 'The last four characters of the key.', example: 'a1B2' }),
  created_at: instant({ description: 'When the key was made.', example: '2026-03-25T10:43:34.58912+00:00' }),
  last_used_at: instant({
    description: 'When the key was last used, to the hour.',
    example: '2026-03-25T11:00:00+00:00',
    nullable: true,
  }),
  created_by: uuid({
    description: 'The user who made the key; null where an operator of the server did.',
    example: '0190a0b0-0000-7000-8000-000000000002',
    nullable: true,
  }),
}

export const keyResponse = Type.Object(keyMembers, { description: 'An API key without its text.' })

export const createdKeyResponse = Type.Object({
  ...keyMembers,
  api_key: text({ max: 128 }, { description: 'The key. It is shown in this answer only.', example: 'sk_live_…' }),
})

export interface ApiKey {
  id: string
  profile_id: string | null
  user_id: string
  name: string | null
  mode: 'live' | 'test'
  last_four: string
  created_at: string
  last_used_at: string | null
  created_by: string | null
}
