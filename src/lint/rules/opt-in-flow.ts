import { CAMPAIGN_LIMITS, isWithin } from '../../contract/registry/limits.ts'
import type { CampaignFacts, CampaignText } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import {
  AUTOMATIC,
  BUNDLED,
  CONSENTING,
  FORCED,
  FORCED_BY_DENIAL,
  FREQUENCY,
  GATED,
  IMPLIED,
  KEYWORD_CALL,
  KINDS_OF_MESSAGE,
  NO_BOX,
  NO_OPT_IN,
  OFFLINE_FORM,
  ON_PAPER,
  OTHER_CHANNELS,
  PICTURE,
  PRESET,
  QUOTED,
  RATES,
  SAYS_PRIVACY,
  SAYS_TERMS,
  SPOKEN,
  saysHelp,
  saysStop,
  TEXTING,
  THIRD_PARTY,
  VOLUNTARY,
  WAYS,
  WEB_WAY,
} from '../lists/consent.ts'
import { isBelow, SHORTENERS } from '../lists/sites.ts'
import { isHomePage, type Link } from '../text/links.ts'
import { isDenied, saidIn } from '../text/sentences.ts'

const none: readonly Hit[] = []

function isLongEnough({ members }: CampaignFacts): boolean {
  return isWithin(String(members.messageFlow ?? '').trim(), CAMPAIGN_LIMITS.messageFlow)
}

/** Judged only where there is a description to judge: a flow of six words lacks everything. */
const ofFlow =
  (find: (flow: CampaignText, facts: CampaignFacts) => readonly Hit[] | boolean) =>
  (facts: CampaignFacts): readonly Hit[] => {
    const { flow } = facts
    if (flow === null || !isLongEnough(facts)) return none
    const result = find(flow, facts)
    if (typeof result !== 'boolean') return result
    return result ? [{ at: flow.pointer }] : none
  }

function said(flow: CampaignText, facts: CampaignFacts, ...patterns: readonly RegExp[]): readonly Hit[] {
  const claims = facts.claims(flow)
  for (const pattern of patterns) {
    const found = saidIn(claims, pattern)
    if (found !== null) return [{ at: flow.pointer, found }]
  }
  return none
}

