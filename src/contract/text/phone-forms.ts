import { createRequire } from 'node:module'
import type { LineType } from './line-types.ts'

/** Reads the package when the first number is written down: a start does not need it, and it takes 30 MB. */
const readWhenUsed = createRequire(import.meta.url)

/** A number as the package has it. */
interface ParsedNumber {
  getCountryCode(): number
}

/** The part of the package that is used; it has no types of its own. */
interface Library {
  PhoneNumberFormat: { INTERNATIONAL: number; NATIONAL: number; RFC3966: number }
  PhoneNumberType: Readonly<Record<string, number>>
  PhoneNumberUtil: {
    getInstance(): {
      parse(text: string): ParsedNumber
      format(number: ParsedNumber, format: number): string
      getRegionCodeForNumber(number: ParsedNumber): string | null | undefined
      getNumberType(number: ParsedNumber): number
      isValidNumber(number: ParsedNumber): boolean
    }
  }
}

function library(): Library {
  return readWhenUsed('google-libphonenumber') as Library
}

/** Null where no country has the code that the number begins with. */
function parsed(e164: string): ParsedNumber | null {
  try {
    return library().PhoneNumberUtil.getInstance().parse(e164)
  } catch {
    return null
  }
}

/** Longer is no number, however it is separated. */
const CHARS_MAX = 64
/** Also the spaces and hyphens of typesetting, and the marks of direction that come along when a number is copied from a contact. */
const SEPARATORS = /[ \u00a0\u2009\u202f().\-\u2010-\u2015\p{Cf}]/gu
const E164 = /^\+[1-9]\d{6,14}$/

/**
 * E.164 of a number with its country code, as people and RFC 3966 write it: spaces, hyphens, dots and parentheses say nothing. Null for
 * anything else, also for a number without `+`: a guessed country would mean a stranger.
 */
export function readPhone(text: string): string | null {
  if (text.length > CHARS_MAX) return null
  const digits = text.trim().replace(/^tel:/i, '').replace(SEPARATORS, '')
  return E164.test(digits) ? digits : null
}

/** How a number is written. */
export interface PhoneForms {
  e164: string
  international: string
  national: string
  /** RFC 3966. */
  rfc: string
  /** The calling code without plus; empty where no country has it. */
  callingCode: string
  /** ISO 3166-1 alpha-2; empty where the number belongs to no country. */
  region: string
}

/** The forms of Google's library. A number that cannot exist has them too, without groups. */
export function phoneForms(e164: string): PhoneForms {
  const number = parsed(e164)
  const bare = e164.slice(1)
  if (number === null)
    return { e164, international: e164, national: bare, rfc: `tel:${e164}`, callingCode: '', region: '' }
  const { PhoneNumberFormat, PhoneNumberUtil } = library()
  const util = PhoneNumberUtil.getInstance()
  return {
    e164,
    international: util.format(number, PhoneNumberFormat.INTERNATIONAL),
    national: util.format(number, PhoneNumberFormat.NATIONAL),
    rfc: util.format(number, PhoneNumberFormat.RFC3966),
    callingCode: String(number.getCountryCode()),
    region: regionOf(util.getRegionCodeForNumber(number)),
  }
}

/** `001` stands for the whole world. */
function regionOf(code: string | null | undefined): string {
  return code === null || code === undefined || code === '001' ? '' : code
}

/** What a number is said to be where nobody was asked. */
export interface KnownNumber {
  isValid: boolean
  region: string | null
  lineType: LineType | null
}

const TYPES = {
  MOBILE: 'mobile',
  FIXED_LINE: 'landline',
  TOLL_FREE: 'toll_free',
  PREMIUM_RATE: 'premium',
  VOIP: 'voip',
} as const

/** What the numbering plans say of a number. In some countries, such as the United States, they do not tell mobiles from landlines. */
export function knownOfNumber(e164: string): KnownNumber {
  const number = parsed(e164)
  if (number === null) return { isValid: false, region: null, lineType: null }
  const { PhoneNumberType, PhoneNumberUtil } = library()
  const util = PhoneNumberUtil.getInstance()
  const type = util.getNumberType(number)
  const found = Object.entries(TYPES).find(([name]) => PhoneNumberType[name] === type)
  return {
    isValid: util.isValidNumber(number),
    region: regionOf(util.getRegionCodeForNumber(number)) || null,
    lineType: found?.[1] ?? null,
  }
}
