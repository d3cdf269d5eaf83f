import {
  email,
  flag,
  instant,
  line,
  lines,
  oneOf,
  optional,
  phone,
  text,
  uuid,
  webAddress,
} from '../../contract/fields/field.ts'
import {
  computed,
  encryptedSettings,
  namesOf,
  requiredSetting,
  setting,
  stored,
  storedLater,
  updateSetting,
} from '../../contract/fields/field-table.ts'
import { Type } from '../../contract/fields/schema.ts'
import { brandResponse } from '../brands/index.ts'

/** The field table of a profile. Source: contract 8.1, 8.5, 8.7, 8.9, 14.1 and decision 13. */

export const BILLING_MODELS = ['profile', 'organization', 'profile_and_organization'] as const
export const PROFILE_STATUSES = ['incomplete', 'pending_review', 'approved', 'rejected'] as const

export const billingContactMembers = {
  name: line(
    { min: 1, max: 255, pattern: '\\S' },
    {
      description: 'Who is billed.',
      example: 'Acme Corp',
      humanText: true,
      secret: 'sealed',
      says: {
        minLength: '{path} is required',
        pattern: '{path} is required',
        any: '{path} must be text of at most 255 characters',
      },
    },
  ),
  email: email({ description: 'Where bills are sent.', example: 'billing@acmecorp.com', secret: 'sealed' }),
  phone: optional(
    phone({
      description: 'Phone number, E.164.',
      example: '+12025551234',
      clears: 'null',
      nullable: true,
      secret: 'sealed',
    }),
  ),
  address: optional(
    lines(
      { min: 1, max: 1000 },
      {
        description: 'Postal address as free text.',
        example: '123 Main Street, New York, NY 10001, US',
        clears: 'null',
        nullable: true,
        humanText: true,
        secret: 'sealed',
        says: '{path} must be 1 to 1000 characters',
      },
    ),
  ),
}

/** A profile, in the published order of its members. Every setting and stored member is a column of the same name. */
export const profileTable = {
  id: stored(uuid({ description: 'Identifies the profile.', example: '770e8400-e29b-41d4-a716-446655440002' })),
  organization_id: stored(
    uuid({
      description: 'The organization it belongs to.',
      example: '550e8400-e29b-41d4-a716-446655440000',
      nullable: true,
    }),
  ),
  name: requiredSetting(
    line(
      { min: 1, max: 255, pattern: '\\S' },
      {
        description: 'Name of the profile.',
        example: 'Sales Team - Updated',
        humanText: true,
        says: {
          required: 'Profile name is required',
          minLength: 'Profile name is required',
          pattern: 'Profile name is required',
          any: 'name must be text of at most 255 characters',
        },
      },
    ),
  ),
  email: computed(
    email({ description: "The organization's e-mail address.", example: 'team@acme.com', nullable: true }),
  ),
  icon: setting(
    webAddress({
      description: 'Address of an icon. Never fetched.',
      example: 'https://example.com/sales-icon.png',
      clears: 'null-or-empty',
    }),
    null,
  ),
  description: setting(
    lines(
      { max: 5000 },
      {
        description: 'What the profile is for.',
        example: 'Updated sales department sender profile',
        clears: 'null-or-empty',
        humanText: true,
        says: '{path} must be text of at most 5000 characters',
      },
    ),
    null,
  ),
  short_name: setting(
    text(
      { max: 255, pattern: '^(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}$' },
      {
        description: 'Abbreviation: 3 to 11 letters, digits or spaces, at least one letter.',
        example: 'SALES',
        clears: 'null',
        says: 'short_name must be 3-11 characters, contain only letters, numbers, and spaces, and include at least one letter',
      },
    ),
    null,
  ),
  status: stored(oneOf(PROFILE_STATUSES, { description: 'How far the set-up has come.', example: 'approved' })),
  created_at: stored(
    instant({ description: 'When the profile was created.', example: '2025-12-25T10:43:34.589117+00:00' }),
  ),
  updated_at: storedLater(
    instant({
      description: 'When the profile was last changed.',
      example: '2026-03-25T10:43:34.58912+00:00',
    }),
  ),
  allow_contact_sharing: setting(
    flag({
      description: 'Whether siblings that inherit contacts see the contacts of this profile.',
      example: true,
    }),
    false,
  ),
  allow_template_sharing: setting(
    flag({
      description: 'Whether siblings that inherit templates see the templates of this profile.',
      example: false,
    }),
    false,
  ),
  inherit_contacts: setting(
    flag({
      description: "Whether the profile sees the organization's and sharing siblings' contacts.",
      example: true,
    }),
    true,
  ),
  inherit_templates: setting(
    flag({
      description: "Whether the profile sees the organization's and sharing siblings' templates.",
      example: true,
    }),
    true,
  ),
  inherit_tcr_brand: setting(flag({ description: "Whether the organization's brand is used.", example: false }), true),
  inherit_tcr_campaign: setting(
    flag({ description: "Whether the organization's campaigns are used.", example: false }),
    true,
  ),
  billing_model: setting(
    oneOf(BILLING_MODELS, {
      description: 'Who pays: the profile, the organization, or the profile first.',
      example: 'organization',
    }),
    'profile',
  ),
  sending_phone_number_profile_id: updateSetting(
    uuid({
      description: 'Another profile of the organization whose SMS configuration is used.',
      example: '660e8400-e29b-41d4-a716-446655440000',
      clears: 'null',
    }),
  ),
  sending_whatsapp_number_profile_id: updateSetting(
    uuid({
      description: 'Another profile of the organization whose WhatsApp configuration is used.',
      example: '660e8400-e29b-41d4-a716-446655440000',
      clears: 'null',
    }),
  ),
  sending_phone_number: updateSetting(
    phone({
      description: 'Number that SMS is sent from.',
      example: '+12025551234',
      clears: 'null',
    }),
  ),
  whatsapp_phone_number: updateSetting(
    phone({
      description: 'Number that WhatsApp messages are sent from. The 1 that once stood behind +52 is left out.',
      whatsappNumber: true,
      example: '+12025551234',
      clears: 'null',
    }),
  ),
  allow_number_change_during_onboarding: updateSetting(
    flag({
      description: 'Whether the number may change while the profile is set up.',
      example: true,
      clears: 'null',
    }),
  ),
  waba_id: computed(
    text(
      { max: 64 },
      {
        description: 'WhatsApp Business Account in use, own or shared.',
        example: '123456789012345',
        nullable: true,
      },
    ),
  ),
  billing_contact: setting(
    Type.Object(billingContactMembers, {
      description: 'Who is billed when the profile pays.',
      clears: 'null',
      secret: 'sealed',
      says: '{path} must be an object',
    }),
    null,
  ),
  brand: computed(brandResponse),
}

/** The settings that are encrypted at rest, and those that are stored as they are. */
export const ENCRYPTED_SETTINGS = encryptedSettings(profileTable)
export const PLAIN_SETTINGS = namesOf(profileTable, 'setting').filter((name) => !ENCRYPTED_SETTINGS.includes(name))
