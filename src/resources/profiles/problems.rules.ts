import type { Details } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, type ParsedBody } from '../../contract/fields/patch.ts'
import { addBrokenRules, inOrder } from '../../contract/fields/rule.ts'
import { PROFILE_RULES, type ProfileChange } from './profile.rules.ts'
import { REQUEST_ORDER } from './profile-request.fields.ts'

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
  return inOrder(details, REQUEST_ORDER)
}
