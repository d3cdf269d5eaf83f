import { email, line, oneOf, optional, text, uuid } from '../contract/fields/field.ts'
import { Type } from '../contract/fields/schema.ts'
import { ASSIGNABLE_ROLES } from '../resources/users/index.ts'

/** What an operator may enter. Shapes and bounds are those of the API's own members (contract 6 and 8). */

const label = (description: string, example: string) =>
  line(
    { min: 1, max: 255, pattern: '\\S' },
    { description, example, humanText: true, says: '{path} must be 1 to 255 characters' },
  )

const address = email({ description: 'E-mail address.', example: 'owner@example.com' })
const role = oneOf(ASSIGNABLE_ROLES, { description: 'What the user may do.', example: 'admin' })

export const wabaInput = Type.Object({
  id: text(
    { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
    {
      description: 'WhatsApp Business Account id.',
      example: '123456789012345',
      says: '{path} must be an id of letters and digits',
    },
  ),
  name: optional(label('Name of the account.', 'Example Company')),
})

export const organizationInput = Type.Object({
  name: label('Name of the organization.', 'Example Company'),
  email: address,
  waba: optional(wabaInput),
})

export const userInput = Type.Object({
  email: address,
  name: label('Name of the user.', 'Jane Doe'),
  role,
})

export const keyInput = Type.Object({
  name: optional(
    line(
      { min: 1, max: 100 },
      {
        description: 'What the key is for.',
        example: 'Order service',
        humanText: true,
        says: '{path} must be 1 to 100 characters',
      },
    ),
  ),
  role: optional(role),
  profile: optional(
    uuid({ description: 'The profile that the key acts as.', example: '770e8400-e29b-41d4-a716-446655440002' }),
  ),
})
