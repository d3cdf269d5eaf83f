import { CAMPAIGN_LIMITS, isWithin, MIXED_USE_CASES } from '../../contract/registry/limits.ts'
import type { CampaignFacts, CampaignText } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import { campaignFix } from '../fixes.ts'
import { ELECTION, FOR_OTHERS, FUND_RAISING, OFFERS, TEST_ALONE, UNFINISHED } from '../lists/content.ts'
import { TO_PEOPLE } from '../lists/samples.ts'
import { isForeign } from '../text/language.ts'
import { saidIn } from '../text/sentences.ts'

const none: readonly Hit[] = []

/** Words of a description that says nothing of its own. */
const GENERIC: ReadonlySet<string> = new Set(
  `we our us will would send sends sending sent text texts texting message messages messaging sms mms notification notifications notify alert alerts update updates information informational
  customer customers client clients user users people recipient recipients subscriber subscribers contact contacts business company brand service services product products and or the a an to of for with by from on in about their
  they them who that this these is are be it its as at via through when if communication communications communicate general important various other more also such etc keep kept informed let know regarding related purpose purposes campaign
  have has all any our your you`.split(/\s+/),
)

/** What an act of the other's is not: a text of one campaign where only transactions are sent. */
function sellsNothing(facts: CampaignFacts): boolean {
  return facts.useCases.length > 0 && !facts.hasAny('MARKETING', 'MIXED', 'LOW_VOLUME')
}

function isVague({ words }: CampaignText): boolean {
  const all = words.toLowerCase().match(/\p{L}+/gu) ?? []
  const different = new Set(all)
  if (different.size < 12) return true
  return [...different].filter((word) => !GENERIC.has(word)).length < 4
}

function firstIn(facts: CampaignFacts, texts: readonly (CampaignText | null)[], pattern: RegExp): Hit[] {
  return texts.flatMap((text) => {
    const found = text === null ? null : saidIn(facts.claims(text), pattern)
    return text === null || found === null ? [] : [{ at: text.pointer, found }]
  })
}

function unfinished(facts: CampaignFacts, text: CampaignText): Hit[] {
  if (TEST_ALONE.test(text.raw)) return [{ at: text.pointer, found: text.raw.trim() }]
  for (const sentence of facts.claims(text)) {
    const found = UNFINISHED.exec(sentence)
    if (found !== null) return [{ at: text.pointer, found: found[0] }]
  }
  return []
}

/** The same kinds in one entry each, where their samples fit in one. */
function merged(facts: CampaignFacts): Pick<Hit, 'fix'> {
  const byKind = new Map<string, string[]>()
  for (const { kind, samples } of facts.useCases) {
    const known = byKind.get(kind) ?? []
    byKind.set(kind, [...new Set([...known, ...samples.map(({ raw }) => raw)])])
  }
  if ([...byKind.values()].some(({ length }) => length > CAMPAIGN_LIMITS.samples.max)) return {}
  const useCases = [...byKind].map(([messagingUseCaseUs, sampleMessages]) => ({ messagingUseCaseUs, sampleMessages }))
  return { fix: campaignFix(facts.brand.packet, facts.index, { useCases }) }
}

