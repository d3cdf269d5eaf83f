import type { CampaignFacts, CampaignText } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import {
  AGE_QUESTION,
  ALCOHOL,
  BIRTH_DATE,
  EMERGENCY,
  FIREARMS,
  HIGH_RISK,
  LENDING,
  PROHIBITED,
} from '../lists/content.ts'
import { saidIn } from '../text/sentences.ts'
import { NO_OFFERS } from './campaign-purpose.ts'

const none: readonly Hit[] = []

function firstSaid(facts: CampaignFacts, texts: readonly CampaignText[], ...patterns: readonly RegExp[]): Hit | null {
  for (const text of texts) {
    const claims = facts.claims(text)
    for (const pattern of patterns) {
      const found = saidIn(claims, pattern)
      if (found !== null) return { at: text.pointer, found }
    }
  }
  return null
}

/** Samples of these name merchants and others, of whom the sender is none. */
function withoutWarnings(facts: CampaignFacts): CampaignText[] {
  const exempt = new Set(facts.useCases.filter(({ kind }) => NO_OFFERS.has(kind)).flatMap(({ samples }) => samples))
  return facts.allTexts.filter((text) => !exempt.has(text))
}

function one(hit: Hit | null): readonly Hit[] {
  return hit === null ? none : [hit]
}

/** Public bodies, and schools, which warn their own. */
function mayWarn({ brand }: CampaignFacts): boolean {
  return brand.entityType === 'GOVERNMENT' || brand.text('compliance', 'vertical') === 'GOVERNMENT'
}

/** What a campaign may not be about, or only with an attribute. */
export const CAMPAIGN_CONTENT: readonly CampaignRule[] = [
  {
    id: 'C16',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'This speaks of loans: set directLending where they are your own, and advertise none.',
    codes: ['campaign.lending', 'twilio:30895'],
    source: 'twilio',
    find: (facts) =>
      facts.flag('directLending') === true ? none : one(firstSaid(facts, withoutWarnings(facts), LENDING)),
  },
  {
    id: 'C17',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'Alcohol and firearms need ageGated, and an opt-in that asks for the date of birth; a question for yes or no is not enough.',
    codes: ['campaign.age_gate', 'twilio:30888', 'twilio:30875', 'twilio:30883'],
    source: 'twilio',
    find: (facts) => {
      if (facts.flag('ageGated') !== true) return one(firstSaid(facts, withoutWarnings(facts), ALCOHOL, FIREARMS))
      const { flow } = facts
      if (flow === null || BIRTH_DATE.test(flow.words)) return none
      return [{ at: flow.pointer, ...(AGE_QUESTION.test(flow.words) ? { severity: 'warn' as const } : {}) }]
    },
  },
  {
    id: 'C18',
    severity: 'block',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'Cannabis, tobacco and adult content are not possible on long codes, with or without an age gate, and a campaign refused for it is not taken again.',
    codes: ['campaign.prohibited', 'twilio:30883', 'twilio:30878'],
    source: 'twilio',
    find: (facts) => one(firstSaid(facts, withoutWarnings(facts), PROHIBITED)),
  },
  {
    id: 'C19',
    severity: 'block',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'Gambling, prize draws, debt relief, collecting for others, credit repair, tips for investors, high-interest loans and affiliate marketing are not possible on long codes.',
    codes: ['campaign.high_risk', 'twilio:30897', 'twilio:30943', 'twilio:30949', 'twilio:30950'],
    source: 'twilio',
    find: (facts) => one(firstSaid(facts, withoutWarnings(facts), HIGH_RISK)),
  },
  {
    id: 'C20',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'Alerts of emergencies are for public bodies alone: take another use case.',
    codes: ['campaign.emergency', 'twilio:30929'],
    source: 'twilio',
    find: (facts) => (mayWarn(facts) ? none : one(firstSaid(facts, withoutWarnings(facts), EMERGENCY))),
  },
]
