import { email, instant, oneOf, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import { brandResponse } from '../brands/index.ts'
import { PROFILE_STATUSES } from './profile.fields.ts'
import { billingContactMembers, numberMembers, scalarMembers } from './profile-members.fields.ts'

/** A profile in an answer, in the published order (contract 8.1). */
export const profileResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
    organization_id: uuid({
      description: 'The organization it belongs to.',
      example: '550e8400-e29b-41d4-a716-446655440000',
      nullable: true,
    }),
    name: scalarMembers.name,
    email: email({ description: "The organization's e-mail address.", example: 'team@acme.com', nullable: true }),
    icon: scalarMembers.icon,
    description: scalarMembers.description,
    short_name: scalarMembers.short_name,
    status: oneOf(PROFILE_STATUSES, { description: 'How far the set-up has come.', example: 'approved' }),
    created_at: instant({ description: 'When the profile was created.', example: '2025-12-25T10:43:34.589117+00:00' }),
    updated_at: instant({
      description: 'When the profile was last changed.',
      example: '2026-03-25T10:43:34.58912+00:00',
      nullable: true,
    }),
    allow_contact_sharing: scalarMembers.allow_contact_sharing,
    allow_template_sharing: scalarMembers.allow_template_sharing,
    inherit_contacts: scalarMembers.inherit_contacts,
    inherit_templates: scalarMembers.inherit_templates,
    inherit_tcr_brand: scalarMembers.inherit_tcr_brand,
    inherit_tcr_campaign: scalarMembers.inherit_tcr_campaign,
    billing_model: scalarMembers.billing_model,
    ...numberMembers,
    waba_id: text(
      { max: 64 },
      {
        description: 'WhatsApp Business Account in use, own or shared.',
        example: '123456789012345',
        nullable: true,
      },
    ),
    billing_contact: Type.Object(billingContactMembers, {
      description: 'Who is billed when the profile pays.',
      nullable: true,
    }),
    brand: brandResponse,
  },
  { description: 'A sender profile.' },
)
