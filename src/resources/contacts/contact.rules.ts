import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject, JsonValue } from '../../contract/fields/json-value.ts'
import { wholeNumber } from '../../contract/paging.ts'
import { phoneForms, readPhone } from '../../contract/text/phone-forms.ts'
import {
  CHANNELS,
  type Channel,
  type Contact,
  type ContactNumber,
  type ContactQuery,
  type Page,
} from './contact.fields.ts'

/** A contact as the API answers it, in the published order of members. */
export function shownContact(contact: Contact): JsonObject {
  const { number } = contact
  return {
    id: contact.id,
    phone_number: number.given,
    format_e164: number.e164,
    format_international: number.international,
    format_national: number.national,
    format_rfc: number.rfc,
    country_code: number.callingCode,
    region_code: number.region,
    available_channels: contact.channels.join(','),
    default_channel: contact.defaultChannel,
    opt_out: contact.optOut,
    is_inherited: contact.isInherited,
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
  }
}

/** The digits under which a number is found by the way it is written in its country. */
export function nationalDigits({ national }: Pick<ContactNumber, 'national'>): string {
  return national.replace(/\D/g, '')
}

/**
 * The number of a new contact.
 *
 * @throws Failure VALIDATION_001 where there is none, VALIDATION_002 for a text that is no number with a country code.
 */
export function readContactNumber(value: JsonValue | undefined): ContactNumber {
  if (value === undefined || (typeof value === 'string' && value.trim() === ''))
    throw new Failure('VALIDATION_001', { message: 'Phone number is required' })
  if (typeof value !== 'string')
    throw new Failure('VALIDATION_001', { details: { phone_number: ['phone_number must be text'] } })
  const e164 = readPhone(value)
  if (e164 === null) throw new Failure('VALIDATION_002')
  return { given: value.replace(/\p{Cf}/gu, '').trim(), ...phoneForms(e164) }
}

/** Reads the query of the list. @throws Failure VALIDATION_005, VALIDATION_001, VALIDATION_002. */
export function readContactQuery(query: URLSearchParams): ContactQuery {
  const page = wholeNumber(query, 'page') ?? 1
  if (!(page >= 1 && page <= 1_000_000)) throw new Failure('VALIDATION_005', { message: 'Page must be greater than 0' })
  const pageSize = wholeNumber(query, 'page_size') ?? 20
  if (!(pageSize >= 1 && pageSize <= 100))
    throw new Failure('VALIDATION_005', { message: 'Page size must be between 1 and 100' })
  return { page, pageSize, channel: readChannel(query), search: readSearch(query), phone: readPhoneFilter(query) }
}

/** Empty is absent: clients write a null so. */
function given(query: URLSearchParams, name: string): string | null {
  const text = query.get(name)
  return text === null || text.trim() === '' ? null : text
}

function readChannel(query: URLSearchParams): Channel | null {
  const channel = given(query, 'channel')
  if (channel === null) return null
  const found = CHANNELS.find((one) => one === channel)
  if (found === undefined)
    throw new Failure('VALIDATION_001', { details: { channel: [`Channel must be one of: ${CHANNELS.join(', ')}`] } })
  return found
}

/** Only a whole number is looked for, in any of its forms: what is kept of one cannot be searched for a part. */
function readSearch(query: URLSearchParams): string | null {
  const search = given(query, 'search')
  if (search === null) return null
  if (search.length > 255)
    throw new Failure('VALIDATION_001', { details: { search: ['search must be text of at most 255 characters'] } })
  const digits = search.replace(/^\s*tel:/i, '').replace(/[\s().+\-/\u2010-\u2015\p{Cf}]/gu, '')
  return /^\d{2,20}$/.test(digits) ? digits : ''
}

function readPhoneFilter(query: URLSearchParams): string | null {
  const phone = given(query, 'phone')
  if (phone === null) return null
  // A plus that a client did not encode arrives as a space.
  const e164 = readPhone(phone.replace(/^ (?=\d)/, '+'))
  if (e164 === null) throw new Failure('VALIDATION_002')
  return e164
}

/** The `pagination` member. */
export function pagination({ page, pageSize }: Page, total: number): JsonObject {
  const pages = Math.ceil(total / pageSize)
  return {
    page,
    page_size: pageSize,
    total_count: total,
    total_pages: pages,
    has_more: page < pages,
    cursors: null,
  }
}

/** @throws Failure VALIDATION_001 for a contact that another account has. */
export function checkOwn({ isInherited }: Contact, verb: 'updated' | 'deleted'): void {
  if (isInherited)
    throw new Failure('VALIDATION_001', {
      message: `This contact is read-only and cannot be ${verb}.`,
      hint: 'Change it as the account that has it: with its key, or with x-profile-id.',
    })
}

const WRONG_CHANNEL = 'Channel not available for this contact'

/** What is wrong with the default channel of a change. */
export function channelProblem({ channels }: Contact, values: JsonObject): Details {
  const wanted = values.default_channel
  const isKnown = CHANNELS.some((channel) => channel === wanted)
  return isKnown && !channels.some((channel) => channel === wanted) ? { default_channel: [WRONG_CHANNEL] } : {}
}

/** The contact with the members that a change names; null where it names none. */
export function changedContact(contact: Contact, values: JsonObject): Contact | null {
  const { default_channel: channel, opt_out: optOut } = values
  if (channel === undefined && optOut === undefined) return null
  return {
    ...contact,
    ...(channel === undefined ? {} : { defaultChannel: channel as Channel }),
    ...(optOut === undefined ? {} : { optOut: optOut === true }),
  }
}

/** What is wrong with the only other member of a body. */
export function checkFlags({ sandbox }: JsonObject): Details {
  return sandbox === undefined || typeof sandbox === 'boolean' ? {} : { sandbox: ['sandbox must be true or false'] }
}
