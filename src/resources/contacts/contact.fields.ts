import { flag, instant, oneOf, optional, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import type { PhoneForms } from '../../contract/text/phone-forms.ts'

/** The channels that a contact can be reached on. */
export const CHANNELS = ['sms', 'whatsapp'] as const
export type Channel = (typeof CHANNELS)[number]

/** Longer than any way to write a number. */
const NUMBER_CHARS_MAX = 64

/** A person whom an account sends to. */
export interface Contact {
  id: string
  /** The organization itself, or one of its profiles. */
  ownerId: string
  number: ContactNumber
  channels: readonly Channel[]
  defaultChannel: Channel
  optOut: boolean
  /** The reader is not the owner, so it cannot change the contact. */
  isInherited: boolean
  version: number
  createdAt: string
  updatedAt: string | null
}

/** A number with all its forms. They are made once, when it is written down, and kept encrypted together. */
export interface ContactNumber extends PhoneForms {
  /** As it was given. */
  given: string
}

/** A page of a list. */
export interface Page {
  page: number
  pageSize: number
}

/** How contacts are looked for. `phone` counts before `search`. */
export interface ContactQuery extends Page {
  channel: Channel | null
  /** Digits of a whole number, or null; '' where what was searched for is none, so that nothing is found. */
  search: string | null
  /** E.164. */
  phone: string | null
}

const sandbox = flag({ description: 'Run every check and answer what would be, without doing it.', example: false })

const defaultChannel = oneOf(CHANNELS, {
  description: 'The channel that is taken where a send names none. It must be one of available_channels.',
  example: 'sms',
  says: 'Default channel must be one of: sms, whatsapp',
})
const optOut = flag({
  description: 'The person wants no messages, on any channel. Nothing is sent while it is true.',
  example: false,
})
const phoneNumber = text(
  { max: NUMBER_CHARS_MAX },
  {
    description:
      'The number with its country code, as `+12025551234`; spaces, hyphens, dots, parentheses and `tel:` may stand in it.',
    example: '+12025551234',
    secret: 'sealed',
  },
)

export const createContactRequest = Type.Object({ phone_number: phoneNumber, sandbox: optional(sandbox) })
export const updateContactRequest = Type.Object({
  default_channel: optional(defaultChannel),
  opt_out: optional(optOut),
  sandbox: optional(sandbox),
})
export const deleteContactRequest = Type.Object({ sandbox: optional(sandbox) })

const shown = (description: string, example: string) => text({ max: 128 }, { description, example })

export const contactResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the contact.', example: '6ba7b810-9dad-41d1-80b4-00c04fd430c8' }),
    phone_number: shown('The number as it was given.', '+12025551234'),
    format_e164: shown('The number in E.164.', '+12025551234'),
    format_international: shown('The number as it is written abroad.', '+1 202-555-1234'),
    format_national: shown('The number as it is written in its country.', '(202) 555-1234'),
    format_rfc: shown('The number as an RFC 3966 link.', 'tel:+1-202-555-1234'),
    country_code: shown('The calling code without plus; empty where no country has it.', '1'),
    region_code: shown('ISO 3166-1 alpha-2; empty where the number belongs to no country, or cannot exist.', 'US'),
    available_channels: shown('The channels that the person can be reached on, separated by commas.', 'sms'),
    default_channel: defaultChannel,
    opt_out: optOut,
    is_inherited: flag({
      description: 'Another account has the contact and shares it. It is read-only.',
      example: false,
    }),
    created_at: instant({ description: 'When the contact was added.', example: '2026-03-25T10:43:34.58912+00:00' }),
    updated_at: instant({
      description: 'When it was last changed; null until then.',
      example: '2026-03-25T10:43:34.58912+00:00',
      nullable: true,
    }),
  },
  { description: 'A contact.' },
)
