import { email, flag, instant, oneOf, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'

/** The account that a key acts as (contract 10), for the API document. */

const name = text({ max: 255 }, { description: 'Name of the account.', example: 'Marketing' })
const shortName = text({ max: 11 }, { description: 'Abbreviation of a profile.', example: 'MKT', nullable: true })
const icon = text(
  { max: 2048 },
  { description: 'Address of an icon.', example: 'https://example.com/icon.png', nullable: true },
)
const about = text(
  { max: 5000 },
  { description: 'What the account is for.', example: 'Marketing messages', nullable: true },
)
const createdAt = instant({ description: 'When the account was created.', example: '2025-01-20T14:00:00+00:00' })
const number = text({ max: 16 }, { description: 'Number in use.', example: '+12025551234', nullable: true })
const configured = flag({ description: 'Whether the channel is set up.', example: true })
const STATUSES = ['incomplete', 'pending_review', 'approved', 'rejected'] as const

const settings = Type.Object(
  {
    allow_contact_sharing: flag({ description: 'Whether siblings see the contacts.', example: false }),
    allow_template_sharing: flag({ description: 'Whether siblings see the templates.', example: false }),
    inherit_contacts: flag({ description: 'Whether inherited contacts are seen.', example: true }),
    inherit_templates: flag({ description: 'Whether inherited templates are seen.', example: true }),
    inherit_tcr_brand: flag({ description: "Whether the organization's brand is used.", example: true }),
    inherit_tcr_campaign: flag({ description: "Whether the organization's campaigns are used.", example: true }),
    billing_model: oneOf(['profile', 'organization', 'profile_and_organization'], {
      description: 'Who pays.',
      example: 'organization',
    }),
  },
  { description: 'Settings of a profile.', nullable: true },
)

const child = Type.Object({
  id: uuid({ description: 'Identifies the profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
  name,
  icon,
  description: about,
  short_name: shortName,
  role: oneOf(['admin', 'billing', 'developer'], { description: "The caller's role in it.", example: 'admin' }),
  status: oneOf(STATUSES, { description: 'How far its set-up has come.', example: 'approved' }),
  created_at: createdAt,
  settings,
})

export const accountResponse = Type.Object({
  type: oneOf(['organization', 'user', 'profile'], { description: 'Kind of account.', example: 'profile' }),
  id: uuid({ description: 'Identifies the account.', example: '770e8400-e29b-41d4-a716-446655440002' }),
  organization_id: uuid({
    description: 'The organization of a profile.',
    example: '550e8400-e29b-41d4-a716-446655440000',
    nullable: true,
  }),
  name,
  short_name: shortName,
  email: email({ description: 'E-mail address of the account.', example: 'team@acme.com', nullable: true }),
  icon,
  description: about,
  created_at: createdAt,
  channels: Type.Object(
    {
      sms: Type.Object({ configured, phone_number: number }, { description: 'SMS.' }),
      whatsapp: Type.Object(
        {
          configured,
          phone_number: number,
          business_name: text({ max: 255 }, { description: 'Name at WhatsApp.', example: 'Acme Corp', nullable: true }),
        },
        { description: 'WhatsApp.' },
      ),
      rcs: Type.Object({ configured, phone_number: number }, { description: 'RCS.' }),
    },
    { description: 'What the account can send on.' },
  ),
  status: oneOf(STATUSES, {
    description: 'How far the set-up of a profile has come.',
    example: 'approved',
    nullable: true,
  }),
  settings,
  profiles: Type.Array(child, { description: 'The profiles of an organization, oldest first, at most 1,000.' }),
})
