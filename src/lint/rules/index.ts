import type { BrandRule, CampaignRule } from '../finding.ts'
import { BRAND_BUSINESS } from './brand-business.ts'
import { BRAND_CONTACT } from './brand-contact.ts'
import { BRAND_IDENTITY } from './brand-identity.ts'
import { CAMPAIGN_CONTENT } from './campaign-content.ts'
import { CAMPAIGN_PURPOSE } from './campaign-purpose.ts'
import { CONSISTENCY_OF_BRAND, CONSISTENCY_OF_CAMPAIGNS } from './consistency.ts'
import { OPT_IN_FLOW } from './opt-in-flow.ts'
import { POLICY_RULES } from './policies.ts'
import { REPLY_RULES } from './replies.ts'
import { SAMPLE_RULES } from './samples.ts'

/** The rules on a brand. */
export const BRAND_RULES: readonly BrandRule[] = [
  ...BRAND_IDENTITY,
  ...BRAND_CONTACT,
  ...BRAND_BUSINESS,
  ...CONSISTENCY_OF_BRAND,
]

/** The rules on a campaign, which may look at its brand. */
export const CAMPAIGN_RULES: readonly CampaignRule[] = [
  ...CAMPAIGN_PURPOSE,
  ...CAMPAIGN_CONTENT,
  ...OPT_IN_FLOW,
  ...REPLY_RULES,
  ...SAMPLE_RULES,
  ...POLICY_RULES,
  ...CONSISTENCY_OF_CAMPAIGNS,
]
