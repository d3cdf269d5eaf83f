import { email, flag, instant, oneOf, optional, phone, text, uuid, webAddress } from '../../contract/field.ts'
import type { JsonValue } from '../../contract/json-value.ts'
import { Type } from '../../contract/schema.ts'
import { type Brand, brandAnswer, brandRequest } from '../brands/index.ts'

/** The profile: every member, its bounds, its sentences. Source: contract 8.1, 8.5, 8.7, 8.9 and decision 13. */

export const BILLING_MODELS = ['profile', 'organization', 'profile_and_organization'] as const
export type BillingModel = (typeof BILLING_MODELS)[number]

export const PROFILE_STATUSES = ['incomplete', 'pending_review', 'approved', 'rejected'] as const
export type ProfileStatus = (typeof PROFILE_STATUSES)[number]

const says = '{path} must be an object'

const billingContactFields = {
  name: text(
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
    text(
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

const shared = {
  name: text(
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
  description: text(
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
}

const numbers = {
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
    description: 'Number that WhatsApp messages are sent from.',
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
}

/** The scalar members that a client may set, in the published order; every one is a column of the same name. */
export const SETTINGS = Object.keys(shared) as (keyof typeof shared)[]
export const NUMBER_SETTINGS = Object.keys(numbers) as (keyof typeof numbers)[]

const billingContactRequest = Type.Object(billingContactFields, {
  description: 'Who is billed when the profile pays.',
  clears: 'null',
  nullable: true,
  secret: 'sealed',
  says,
})

const sandbox = flag({ description: 'Run every check and answer what would be, without doing it.', example: false })

function allOptional<const T extends Record<string, Parameters<typeof optional>[0]>>(fields: T) {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, optional(schema)]))
}

/** Card data, for the API document only: `http/card.ts` cuts it out of the body before the other members are read. */
const paymentDetailsRequest = Type.Object(
  {
    card_number: Type.String({
      pattern: '^\\d{13,19}$',
      description: 'Card number, digits only.',
      example: '4111111111111111',
      secret: 'forwarded',
    }),
    expiry: Type.String({
      pattern: '^(0[1-9]|1[0-2])/\\d{2}$',
      description: 'Expiry, MM/YY.',
      example: '09/27',
      secret: 'forwarded',
    }),
    cvc: Type.String({
      pattern: '^\\d{3,4}$',
      description: 'Card verification code.',
      example: '123',
      secret: 'forwarded',
    }),
    zip_code: Type.String({
      minLength: 1,
      maxLength: 32,
      description: 'Billing postal code.',
      example: '10001',
      secret: 'forwarded',
    }),
  },
  {
    description: 'A card, forwarded to the payment processor and kept nowhere. Not with billing_model organization.',
    secret: 'forwarded',
  },
)

const whatsappRequest = Type.Object(
  {
    waba_id: text(
      { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
      {
        description: 'WhatsApp Business Account id.',
        example: '123456789012345',
        says: { minLength: '{path} is required', any: '{path} must be an id of letters and digits' },
      },
    ),
    phone_number_id: optional(
      text(
        { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
        {
          description: 'Id of a phone number in that account.',
          example: '987654321098765',
          says: '{path} must be an id of letters and digits',
        },
      ),
    ),
    access_token: text(
      { min: 1, max: 1024, pattern: '^[\\x21-\\x7e]+$' },
      {
        description: 'System user token. Kept encrypted, never returned.',
        example: 'EAAxxxxxxxxxxxxxxx',
        secret: 'sealed',
        says: { minLength: '{path} is required', any: '{path} must be a token of printable ASCII characters' },
      },
    ),
  },
  { description: "The profile's own WhatsApp Business Account. Left out, the organization's is shared.", says },
)

/** The body of `POST /v3/profiles`, without the card. */
export const createRequest = Type.Object({
  ...allOptional(shared),
  name: shared.name,
  billing_contact: optional(billingContactRequest),
  brand: optional(brandRequest),
  whatsapp_business_account: optional(whatsappRequest),
  sandbox: optional(sandbox),
})

/** The body of `PATCH /v3/profiles/{profileId}`, without the card. */
export const updateRequest = Type.Object({
  ...allOptional(shared),
  billing_contact: optional(billingContactRequest),
  ...allOptional(numbers),
  brand: optional(brandRequest),
  sandbox: optional(sandbox),
})

/** The bodies as the API document shows them: with the card. */
export const createDocument = Type.Object({
  ...createRequest.properties,
  payment_details: optional(paymentDetailsRequest),
})
export const updateDocument = Type.Object({
  ...updateRequest.properties,
  payment_details: optional(paymentDetailsRequest),
})

/** The body of `DELETE /v3/profiles/{profileId}`. */
export const deleteRequest = Type.Object({ sandbox: optional(sandbox) })

/** A profile in an answer, in the published order (contract 8.1). */
export const profileAnswer = Type.Object(
  {
    id: uuid({ description: 'Identifies the profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
    organization_id: uuid({
      description: 'The organization it belongs to.',
      example: '550e8400-e29b-41d4-a716-446655440000',
      nullable: true,
    }),
    name: shared.name,
    email: email({ description: "The organization's e-mail address.", example: 'team@acme.com', nullable: true }),
    icon: shared.icon,
    description: shared.description,
    short_name: shared.short_name,
    status: oneOf(PROFILE_STATUSES, { description: 'How far the set-up has come.', example: 'approved' }),
    created_at: instant({ description: 'When the profile was created.', example: '2025-12-25T10:43:34.589117+00:00' }),
    updated_at: instant({
      description: 'When the profile was last changed.',
      example: '2026-03-25T10:43:34.58912+00:00',
      nullable: true,
    }),
    allow_contact_sharing: shared.allow_contact_sharing,
    allow_template_sharing: shared.allow_template_sharing,
    inherit_contacts: shared.inherit_contacts,
    inherit_templates: shared.inherit_templates,
    inherit_tcr_brand: shared.inherit_tcr_brand,
    inherit_tcr_campaign: shared.inherit_tcr_campaign,
    billing_model: shared.billing_model,
    ...numbers,
    waba_id: text(
      { max: 64 },
      { description: 'WhatsApp Business Account in use, own or shared.', example: '123456789012345', nullable: true },
    ),
    billing_contact: Type.Object(billingContactFields, {
      description: 'Who is billed when the profile pays.',
      nullable: true,
    }),
    brand: brandAnswer,
  },
  { description: 'A sender profile.' },
)

interface SettingValues {
  name: string
  icon: string | null
  description: string | null
  short_name: string | null
  allow_contact_sharing: boolean
  allow_template_sharing: boolean
  inherit_contacts: boolean
  inherit_templates: boolean
  inherit_tcr_brand: boolean
  inherit_tcr_campaign: boolean
  billing_model: BillingModel
}

interface NumberValues {
  sending_phone_number_profile_id: string | null
  sending_whatsapp_number_profile_id: string | null
  sending_phone_number: string | null
  whatsapp_phone_number: string | null
  allow_number_change_during_onboarding: boolean | null
}

export interface BillingContact {
  name: string
  email: string
  phone: string | null
  address: string | null
}

/** Everything that a client can change on a profile, as it is stored. */
export type ProfileSettings = { [K in keyof typeof shared]: SettingValues[K] } & {
  [K in keyof typeof numbers]: NumberValues[K]
} & { billing_contact: BillingContact | null }

/** What a new profile has where the request says nothing (contract 14.1). */
export const DEFAULT_SETTINGS: Omit<ProfileSettings, 'name'> = {
  icon: null,
  description: null,
  short_name: null,
  allow_contact_sharing: false,
  allow_template_sharing: false,
  inherit_contacts: true,
  inherit_templates: true,
  inherit_tcr_brand: true,
  inherit_tcr_campaign: true,
  billing_model: 'profile',
  sending_phone_number_profile_id: null,
  sending_whatsapp_number_profile_id: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  allow_number_change_during_onboarding: null,
  billing_contact: null,
}

/** What the payment processor gave for the profile's card; nothing of the card but brand and last four. */
export interface StoredPaymentMethod {
  processor: string
  customer: string
  reference: string
  card_brand: string
  last_four: string
}

/** A profile as it is stored, with its own brand and with the brand of its organization. Its version covers the own brand. */
export interface Profile extends ProfileSettings {
  id: string
  organization_id: string
  status: ProfileStatus
  waba_id: string | null
  payment_method: StoredPaymentMethod | null
  /** What the registry has said since the last change by a user. */
  registry_feedback: JsonValue[] | null
  version: number
  created_at: string
  updated_at: string | null
  brand: Brand | null
  organizationBrand: Brand | null
}
