import { CAMPAIGN_LIMITS, isWithin } from '../../contract/registry/limits.ts'
import { linkIn, phoneIn } from '../../contract/text/embedded.ts'
import { segmentsOf } from '../../contract/text/segments.ts'
import { siteOfEmail } from '../facts/brand-facts.ts'
import type { CampaignFacts, CampaignText } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import { campaignFix } from '../fixes.ts'
import { saysOptOut } from '../lists/consent.ts'
import { OFFERS, URGENT } from '../lists/content.ts'
import { FITTING } from '../lists/fitting.ts'
import { CODE, CODE_WORD, COMMON_CAPITALS, VARIABLE } from '../lists/samples.ts'
import { isBelow, SHORTENERS } from '../lists/sites.ts'
import { linksIn, siteOfLink } from '../text/links.ts'
import { NO_OFFERS } from './campaign-purpose.ts'

const none: readonly Hit[] = []

function firstSample(facts: CampaignFacts): string {
  return facts.samples[0]?.pointer ?? facts.at('useCases')
}

/** The campaign with one sample written anew. */
function sampleFix(facts: CampaignFacts, sample: CampaignText, text: string): NonNullable<Hit['fix']> {
  const useCases = facts.useCases.map(({ kind, samples }, index) => ({
    ...(Array.isArray(facts.members.useCases) ? (facts.members.useCases[index] as object) : {}),
    messagingUseCaseUs: kind,
    sampleMessages: samples.map((other) => (other === sample ? text : other.raw)),
  }))
  return campaignFix(facts.brand.packet, facts.index, { useCases })
}

/** The sites that a sample may link: the brand's, and those that the packet names. */
function ownSites(facts: CampaignFacts): ReadonlySet<string> {
  const policies = ['privacyPolicyLink', 'termsAndConditionsLink'].flatMap((member) => {
    const [link] = linksIn(facts.text(member)?.raw ?? '')
    return link === undefined ? [] : [siteOfLink(link)]
  })
  const sites = [facts.brand.site, siteOfEmail(facts.brand.text('contact', 'email')), ...policies]
  return new Set(sites.filter((site) => site !== null))
}

function wordSet(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [])
}

/** How much two samples share, without what every message ends in. */
function likeness(one: CampaignText, other: CampaignText): number {
  const bare = ({ words }: CampaignText) =>
    wordSet(words.replace(/\b(?:reply|text)\b[^.]{0,12}\b(?:STOP|HELP)\b[^.]*/gi, ' ').replace(/\d+/g, ' '))
  const first = bare(one)
  const second = bare(other)
  const shared = [...first].filter((word) => second.has(word)).length
  const all = first.size + second.size - shared
  return all === 0 ? 1 : shared / all
}

function alike(facts: CampaignFacts): readonly Hit[] {
  const { samples } = facts
  for (const [index, one] of samples.entries())
    for (const other of samples.slice(0, index))
      if (other.raw === one.raw || likeness(one, other) > 0.9) return [{ at: one.pointer }]
  return none
}

/** TWO_FA shows a code; neither it nor a warning offers anything. */
function unfit(facts: CampaignFacts): readonly Hit[] {
  const hits: Hit[] = []
  for (const { kind, pointer, samples } of facts.useCases) {
    if (kind === 'TWO_FA' && !samples.some(({ raw }) => CODE.test(raw) && CODE_WORD.test(raw)))
      hits.push({ at: samples[0]?.pointer ?? pointer, found: 'no code' })
    if (!NO_OFFERS.has(kind)) continue
    for (const sample of samples) {
      // An offer that denies something is an offer all the same.
      const found = OFFERS.exec(facts.claims(sample).join(' '))?.[0] ?? null
      if (found !== null) hits.push({ at: sample.pointer, found })
    }
  }
  return hits
}

/** Enough digits for a number, before a finder looks closely. */
const MAY_HOLD_PHONE = /(?:\d[\s().-]*){7}|\b8(?:00|33|44|55|66|77|88)\b|phone/i

