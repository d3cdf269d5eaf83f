import {
  email,
  flag,
  line,
  lines,
  oneOf,
  optional,
  phone,
  text,
  uuid,
  webAddress,
} from '../../contract/fields/field.ts'
import type { TSchema } from '../../contract/fields/schema.ts'
import { BILLING_MODELS, type NumberSettings, type ScalarSettings } from './profile.fields.ts'

/** The members that requests and answers have in common: bounds, sentences, descriptions. Source: contract 8.1, 8.5, 8.7, 8.9 and decision 13. */

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

export const scalarMembers = {
  name: line(
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
  icon: webAddress({
    description: 'Address of an icon. Never fetched.',
    example: 'https://example.com/sales-icon.png',
    clears: 'null-or-empty',
    nullable: true,
  }),
  description: lines(
    { max: 5000 },
    {
      description: 'What the profile is for.',
      example: 'Updated sales department sender profile',
      clears: 'null-or-empty',
      nullable: true,
      humanText: true,
      says: '{path} must be text of at most 5000 characters',
    },
  ),
  short_name: text(
    { max: 255, pattern: '^(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}$' },
    {
      description: 'Abbreviation: 3 to 11 letters, digits or spaces, at least one letter.',
      example: 'SALES',
      clears: 'null',
      nullable: true,
      says: 'short_name must be 3-11 characters, contain only letters, numbers, and spaces, and include at least one letter',
    },
  ),
  allow_contact_sharing: flag({
    description: 'Whether siblings that inherit contacts see the contacts of this profile.',
    example: true,
  }),
  allow_template_sharing: flag({
    description: 'Whether siblings that inherit templates see the templates of this profile.',
    example: false,
  }),
  inherit_contacts: flag({
    description: "Whether the profile sees the organization's and sharing siblings' contacts.",
    example: true,
  }),
  inherit_templates: flag({
    description: "Whether the profile sees the organization's and sharing siblings' templates.",
    example: true,
  }),
  inherit_tcr_brand: flag({ description: "Whether the organization's brand is used.", example: false }),
  inherit_tcr_campaign: flag({ description: "Whether the organization's campaigns are used.", example: false }),
  billing_model: oneOf(BILLING_MODELS, {
    description: 'Who pays: the profile, the organization, or the profile first.',
    example: 'organization',
  }),
} satisfies Record<keyof ScalarSettings, TSchema>

export const numberMembers = {
  sending_phone_number_profile_id: uuid({
    description: 'Another profile of the organization whose SMS configuration is used.',
    example: '660e8400-e29b-41d4-a716-446655440000',
    clears: 'null',
    nullable: true,
  }),
  sending_whatsapp_number_profile_id: uuid({
    description: 'Another profile of the organization whose WhatsApp configuration is used.',
    example: '660e8400-e29b-41d4-a716-446655440000',
    clears: 'null',
    nullable: true,
  }),
  sending_phone_number: phone({
    description: 'Number that SMS is sent from.',
    example: '+12025551234',
    clears: 'null',
    nullable: true,
  }),
  whatsapp_phone_number: phone({
    description: 'Number that WhatsApp messages are sent from. The 1 that once stood behind +52 is left out.',
    whatsappNumber: true,
    example: '+12025551234',
    clears: 'null',
    nullable: true,
  }),
  allow_number_change_during_onboarding: flag({
    description: 'Whether the number may change while the profile is set up.',
    example: true,
    clears: 'null',
    nullable: true,
  }),
} satisfies Record<keyof NumberSettings, TSchema>

/** The scalar members that a client may set, in the published order; every one is a column of the same name. */
export const SETTINGS = Object.keys(scalarMembers) as (keyof typeof scalarMembers)[]
export const NUMBER_SETTINGS = Object.keys(numberMembers) as (keyof typeof numberMembers)[]
