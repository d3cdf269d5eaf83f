import { Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { type KnownNumber, phoneForms, readPhone } from '../../contract/text/phone-forms.ts'
import type { NumberFacts } from '../../ports/carrier.ts'

/** The number of a look-up, in E.164. @throws Failure VALIDATION_001 without one, RESOURCE_013 for what is no number of any country. */
export function readLookedUp(value: string | undefined): string {
  if (value === undefined || value.trim() === '')
    throw new Failure('VALIDATION_001', { message: 'Phone number is required' })
  const e164 = readPhone(value)
  if (e164 === null || phoneForms(e164).callingCode === '') throw new Failure('RESOURCE_013')
  return e164
}

/**
 * What the API answers: the word of the carrier, completed by the numbering plans.
 *
 * @param facts null where nobody was asked, or whoever was asked could not be reached
 */
export function shownNumber(phoneNumber: string, known: KnownNumber, facts: NumberFacts | null): JsonObject {
  const told = facts?.lineType ?? null
  const lineType = told ?? known.lineType
  return {
    phone_number: phoneNumber,
    is_valid: known.isValid,
    carrier_name: facts?.carrierName ?? null,
    line_type: lineType,
    country_code: known.region ?? facts?.country ?? null,
    mobile_country_code: facts?.mobileCountryCode ?? null,
    mobile_network_code: facts?.mobileNetworkCode ?? null,
    is_ported: facts?.isPorted ?? null,
    // The plans know of some ranges that they are Internet telephony, and of none that it is not.
    is_voip: lineType === 'voip' ? true : told === null ? null : false,
  }
}