function undeclared(facts: CampaignFacts): readonly Hit[] {
  const holdsLink = facts.samples.some(({ raw }) => linkIn(raw) !== null)
  const holdsPhone = facts.samples.some(({ raw }) => MAY_HOLD_PHONE.test(raw) && phoneIn(raw) !== null)
  return (
    [
      ['embeddedLink', holdsLink],
      ['embeddedPhone', holdsPhone],
    ] as const
  ).flatMap(([member, holds]) => {
    const declared = facts.flag(member)
    if (declared === holds || (declared === null && !holds)) return []
    return [{ at: facts.at(member), fix: campaignFix(facts.brand.packet, facts.index, { [member]: holds }) }]
  })
}

function isShouting(facts: CampaignFacts, sample: CampaignText): boolean {
  const [text = ''] = [facts.claims(sample).join(' ')]
  if (URGENT.test(text.replace(/\bFREE\b(?=-)/g, ''))) return true
  if (/\bact now\b/i.test(text)) return true
  const letters = text.replace(COMMON_CAPITALS, ' ').replace(/[^\p{Lu}\p{Ll}]+/gu, '')
  const capitals = letters.replace(/\P{Lu}+/gu, '').length
  return letters.length >= 20 && capitals / letters.length > 0.6
}

function variables(facts: CampaignFacts, sample: CampaignText): readonly Hit[] {
  const matches = [...sample.raw.matchAll(VARIABLE)]
  const [first] = matches
  if (first === undefined) return none
  const text = sample.raw.replace(VARIABLE, (whole, ...groups: unknown[]) => {
    const name = groups.slice(0, 5).find((group) => typeof group === 'string')
    return name === undefined ? whole : `[${String(name).trim().replace(/[_.]/g, ' ')}]`
  })
  return [{ at: sample.pointer, found: first[0], fix: sampleFix(facts, sample, text) }]
}

