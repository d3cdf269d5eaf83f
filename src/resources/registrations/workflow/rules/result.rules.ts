import type { Rule } from '../../../../contract/fields/rule.ts'
import type { ProfileStatus } from '../../../profiles/index.ts'

/** When a profile may be completed, when it is complete, and which status it then has. Sources: contract 8.12, 14.2, 17-22 to 17-27. */

/** What the rules know of a profile that is to be completed. */
export interface CompletionFacts {
  shortName: string | null
  description: string | null
  inheritsBrand: boolean
  hasOwnBrand: boolean
  hasOrganizationBrand: boolean
  /** Of the brand in effect. */
  isTcrApplication: boolean
  inheritsCampaign: boolean
  ownCampaigns: number
  organizationCampaigns: number
  /** The references that no longer name a live profile. */
  deadReferences: readonly ('sending_phone_number_profile_id' | 'sending_whatsapp_number_profile_id')[]
}

function deadReference(member: CompletionFacts['deadReferences'][number]): Rule<CompletionFacts> {
  return {
    at: member,
    reads: [],
    says: `${member} names a profile that no longer exists`,
    broken: ({ deadReferences }) => deadReferences.includes(member),
  }
}

/** What must hold before a profile is completed. Each is told under the member that puts it right. */
export const PREREQUISITES: readonly Rule<CompletionFacts>[] = [
  {
    at: 'short_name',
    reads: [],
    says: 'short_name is required to complete the profile',
    broken: ({ shortName }) => shortName === null,
  },
  {
    at: 'description',
    reads: [],
    says: 'description is required to complete the profile',
    broken: ({ description }) => description === null || description.trim() === '',
  },
  deadReference('sending_phone_number_profile_id'),
  deadReference('sending_whatsapp_number_profile_id'),
  {
    at: 'brand',
    reads: [],
    says: 'brand is required to complete the profile',
    broken: ({ inheritsBrand, hasOwnBrand }) => !inheritsBrand && !hasOwnBrand,
  },
  {
    at: 'inherit_tcr_brand',
    reads: [],
    says: 'The organization has no brand to inherit: give it one, or send a brand for the profile',
    broken: ({ inheritsBrand, hasOrganizationBrand }) => inheritsBrand && !hasOrganizationBrand,
  },
  {
    at: 'campaign',
    reads: [],
    says: 'A TCR application needs at least one campaign: create one for the profile',
    broken: ({ isTcrApplication, inheritsCampaign, ownCampaigns }) =>
      isTcrApplication && !inheritsCampaign && ownCampaigns === 0,
  },
  {
    at: 'inherit_tcr_campaign',
    reads: [],
    says: 'The organization has no campaign to inherit: give it one, or set inherit_tcr_campaign to false and create one for the profile',
    broken: ({ isTcrApplication, inheritsCampaign, organizationCampaigns }) =>
      isTcrApplication && inheritsCampaign && organizationCampaigns === 0,
  },
]

/** What decides the result of a run that got through all of its steps. */
export interface ResultFacts {
  hasSms: boolean
  hasWhatsapp: boolean
  isTcrApplication: boolean
  inheritsBrand: boolean
  inheritsCampaign: boolean
  isBrandSubmitted: boolean
  /** Every own campaign. */
  areCampaignsSubmitted: boolean
  hasMainDestination: boolean
}

export type Result = 'COMPLETED' | 'SUBMITTED'

/** The first line that applies (contract 8.12; the readings 17-22 and 17-23 are adopted). */
export function resultOf(facts: ResultFacts): { result: Result; because: string } {
  if (!facts.hasSms && !facts.hasWhatsapp) {
    return { result: 'SUBMITTED', because: 'Neither an SMS nor a WhatsApp number is set up: a person decides.' }
  }
  if (facts.isTcrApplication && !(facts.inheritsBrand && facts.inheritsCampaign)) {
    const isSubmitted =
      (facts.inheritsBrand || facts.isBrandSubmitted) && (facts.inheritsCampaign || facts.areCampaignsSubmitted)
    return isSubmitted
      ? { result: 'COMPLETED', because: 'The registry has the brand and the campaigns.' }
      : { result: 'SUBMITTED', because: 'The registry does not have the brand and the campaigns yet.' }
  }
  if (!facts.isTcrApplication && facts.hasMainDestination) {
    return { result: 'SUBMITTED', because: 'A main destination country is named: a person decides.' }
  }
  return { result: 'COMPLETED', because: 'Nothing is left to do.' }
}

/** The profile's status after a run: a failed one leaves what was before it (contract 14.2). */
export function statusAfter(result: Result | 'failed', before: ProfileStatus): ProfileStatus {
  if (result === 'COMPLETED') return 'approved'
  // What was approved once stays so while more of it is registered.
  if (result === 'failed' || before === 'approved') return before
  return 'pending_review'
}
