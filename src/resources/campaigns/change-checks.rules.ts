import { type Details, Failure } from '../../contract/failure.ts'
import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, type ParsedBody } from '../../contract/fields/patch.ts'
import { addBrokenRules, type Rule } from '../../contract/fields/rule.ts'
import { compileCheck } from '../../contract/fields/validator.ts'
import { campaignBody, deleteCampaignRequest } from './campaign.fields.ts'
import { CAMPAIGN_RULES, type CampaignChange, DELETE_RULES } from './campaign.rules.ts'

const checkBody = compileCheck(campaignBody)
const checkDelete = compileCheck(deleteCampaignRequest)

/** What a change of a campaign is judged by, beside what is stored. */
interface Judged {
  reading: ParsedBody
  /** Problems that were found before the fields. */
  earlyProblems: Details
  isStrict: boolean
}

function throwIfAny(
  found: Details,
  { reading, earlyProblems, isStrict }: Judged,
  { rules, change }: { rules: readonly Rule<CampaignChange>[]; change: CampaignChange },
): void {
  const details = { ...found, ...earlyProblems, ...addUnknown(reading, isStrict) }
  addBrokenRules(rules, change, details)
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
}

/**
 * The `campaign` member of a request that may be carried out, without nulls.
 *
 * @throws Failure VALIDATION_001 with every problem of fields and rules together (decision 14).
 */
export function readCampaign(judged: Judged, change: CampaignChange): JsonObject {
  const { values } = judged.reading
  throwIfAny(checkBody(values), judged, { rules: CAMPAIGN_RULES, change })
  return isJsonObject(values.campaign) ? values.campaign : {}
}

/** @throws Failure VALIDATION_001 for a deletion that may not be carried out. */
export function checkDeletion(judged: Judged, change: CampaignChange): void {
  throwIfAny(checkDelete(judged.reading.values), judged, { rules: DELETE_RULES, change })
}