/** What the campaign is for, and the use cases that it names. */
export const CAMPAIGN_PURPOSE: readonly CampaignRule[] = [
  {
    id: 'C01',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `The description has ${CAMPAIGN_LIMITS.description.min} to ${CAMPAIGN_LIMITS.description.max} characters: say who sends what to whom, and why.`,
    codes: ['campaign.description.length', 'twilio:30701'],
    source: 'tcr',
    find: (facts) =>
      isWithin(String(facts.members.description ?? '').trim(), CAMPAIGN_LIMITS.description)
        ? none
        : [{ at: facts.at('description') }],
  },
  {
    id: 'C02',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The description does not name the brand: begin with its name.',
    codes: ['campaign.description.brand', 'twilio:30886'],
    source: 'twilio',
    find: ({ description, brand }) =>
      description === null || brand.names.folded.length === 0 || description.namesBrand
        ? none
        : [{ at: description.pointer }],
  },
  {
    id: 'C03',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message: 'The description says little: name the purpose, the people, and what makes a message go out.',
    codes: ['campaign.description.vague', 'twilio:30886'],
    source: 'twilio',
    find: ({ description }) => (description !== null && isVague(description) ? [{ at: description.pointer }] : none),
  },
  {
    id: 'C04',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'The text stands where the real one is still to be written. A programme that tests something says what it tests.',
    codes: ['campaign.placeholder', 'twilio:30534'],
    source: 'twilio305',
    find: (facts) =>
      [facts.description, facts.flow, ...facts.samples].flatMap((text) =>
        text === null ? [] : unfinished(facts, text),
      ),
  },
  {
    id: 'C05',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The brand seems to send for others: register the brand that speaks.',
    codes: ['campaign.on_behalf', 'twilio:30886', 'twilio:30894'],
    source: 'twilio',
    find: (facts) => firstIn(facts, [facts.description], FOR_OTHERS),
  },
  {
    id: 'C06',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'This is an offer, under a use case that has none: add MARKETING, or leave the offer out.',
    codes: ['campaign.use_case.offer', 'twilio:30886', 'twilio:30893'],
    source: 'twilio',
    find: (facts) => {
      if (!sellsNothing(facts)) return none
      // Under these, an offer in a sample is what S11 is about.
      const samples = facts.useCases.flatMap(({ kind, samples }) => (NO_OFFERS.has(kind) ? [] : samples))
      return firstIn(facts, [facts.description, ...samples], OFFERS)
    },
  },
  {
    id: 'C07',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'A reviewer reads English: write this in English, with a translation beside samples of another language.',
    codes: ['campaign.language', 'twilio:30910'],
    source: 'twilio',
    find: (facts) => {
      const texts = [facts.description, facts.flow].filter((text) => text !== null)
      const hits = texts.filter(({ words }) => isForeign(words)).map(({ pointer }) => ({ at: pointer }))
      const [first] = facts.samples
      const areForeign = first !== undefined && facts.samples.every(({ words }) => isForeign(words))
      return areForeign ? [...hits, { at: first.pointer }] : hits
    },
  },
  {
    id: 'C08',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `A campaign has one use case, or is made of ${CAMPAIGN_LIMITS.parts.min} to ${CAMPAIGN_LIMITS.parts.max} different ones, none of them M2M.`,
    codes: ['campaign.use_cases.count', 'twilio:30900'],
    source: 'tcr',
    find: (facts) => {
      const parts = [...facts.kinds].filter((kind) => !MIXED_USE_CASES.has(kind))
      const isMixed = parts.length < facts.kinds.size
      const { min, max } = CAMPAIGN_LIMITS.parts
      const isPartWrong = facts.kinds.size > 1 && facts.kinds.has('M2M')
      const isWrong = facts.kinds.size === 0 || parts.length > max || (isMixed && parts.length < min) || isPartWrong
      return isWrong ? [{ at: facts.at('useCases') }] : none
    },
  },
  {
    id: 'C09',
    severity: 'warn',
    certainty: 'certain',
    fee: null,
    message: 'A use case stands here twice: it is one at the registry.',
    codes: ['campaign.use_cases.double'],
    source: 'tcr',
    find: (facts) =>
      facts.kinds.size < facts.useCases.length ? [{ at: facts.at('useCases'), ...merged(facts) }] : none,
  },
  {
    id: 'C10',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'Elections and fund-raising are use cases of their own at the registry (POLITICAL, CHARITY), which this API does not have.',
    codes: ['campaign.use_case.special'],
    source: 'tcr',
    find: (facts) => {
      const texts = (kind: string) => [
        facts.description,
        ...facts.useCases.filter((useCase) => useCase.kind === kind).flatMap(({ samples }) => samples),
      ]
      const [first] = [
        ...(facts.kinds.has('POLLING_VOTING') ? firstIn(facts, texts('POLLING_VOTING'), ELECTION) : []),
        ...(facts.kinds.has('PUBLIC_SERVICE_ANNOUNCEMENT')
          ? firstIn(facts, texts('PUBLIC_SERVICE_ANNOUNCEMENT'), FUND_RAISING)
          : []),
      ]
      return first === undefined ? none : [{ ...first, at: facts.at('useCases') }]
    },
  },
  {
    id: 'C11',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The samples speak to people, and M2M is for machines: take the use case that fits.',
    codes: ['campaign.use_case.m2m'],
    source: 'telnyx',
    find: (facts) => {
      const samples = facts.useCases.filter(({ kind }) => kind === 'M2M').flatMap(({ samples }) => samples)
      const [first] = samples.filter(({ words }) =>
        TO_PEOPLE.test(words.replace(/\breply (?:stop|help)\b[^.]*/gi, ' ')),
      )
      return first === undefined ? none : [{ at: facts.at('useCases') }]
    },
  },
  {
    id: 'C12',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message:
      'HIGHER_EDUCATION is for colleges and universities, which the web site and the line of business do not show.',
    codes: ['campaign.use_case.education'],
    source: 'tcr',
    find: (facts) =>
      facts.kinds.has('HIGHER_EDUCATION') &&
      facts.brand.isThere &&
      !/\.edu(?:\.\w+)?$|\.ac\.\w+$/i.test(facts.brand.site ?? '') &&
      facts.brand.text('compliance', 'vertical') !== 'EDUCATION'
        ? [{ at: facts.at('useCases') }]
        : none,
  },
]

/** Use cases whose samples never hold an offer. */
export const NO_OFFERS: ReadonlySet<string> = new Set(['TWO_FA', 'FRAUD_ALERT', 'SECURITY_ALERT'])
