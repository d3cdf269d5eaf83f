import type { Details } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, type ParsedBody } from '../../contract/fields/patch.ts'
import { addBrokenRules, inOrder } from '../../contract/fields/rule.ts'
import { PROFILE_RULES, type ProfileChange } from './profile.rules.ts'

/** The members of a request in the published order, for the order of its problems. */
const ORDER = [
  'name',
  'icon',
  'description',
  'short_name',
  'allow_contact_sharing',
  'allow_template_sharing',
  'inherit_contacts',
  'inherit_templates',
  'inherit_tcr_brand',
  'inherit_tcr_campaign',
  'billing_model',
  'billing_contact',
  'sending_phone_number_profile_id',
  'sending_whatsapp_number_profile_id',
  'sending_phone_number',
  'whatsapp_phone_number',
  'allow_number_change_during_onboarding',
  'brand',
  'payment_details',
  'whatsapp_business_account',
  'sandbox',
]

/** Every problem of a request, of fields and rules together, in one answer (decision 14). Empty when there is none. */
export function problemsOf(found: {
  early: Details
  reading: ParsedBody
  checked: JsonObject
  check: (values: JsonObject) => Details
  change: ProfileChange
  isStrict: boolean
}): Details {
  const details: Details = { ...found.check(found.checked), ...found.reading.problems, ...found.early }
  Object.assign(details, addUnknown(found.reading, found.isStrict))
  addBrokenRules(PROFILE_RULES, found.change, details)
  return inOrder(details, ORDER)
}
