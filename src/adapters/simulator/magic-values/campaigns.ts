import type { CampaignForRegistry } from '../../../ports/brand-registry.ts'

/** What the simulated registry and its reviewers do with a campaign. */
export type CampaignBehaviour =
  | 'reject'
  | 'decline'
  | 'fail'
  | 'suspend'
  | 'neverReview'
  | 'expire'
  | 'slow'
  | 'loseAnswer'
  | 'outage'

export interface MagicCampaign {
  /** Written anywhere in the place that is named. */
  word: string
  place: 'samples' | 'description' | 'messageFlow'
  behaviour: CampaignBehaviour
  says: string
}

export const SAMPLE_REASON = 'A sample message does not fit the use case.'
export const DECLINE_REASON = 'The opt-in is not described: say where and how people agree to the messages.'

export const FAILED_REASON = 'The registry did not take the campaign: the terms are not the brand’s own.'
export const SUSPENDED_REASON =
  'A mobile network has suspended the campaign: people complained of messages that they did not ask for.'

/** The words that drive the simulated registry; a campaign without any is accepted. `docs/PROVIDERS.md` lists them. */
export const MAGIC_CAMPAIGNS: readonly MagicCampaign[] = [
  {
    word: '[reject]',
    place: 'samples',
    behaviour: 'reject',
    says: `Refused at once on \`campaign.useCases\`: "${SAMPLE_REASON}"`,
  },
  {
    word: '[decline]',
    place: 'description',
    behaviour: 'decline',
    says: `Registered, then DECLINED by the partner it is shared with: "${DECLINE_REASON}"`,
  },
  {
    word: '[decline]',
    place: 'messageFlow',
    behaviour: 'decline',
    says: 'The same. Corrected, the campaign is changed under its id and reviewed again.',
  },
  {
    word: '[pending]',
    place: 'description',
    behaviour: 'neverReview',
    says: 'Registered; the partner never decides, so it stays PENDING.',
  },
  {
    word: '[failed]',
    place: 'description',
    behaviour: 'fail',
    says: `Registered, then refused by the registry, so that it has to be submitted anew: "${FAILED_REASON}"`,
  },
  {
    word: '[suspended]',
    place: 'description',
    behaviour: 'suspend',
    says: `Accepted; a moment later suspended: "${SUSPENDED_REASON}"`,
  },
  { word: '[expired]', place: 'description', behaviour: 'expire', says: 'Accepted, then EXPIRED.' },
  { word: '[slow]', place: 'description', behaviour: 'slow', says: 'Accepted; the registry answers after 3 seconds.' },
  {
    word: '[lost]',
    place: 'description',
    behaviour: 'loseAnswer',
    says: 'No answer for 10 seconds, but the campaign is registered: looking up its reference finds it.',
  },
  { word: '[outage]', place: 'description', behaviour: 'outage', says: 'The registry is down, every time.' },
]

/** The behaviour that a campaign asks for; the first word found counts. */
export function magicCampaign(campaign: CampaignForRegistry): CampaignBehaviour | null {
  const texts = {
    samples: campaign.samples.join('\n'),
    description: campaign.description,
    messageFlow: campaign.messageFlow ?? '',
  }
  return MAGIC_CAMPAIGNS.find(({ word, place }) => texts[place].includes(word))?.behaviour ?? null
}
