import { phoneCountry } from '../../../../contract/text/phone-country.ts'
import { type NumberSource, numberOf } from '../../../profiles/index.ts'
import type { Problem } from '../../registration.fields.ts'

/** Which numbers can be in a 10DLC campaign. */

/** Toll-free codes of the North American numbering plan. */
const TOLL_FREE = /^\+18(?:00|33|44|55|66|77|88)/
/** The United States, with the territories whose numbers are theirs. */
const UNITED_STATES: ReadonlySet<string> = new Set(['US', 'PR', 'VI', 'GU', 'AS', 'MP'])

const ADVICE = 'send from a US local number, or set brand.compliance.isTcrApplication to false'

/**
 * Why a number can never be in a 10DLC campaign, or null. Carriers take US long codes; some take Canadian ones as well, so
 * these are told only where the number would be put into a campaign here.
 */
function longCodeProblem(number: string, isPutIntoCampaign: boolean): string | null {
  if (TOLL_FREE.test(number)) return `A 10DLC campaign takes US long codes, and this number is toll-free: ${ADVICE}.`
  const country = phoneCountry(number)
  if (country !== null && UNITED_STATES.has(country)) return null
  if (country === 'CA' && !isPutIntoCampaign) return null
  // A number that begins with +1 and is of no country that is known may be of a new area code.
  if (country === null && number.startsWith('+1')) return null
  return `A 10DLC campaign takes US long codes, and this number is ${country === null ? 'none' : `one of ${country}`}: ${ADVICE}.`
}

interface Sender {
  sending_phone_number: string | null
  sending_phone_number_profile_id: string | null
}

/** What keeps the number that a profile sends from out of a 10DLC campaign, with the member that puts it right; or null. */
export function senderProblem(
  { sending_phone_number: own, sending_phone_number_profile_id: other }: Sender,
  reached: readonly NumberSource[],
  { isPutIntoCampaign }: { isPutIntoCampaign: boolean },
): Problem | null {
  const number = other === null ? own : numberOf('sms', other, reached)
  const says = number === null ? null : longCodeProblem(number, isPutIntoCampaign)
  const field = other === null ? 'sending_phone_number' : 'sending_phone_number_profile_id'
  return says === null ? null : { field, says }
}
