import { DAILY_VOLUME, MIXED_USE_CASES } from '../../contract/registry/limits.ts'
import type { CampaignFacts } from '../facts/campaign-facts.ts'
import type { BrandRule, CampaignRule, Hit } from '../finding.ts'
import { brandNames, foldText, isNamed } from '../text/names.ts'

const none: readonly Hit[] = []
const VOLUME = '/brand/compliance/expectedMessagingVolume'

/** The brand of the profile's own name speaks in the texts, and the organization's, which is registered, does not. */
function speaksForItself(facts: CampaignFacts): boolean {
  const { profile } = facts.brand.packet
  if (profile.inherit_tcr_brand !== true || typeof profile.name !== 'string') return false
  const registered = [facts.brand.text('contact', 'businessName'), facts.brand.text('business', 'legalName')]
  const organization = brandNames(
    registered.filter((name) => name !== null),
    null,
  )
  if (organization.folded.length === 0) return false
  const own = brandNames([profile.name], null)
  const texts = [facts.description, facts.flow, ...facts.samples]
    .filter((text) => text !== null)
    .map(({ words }) => foldText(words))
  return texts.some((text) => isNamed(text, own)) && !texts.some((text) => isNamed(text, organization))
}

function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** What campaigns and brand say together. */
export const CONSISTENCY_OF_CAMPAIGNS: readonly CampaignRule[] = [
  {
    id: 'C21',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: "Another campaign has the same description: say what is this one's own.",
    codes: ['campaign.description.not_unique', 'microsoft:CampaignDescriptionNotUnique'],
    source: 'microsoft',
    find: (facts) => {
      const { description, brand, index } = facts
      if (description === null) return none
      const own = folded(description.raw)
      const others = brand.packet.campaigns
        .slice(0, index)
        .map((campaign) => folded(String(campaign.description ?? '')))
      return others.includes(own) ? [{ at: description.pointer }] : none
    },
  },
  {
    id: 'V01',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message:
      "The profile uses the organization's brand, and the texts name another: register a brand of its own, or name the organization.",
    codes: ['campaign.inherited_brand', 'twilio:30894'],
    source: 'twilio',
    find: (facts) => (speaksForItself(facts) ? [{ at: '/profile/inherit_tcr_brand' }] : none),
  },
  {
    id: 'V02',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message: `Below ${DAILY_VOLUME.lowBelow} messages a day LOW_VOLUME costs US$1.50 a month instead of 10.`,
    codes: ['campaign.volume.low'],
    source: 'carriers',
    find: ({ brand, kinds }) =>
      brand.perDay !== null && brand.perDay < DAILY_VOLUME.lowBelow && kinds.size === 1 && !kinds.has('LOW_VOLUME')
        ? [{ at: VOLUME }]
        : none,
  },
  {
    id: 'V05',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message:
      'No number can be read in the expected volume, which decides between MIXED and LOW_VOLUME where a campaign has several use cases: write messages a day, as 2000.',
    codes: ['brand.volume.unread'],
    source: 'tcr',
    find: ({ brand, kinds }) => {
      const isByVolume = kinds.size > 1 && ![...MIXED_USE_CASES].some((parent) => kinds.has(parent))
      const isUnread = brand.perDay === null && brand.text('compliance', 'expectedMessagingVolume') !== null
      return isByVolume && isUnread ? [{ at: VOLUME }] : none
    },
  },
  {
    id: 'V04',
    severity: 'warn',
    certainty: 'certain',
    fee: null,
    message: `LOW_VOLUME ends at ${DAILY_VOLUME.lowBelow} messages a day (T-Mobile) and 75 a minute (AT&T): take a standard use case.`,
    codes: ['campaign.volume.above_low'],
    source: 'carriers',
    find: ({ brand, kinds }) =>
      brand.perDay !== null && brand.perDay > DAILY_VOLUME.lowBelow && kinds.has('LOW_VOLUME')
        ? [{ at: VOLUME }]
        : none,
  },
  {
    id: 'G01',
    severity: 'note',
    certainty: 'likely',
    fee: null,
    message: 'Marketing reaches people in Texas from 9 to 21 o’clock, on Sundays from 12.',
    codes: ['campaign.quiet_hours.texas'],
    source: 'texas',
    find: (facts) => (facts.kinds.has('MARKETING') ? [{ at: facts.at('useCases') }] : none),
  },
]

/** What the brand says of its volume. */
export const CONSISTENCY_OF_BRAND: readonly BrandRule[] = [
  {
    id: 'V03',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message: `Without a score a brand may send ${DAILY_VOLUME.unscoredMax} messages a day to T-Mobile, and the rest is dropped: a vetting costs about US$41.50.`,
    codes: ['brand.volume.above_tier'],
    source: 'carriers',
    find: ({ perDay }) => (perDay !== null && perDay > DAILY_VOLUME.unscoredMax ? [{ at: VOLUME }] : none),
  },
]