function isPolicy({ path, text }: Link, facts: CampaignFacts): boolean {
  if (/privacy|terms|polic|tos\b|legal|conditions/i.test(path)) return true
  const bare = (link: string) =>
    link
      .replace(/^https?:\/\//i, '')
      .replace(/\/$/, '')
      .toLowerCase()
  return ['privacyPolicyLink', 'termsAndConditionsLink'].some((member) => {
    const policy = facts.text(member)
    return policy !== null && bare(policy.raw.trim()) === bare(text)
  })
}

function hasPicture({ links }: CampaignText): boolean {
  return links.some(({ text }) => PICTURE.test(text))
}

/** Whether the page that shows the consent cannot be seen: none but the front page is linked, or it stands behind an account. */
function isHidden(flow: CampaignText, facts: CampaignFacts): readonly Hit[] {
  if (hasPicture(flow)) return none
  const gate = facts
    .claims(flow)
    .map((sentence) => GATED.exec(sentence))
    .find((found) => found !== null)
  if (gate !== undefined && gate !== null) return [{ at: flow.pointer, found: gate[0] }]
  const pages = flow.links.filter((link) => !isPolicy(link, facts))
  if (flow.links.length === 0 || (pages.length === 0 && !WEB_WAY.test(flow.words))) return none
  return pages.every(isHomePage) ? [{ at: flow.pointer, found: pages[0]?.text ?? 'no page but the policies' }] : none
}

const STEM = 5
const LITTLE =
  /^(?:customers?|clients?|texts?|messages?|messaging|consent|agree\w*|opt\w*|phone|numbers?|mobile|their|they|them|with|from|that|this|when|after|before|which|will|have|your|about|also|into|only|each|every|provide\w*|receive\w*|website|online|form|check\w*|https?|reply|stop|help)$/

function stems(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? []
  return new Set(words.filter((word) => !LITTLE.test(word)).map((word) => word.slice(0, STEM)))
}

/** Whether nothing in the flow says what the messages will be about. */
function isSilentOnContent(flow: CampaignText, facts: CampaignFacts): boolean {
  const claims = facts.claims(flow).join(' ')
  if (KINDS_OF_MESSAGE.test(claims)) return false
  const own = stems(claims)
  for (const word of facts.brand.names.words) own.delete(word.slice(0, STEM))
  const others = [facts.description, ...facts.samples].flatMap((text) => (text === null ? [] : [...stems(text.words)]))
  return !others.some((stem) => own.has(stem))
}

/** The words that the flow tells people to text in. */
function keywordsOf(flow: CampaignText): string[] {
  const words = [...flow.words.matchAll(KEYWORD_CALL)]
    .flatMap((found) => found.slice(1))
    .filter((word) => word !== undefined)
  return words.filter((word) => !NO_OPT_IN.has(word))
}

function keywordHits(flow: CampaignText, facts: CampaignFacts): readonly Hit[] {
  const given = facts.keywords('optinKeywords')
  const [called] = keywordsOf(flow)
  if (given.length === 0) return called === undefined ? none : [{ at: facts.at('optinKeywords'), found: called }]
  const words = new Set(flow.words.toUpperCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  return given.some((keyword) => words.has(keyword)) ? none : [{ at: flow.pointer, found: given[0] ?? '' }]
}

function otherChannels(flow: CampaignText, facts: CampaignFacts): readonly Hit[] {
  for (const sentence of facts.claims(flow)) {
    const found = OTHER_CHANNELS.exec(sentence)
    const isConsent =
      found !== null && CONSENTING.test(sentence) && !/\bseparate/i.test(sentence) && !isDenied(sentence)
    if (isConsent && !/\b(?:call|text|e-?mail) (?:or|and) (?:text|call|e-?mail) us\b/i.test(sentence))
      return [{ at: flow.pointer, found: found[0] }]
  }
  return none
}

/** How people agree to be messaged: the most common reason of a refusal. */
export const OPT_IN_FLOW: readonly CampaignRule[] = [
  {
    id: 'O01',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `The opt-in is described in ${CAMPAIGN_LIMITS.messageFlow.min} to ${CAMPAIGN_LIMITS.messageFlow.max} characters: step by step, from where people meet it.`,
    codes: ['campaign.optin.length', 'twilio:30701'],
    source: 'tcr',
    find: (facts) => (isLongEnough(facts) ? none : [{ at: facts.at('messageFlow') }]),
  },
  {
    id: 'O02',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The opt-in names no way in which people can say yes: name each.',
    codes: ['campaign.optin.no_way', 'twilio:30896', 'twilio:30917'],
    source: 'twilio',
    find: ofFlow(
      (flow, facts) => flow.links.length === 0 && !facts.claims(flow).some((sentence) => WAYS.test(sentence)),
    ),
  },
  {
    id: 'O03',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in speaks of a page and links none over https: link the very page.',
    codes: ['campaign.optin.no_link', 'twilio:30543', 'twilio:30909'],
    source: 'twilio305',
    find: ofFlow((flow) => {
      const found = WEB_WAY.exec(flow.words)
      const isLinked = flow.links.some(({ scheme }) => scheme === 'https')
      if (found === null || isLinked || (OFFLINE_FORM.test(flow.words) && !/\b(?:web|online|site)/i.test(found[0])))
        return none
      return [{ at: flow.pointer, found: found[0] }]
    }),
  },
  {
    id: 'O04',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'A reviewer cannot see the consent: link the public page that shows the box, or a hosted picture of it.',
    codes: ['campaign.optin.hidden', 'twilio:30543', 'twilio:30909'],
    source: 'twilio305',
    find: ofFlow(isHidden),
  },
  {
    id: 'O05a',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A public link shortener hides where it leads: link your own domain.',
    codes: ['campaign.optin.shortener', 'twilio:30892', 'twilio:30907'],
    source: 'twilio',
    find: ofFlow((flow) => {
      const found = flow.links.find(({ host }) => isBelow(host, SHORTENERS))
      return found === undefined ? none : [{ at: flow.pointer, found: found.text }]
    }),
  },
  {
    id: 'O06',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not name the brand from which the messages come.',
    codes: ['campaign.optin.missing_brand', 'twilio:30540', 'twilio:30924'],
    source: 'twilio305',
    find: ofFlow((flow, { brand }) => brand.names.folded.length > 0 && !flow.namesBrand),
  },
  {
    id: 'O07',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not say that it is about text messages: say it in the sentence of consent.',
    codes: ['campaign.optin.missing_channel', 'twilio:30551'],
    source: 'twilio305',
    find: ofFlow((flow, facts) => !facts.claims(flow).some((sentence) => TEXTING.test(sentence))),
  },
  {
    id: 'O08',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The opt-in does not say what the messages are about: name them, as order updates.',
    codes: ['campaign.optin.missing_content', 'twilio:30544'],
    source: 'twilio305',
    find: ofFlow(isSilentOnContent),
  },
  {
    id: 'O09',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not say how often messages come: "up to 4 a month", or "frequency varies".',
    codes: ['campaign.optin.missing_frequency', 'twilio:30545'],
    source: 'twilio305',
    find: ofFlow((flow) => !FREQUENCY.test(flow.words)),
  },
  {
    id: 'O10',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not say that message and data rates may apply.',
    codes: ['campaign.optin.missing_rates', 'twilio:30569'],
    source: 'twilio305',
    find: ofFlow((flow) => !RATES.test(flow.words)),
  },
  {
    id: 'O11',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not say that HELP brings help.',
    codes: ['campaign.optin.missing_help', 'twilio:30570'],
    source: 'twilio305',
    find: ofFlow((flow) => !saysHelp(flow.words)),
  },
  {
    id: 'O12',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The opt-in does not say that STOP ends the messages.',
    codes: ['campaign.optin.missing_stop', 'twilio:30887'],
    source: 'twilio',
    find: ofFlow((flow) => !saysStop(flow.words)),
  },
  {
    id: 'O13',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The yes is given for people, or goes with something else: consent to texts has an empty box of its own.',
    codes: ['campaign.optin.not_given', 'twilio:30925', 'twilio:30548'],
    source: 'twilio',
    find: ofFlow((flow, facts) => {
      const unasked = facts.claims(flow).find((sentence) => NO_BOX.test(sentence) && IMPLIED.test(sentence))
      if (unasked !== undefined) return [{ at: flow.pointer, found: unasked }]
      return said(flow, facts, PRESET, AUTOMATIC, IMPLIED, BUNDLED)
    }),
  },
  {
    id: 'O14',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'Consent to marketing says that it is not a condition of purchase.',
    codes: ['campaign.optin.condition_of_purchase'],
    source: 'fcc',
    find: ofFlow((flow, facts) => facts.hasAny('MARKETING') && !VOLUNTARY.test(flow.words)),
  },
  {
    id: 'O15',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'Numbers or consent go to others, or come from them: consent holds for the one whom it was given.',
    codes: ['campaign.optin.third_party', 'twilio:30896', 'twilio:30882', 'twilio:30897'],
    source: 'twilio',
    find: ofFlow((flow, facts) => said(flow, facts, THIRD_PARTY)),
  },
  {
    id: 'O16',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'The opt-in and optinKeywords name the same words: one of them has a word that the other lacks.',
    codes: ['campaign.optin.keywords', 'twilio:30917'],
    source: 'twilio',
    find: ofFlow(keywordHits),
  },
  {
    id: 'O17',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'A spoken opt-in is shown by its words in quotes, one on paper by a link to a picture.',
    codes: ['campaign.optin.evidence'],
    source: 'aws',
    find: ofFlow((flow) => {
      const spoken = SPOKEN.exec(flow.words)
      if (spoken !== null && !QUOTED.test(flow.words)) return [{ at: flow.pointer, found: spoken[0] }]
      const paper = ON_PAPER.exec(flow.words)
      return paper !== null && !flow.links.some((link) => PICTURE.test(link.text) || !/privacy|terms/i.test(link.path))
        ? [{ at: flow.pointer, found: paper[0] }]
        : none
    }),
  },
  {
    id: 'O18',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'Privacy policy and terms are not mentioned: link both beside the box.',
    codes: ['campaign.optin.policies', 'twilio:30933', 'twilio:30934'],
    source: 'aws',
    find: ofFlow((flow) => !(SAYS_PRIVACY.test(flow.raw) || SAYS_TERMS.test(flow.raw))),
  },
  {
    id: 'O19',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'Consent is given freely: here it is a duty, or the price of something else.',
    codes: [
      'campaign.optin.forced',
      'microsoft:CallToActionConsentNotOptional',
      'microsoft:CallToActionCourtOrderedOptIn',
    ],
    source: 'microsoft',
    find: ofFlow((flow, facts) => {
      const denied = facts
        .claims(flow)
        .map((sentence) => FORCED_BY_DENIAL.exec(sentence))
        .find((found) => found !== null)
      return denied !== undefined && denied !== null
        ? [{ at: flow.pointer, found: denied[0] }]
        : said(flow, facts, FORCED)
    }),
  },
  {
    id: 'O20',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'One consent covers texts and something else: consent to texts stands alone.',
    codes: ['campaign.optin.other_channels', 'twilio:30556'],
    source: 'twilio305',
    find: ofFlow(otherChannels),
  },
]