/** Messages as they will be sent. */
export const SAMPLE_RULES: readonly CampaignRule[] = [
  {
    id: 'S01',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: `A campaign shows at least ${CAMPAIGN_LIMITS.samples.min} sample messages.`,
    codes: ['campaign.samples.count', 'twilio:30893'],
    source: 'twilio',
    find: (facts) => (facts.samples.length < CAMPAIGN_LIMITS.samples.min ? [{ at: facts.at('useCases') }] : none),
  },
  {
    id: 'S02',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `A sample message has ${CAMPAIGN_LIMITS.sample.min} to ${CAMPAIGN_LIMITS.sample.max} characters.`,
    codes: ['campaign.samples.length', 'twilio:30701'],
    source: 'tcr',
    find: ({ samples }) =>
      samples.filter(({ raw }) => !isWithin(raw, CAMPAIGN_LIMITS.sample)).map(({ pointer }) => ({ at: pointer })),
  },
  {
    id: 'S03',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'No sample of this use case fits it: show one of each.',
    codes: ['campaign.samples.use_case', 'twilio:30538'],
    source: 'twilio305',
    find: (facts) =>
      [...facts.kinds].flatMap((kind) => {
        const words = FITTING[kind]
        const [first, ...others] = facts.useCases.filter((useCase) => useCase.kind === kind)
        if (words === undefined || first === undefined) return []
        const samples = [first, ...others].flatMap((useCase) => useCase.samples)
        const isFitting = samples.length === 0 || samples.some(({ raw }) => words.test(raw))
        return isFitting ? [] : [{ at: first.pointer }]
      }),
  },
  {
    id: 'S04',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'No sample names the brand: name it in every one.',
    codes: ['campaign.samples.brand', 'twilio:30893'],
    source: 'twilio',
    find: (facts) =>
      facts.samples.length > 0 &&
      facts.brand.names.folded.length > 0 &&
      !facts.samples.some(({ namesBrand }) => namesBrand)
        ? [{ at: firstSample(facts) }]
        : none,
  },
  {
    id: 'S05',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'No sample says how to opt out: write "Reply STOP to opt out" in at least one.',
    codes: ['campaign.samples.opt_out', 'twilio:30893'],
    source: 'twilio',
    find: (facts) =>
      facts.samples.length > 0 && !facts.samples.some(({ raw }) => saysOptOut(raw))
        ? [{ at: firstSample(facts) }]
        : none,
  },
  {
    id: 'S06',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A public link shortener hides where it leads: use a domain of your own.',
    codes: ['campaign.samples.shortener', 'twilio:30892'],
    source: 'twilio',
    find: ({ samples }) =>
      samples.flatMap(({ pointer, links }) => {
        const found = links.find(({ host }) => isBelow(host, SHORTENERS))
        return found === undefined ? [] : [{ at: pointer, found: found.text }]
      }),
  },
  {
    id: 'S07',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A link in a message is https.',
    codes: ['campaign.samples.http', 'twilio:30892'],
    source: 'twilio',
    find: (facts) =>
      facts.samples.flatMap((sample) => {
        const found = sample.links.find(({ scheme }) => scheme === 'http')
        if (found === undefined) return []
        return [
          {
            at: sample.pointer,
            found: found.text,
            fix: sampleFix(facts, sample, sample.raw.replace(/\bhttp:\/\//gi, 'https://')),
          },
        ]
      }),
  },
  {
    id: 'S08',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: "A link leads to another site than the brand's.",
    codes: ['campaign.samples.foreign_link', 'twilio:30893'],
    source: 'carriers',
    find: (facts) => {
      const own = ownSites(facts)
      if (own.size === 0) return none
      return facts.samples.flatMap(({ pointer, links }) => {
        const found = links.find((link) => {
          const site = siteOfLink(link)
          return site !== null && !own.has(site) && !isBelow(link.host, SHORTENERS)
        })
        return found === undefined ? [] : [{ at: pointer, found: found.text }]
      })
    },
  },
  {
    id: 'S09',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'What is filled in stands in square brackets, as [first name].',
    codes: ['campaign.samples.variable', 'twilio:30893'],
    source: 'twilio',
    find: (facts) => facts.samples.flatMap((sample) => variables(facts, sample)),
  },
  {
    id: 'S10',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message: 'Two samples are nearly the same: show another message.',
    codes: ['campaign.samples.alike'],
    source: 'telnyx',
    find: alike,
  },
  {
    id: 'S11',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message:
      'The sample does not fit its use case: one-time codes show a code, and neither they nor warnings offer anything.',
    codes: ['campaign.samples.unfit', 'twilio:30893'],
    source: 'twilio',
    find: unfit,
  },
  {
    id: 'S12',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message:
      'The registry is told whether messages hold links or phone numbers; the samples say otherwise than the attribute.',
    codes: ['campaign.samples.attributes', 'twilio:30889'],
    source: 'twilio',
    find: undeclared,
  },
  {
    id: 'S13',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message: 'The message travels in more than one part, or in the alphabet of which a part holds 70',
    codes: ['campaign.samples.segments'],
    source: 'gsm',
    find: ({ samples }) =>
      samples.flatMap(({ pointer, raw }) => {
        const { alphabet, units, count, odd } = segmentsOf(raw)
        if (alphabet === 'GSM-7' && count === 1) return []
        const because = odd === null ? '' : `, for the sign ${odd}`
        return [{ at: pointer, found: `${units} of ${alphabet}, ${count} segment${count === 1 ? '' : 's'}${because}` }]
      }),
  },
  {
    id: 'S14',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message: "Capitals, rows of exclamation marks and urgent words are what carriers' filters look for.",
    codes: ['campaign.samples.spam'],
    source: 'carriers',
    find: (facts) =>
      // Machines have no other letters.
      facts.useCases
        .flatMap(({ kind, samples }) => (kind === 'M2M' ? [] : samples))
        .filter((sample) => isShouting(facts, sample))
        .map(({ pointer }) => ({ at: pointer })),
  },
]
