import { type Details, Failure } from '../../contract/failure.ts'
import { isJsonObject, type JsonObject } from '../../contract/json-value.ts'
import { addUnknown, type Reading } from '../../contract/patch.ts'
import { addBrokenRules, type Rule } from '../../contract/rule.ts'
import { compileCheck } from '../../contract/validator.ts'
import { campaignBody, deleteCampaignRequest } from './campaign.fields.ts'
import { CAMPAIGN_RULES, type CampaignChange, DELETE_RULES } from './campaign.rules.ts'

const checkBody = compileCheck(campaignBody)
const checkDelete = compileCheck(deleteCampaignRequest)

/** What a change of a campaign is judged by, beside what is stored. */
interface Judged {
  reading: Reading
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
 * The `campaign` member of a request that may be carried out, without nulls, and the names of the members that are not known.
 *
 * @throws Failure VALIDATION_001 with every problem of fields and rules together (decision 14).
 */
export function readCampaign(
  judged: Judged,
  change: CampaignChange,
): { campaign: JsonObject; unknown: readonly string[] } {
  const { values, unknown } = judged.reading
  throwIfAny(checkBody(values), judged, { rules: CAMPAIGN_RULES, change })
  return { campaign: isJsonObject(values.campaign) ? values.campaign : {}, unknown }
}

/** The names of the members that are not known of a deletion that may be carried out. @throws Failure VALIDATION_001. */
export function readDeletion(judged: Judged, change: CampaignChange): readonly string[] {
  throwIfAny(checkDelete(judged.reading.values), judged, { rules: DELETE_RULES, change })
  return judged.reading.unknown
}
