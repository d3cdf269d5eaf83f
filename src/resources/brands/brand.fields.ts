import {
  country,
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
import type { JsonValue } from '../../contract/fields/json-value.ts'
import { type TSchema, Type } from '../../contract/fields/schema.ts'
import { toSnake } from '../../contract/fields/snake-case.ts'
import { ADDED_MEMBERS, addedBusinessFields, addedContactFields } from './added.fields.ts'

/**
 * The brand (KYC and TCR data) of a profile or of an organization. Source: contract 8.2 to 8.4.
 *
 * The API takes the three sections in camelCase and answers them in snake_case, except the entries of
 * `destinationCountries`, which stay as sent. Every member is declared once, in the request's spelling.
 */

export const VERTICALS = [
  'PROFESSIONAL',
  'REAL_ESTATE',
  'HEALTHCARE',
  'HUMAN_RESOURCES',
  'ENERGY',
  'ENTERTAINMENT',
  'RETAIL',
  'TRANSPORTATION',
  'AGRICULTURE',
  'INSURANCE',
  'POSTAL',
  'EDUCATION',
  'HOSPITALITY',
  'FINANCIAL',
  'POLITICAL',
  'GAMBLING',
  'LEGAL',
  'CONSTRUCTION',
  'NGO',
  'MANUFACTURING',
  'GOVERNMENT',
  'TECHNOLOGY',
  'COMMUNICATION',
] as const

export const BRAND_RELATIONSHIPS = [
  'BASIC_ACCOUNT',
  'SMALL_ACCOUNT',
  'MEDIUM_ACCOUNT',
  'LARGE_ACCOUNT',
  'KEY_ACCOUNT',
] as const

export const ENTITY_TYPES = ['PRIVATE_PROFIT', 'PUBLIC_PROFIT', 'NON_PROFIT', 'SOLE_PROPRIETOR', 'GOVERNMENT'] as const

const SHORT = { min: 1, max: 255 } as const

function cleared(description: string, example: string | null, extra: { humanText?: boolean; secret?: 'sealed' } = {}) {
  return {
    description,
    example,
    clears: 'null',
    nullable: true,
    says: '{path} must be 1 to 255 characters',
    ...extra,
  } as const
}

const contactFields = {
  name: line(
    { ...SHORT, pattern: '\\S' },
    {
      description: 'Person who answers for the brand.',
      example: 'John Smith',
      secret: 'sealed',
      humanText: true,
      says: {
        minLength: '{path} is required',
        pattern: '{path} is required',
        any: '{path} must be text of at most 255 characters',
      },
    },
  ),
  businessName: optional(
    line(SHORT, cleared('Name under which the business is known.', 'Acme Corp', { humanText: true, secret: 'sealed' })),
  ),
  role: optional(
    line(SHORT, cleared("The contact's role in the business.", 'CEO', { humanText: true, secret: 'sealed' })),
  ),
  phone: optional(
    phone({
      description: "The contact's phone number, E.164.",
      example: '+12025551234',
      clears: 'null',
      nullable: true,
      secret: 'sealed',
    }),
  ),
  email: optional(
    email({
      description: "The contact's e-mail address.",
      example: 'john@acmecorp.com',
      clears: 'null',
      nullable: true,
      secret: 'sealed',
    }),
  ),
  phoneCountryCode: optional(
    text(
      { max: 5, pattern: '^\\+?[1-9]\\d{0,3}$' },
      {
        description: 'Calling code of the phone number.',
        example: '1',
        clears: 'null',
        nullable: true,
        secret: 'sealed',
        says: "{path} must be a calling code (e.g. '1')",
      },
    ),
  ),
  ...addedContactFields,
}

const businessFields = {
  legalName: optional(
    line(SHORT, cleared('Legal name, exactly as in the tax record.', 'Acme Corporation LLC', { humanText: true })),
  ),
  taxId: optional(
    line(
      { min: 1, max: 64 },
      {
        ...cleared('Tax number of the business.', '12-3456789', { secret: 'sealed' }),
        says: '{path} must be 1 to 64 characters',
      },
    ),
  ),
  taxIdType: optional(
    line(
      { min: 1, max: 64 },
      {
        ...cleared('Kind of the tax number.', 'us_ein', { humanText: true }),
        says: '{path} must be 1 to 64 characters',
      },
    ),
  ),
  entityType: optional(
    oneOf(ENTITY_TYPES, {
      description: 'Legal form of the business.',
      example: 'PRIVATE_PROFIT',
      clears: 'null',
      nullable: true,
    }),
  ),
  street: optional(line(SHORT, cleared('Street and number.', '123 Main Street', { humanText: true }))),
  city: optional(line(SHORT, cleared('City.', 'New York', { humanText: true }))),
  state: optional(line(SHORT, cleared('State or province.', 'NY', { humanText: true }))),
  postalCode: optional(
    line(
      { min: 1, max: 32 },
      { ...cleared('Postal code.', '10001', { humanText: true }), says: '{path} must be 1 to 32 characters' },
    ),
  ),
  country: optional(country({ description: 'Country of the address.', example: 'US', clears: 'null', nullable: true })),
  url: optional(
    webAddress({
      description: 'Web site of the business. Never fetched.',
      example: 'https://acmecorp.com',
      clears: 'null',
      nullable: true,
    }),
  ),
  countryOfRegistration: optional(
    country({
      description: 'Country where the business is registered.',
      example: 'US',
      clears: 'null',
      nullable: true,
    }),
  ),
  ...addedBusinessFields,
}

const destinationCountry = Type.Object({
  id: optional(country({ description: 'Country that is messaged.', example: 'US' })),
  isMain: optional(flag({ description: 'Whether it is the main destination.', example: false })),
})

const complianceFields = {
  vertical: oneOf(VERTICALS, { description: 'Line of business, in TCR terms.', example: 'PROFESSIONAL' }),
  brandRelationship: oneOf(BRAND_RELATIONSHIPS, {
    description: 'Size of the account, in TCR terms.',
    example: 'SMALL_ACCOUNT',
  }),
  primaryUseCase: optional(
    lines(
      { min: 1, max: 1000 },
      {
        ...cleared('What the messages are for.', 'Customer notifications and appointment reminders', {
          humanText: true,
        }),
        says: '{path} must be 1 to 1000 characters',
      },
    ),
  ),
  expectedMessagingVolume: optional(
    line(
      { min: 1, max: 64 },
      {
        ...cleared('Expected messages a day, as text.', '10000', { humanText: true }),
        says: '{path} must be 1 to 64 characters',
      },
    ),
  ),
  isTcrApplication: optional(
    flag({
      description: 'Whether the brand is to be registered with TCR.',
      example: true,
      clears: 'null',
      nullable: true,
    }),
  ),
  phoneNumberPrefix: optional(
    text(
      { max: 8, pattern: '^\\+?[0-9 -]{1,7}$' },
      {
        description: 'Prefix of the numbers wanted.',
        example: '+1',
        clears: 'null',
        nullable: true,
        says: "{path} must be a calling prefix (e.g. '+1')",
      },
    ),
  ),
  destinationCountries: optional(
    Type.Array(destinationCountry, {
      maxItems: 250,
      description: 'Countries that are messaged. A list that is sent replaces the stored one.',
      example: [{ id: 'US', isMain: false }],
      clears: 'null',
      nullable: true,
      says: { maxItems: '{path} must have at most 250 entries', any: '{path} must be a list' },
    }),
  ),
  notes: optional(
    lines(
      { min: 1, max: 5000 },
      {
        ...cleared('Anything a reviewer should know.', null, { humanText: true }),
        says: '{path} must be 1 to 5000 characters',
      },
    ),
  ),
}

const says = '{path} must be an object'

/** The request's `brand` member. */
export const brandRequest = Type.Object(
  {
    contact: Type.Object(contactFields, { description: 'Who answers for the brand.', says }),
    business: optional(
      Type.Object(businessFields, {
        description: 'The business behind the brand.',
        clears: 'null',
        nullable: true,
        says,
      }),
    ),
    compliance: Type.Object(complianceFields, { description: 'What the registry asks.', says }),
  },
  {
    description: 'Creates or updates the brand of the profile. Members that are left out keep their stored values.',
    says,
  },
)

/** Published members are always answered, null where there is no value; ours only where there is one. */
function answered(fields: Record<string, TSchema>): Record<string, TSchema> {
  const members = Object.entries(fields).map(([name, schema]): [string, TSchema] => [
    toSnake(name),
    ADDED_MEMBERS.has(name) ? optional({ ...schema, nullable: false }) : schema,
  ])
  return Object.fromEntries(members)
}

export const SECTIONS = { contact: contactFields, business: businessFields, compliance: complianceFields } as const
export type Section = keyof typeof SECTIONS

const registryText = (description: string, example: string) =>
  text({ max: 64 }, { description, example, nullable: true })

/** The `brand` member of an answer, in the published order. */
export const brandResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the brand.', example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890' }),
    tcr_brand_id: registryText('Id that the registry gave the brand.', 'BABC123'),
    status: oneOf(['ACTIVE', 'INACTIVE', 'SUSPENDED'], {
      description: 'State at the registry.',
      example: 'ACTIVE',
      nullable: true,
    }),
    identity_status: oneOf(['SELF_DECLARED', 'UNVERIFIED', 'VERIFIED', 'VETTED_VERIFIED'], {
      description: 'Result of the identity check.',
      example: 'VERIFIED',
      nullable: true,
    }),
    universal_ein: registryText('Country prefix and tax number, as the registry normalised them.', 'US_123456789'),
    csp_id: registryText('Id of the campaign service provider that registered the brand.', 'SABC123'),
    submitted_to_tcr: flag({
      description: 'Whether the registry has the brand. A submitted brand is locked.',
      example: false,
    }),
    submitted_at: instant({
      description: 'When the brand was submitted.',
      example: '2026-03-25T10:43:34+00:00',
      nullable: true,
    }),
    is_inherited: flag({ description: "Whether this is the organization's brand.", example: false }),
    created_at: instant({ description: 'When the brand was created.', example: '2026-03-25T10:43:34.589113+00:00' }),
    updated_at: instant({
      description: 'When the brand was last changed.',
      example: '2026-03-25T10:43:34.589113+00:00',
      nullable: true,
    }),
    contact: Type.Object(answered(contactFields), { description: 'Who answers for the brand.', nullable: true }),
    business: Type.Object(answered(businessFields), { description: 'The business behind the brand.', nullable: true }),
    compliance: Type.Object(answered(complianceFields), { description: 'What the registry asks.', nullable: true }),
  },
  { description: 'The brand in effect: the own one, or the inherited one of the organization.', nullable: true },
)

/** One section as it is stored: snake_case, only the members that have a value. */
export type SectionValues = Record<string, JsonValue>

/** A brand as it is stored. `lock` is taken when a submission is queued and stays when the registry has answered (decision 21). */
export interface Brand {
  id: string
  tcr_brand_id: string | null
  status: string | null
  identity_status: string | null
  universal_ein: string | null
  csp_id: string | null
  lock: 'submitting' | 'submitted' | null
  submitted_at: string | null
  created_at: string
  updated_at: string | null
  contact: SectionValues
  business: SectionValues
  compliance: SectionValues
}
