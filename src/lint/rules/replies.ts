import { CAMPAIGN_LIMITS, isWithin } from '../../contract/registry/limits.ts'
import { phoneIn } from '../../contract/text/embedded.ts'
import { siteOfEmail } from '../facts/brand-facts.ts'
import type { CampaignFacts, CampaignText, KeywordList } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import { campaignFix } from '../fixes.ts'
import { NO_MORE, RATES, saysHelp, saysStop } from '../lists/consent.ts'
import { OFFERS } from '../lists/content.ts'
import { emailsIn } from '../text/links.ts'
import { saidIn } from '../text/sentences.ts'

const none: readonly Hit[] = []
const REPLIES = ['optinMessage', 'optoutMessage', 'helpMessage'] as const
const LISTS = ['optinKeywords', 'optoutKeywords', 'helpKeywords'] as const
/** The seven words of 47 CFR 64.1200(a)(10); OPTOUT stands for two words. */
const STOP_WORDS = ['STOP', 'QUIT', 'END', 'REVOKE', 'OPTOUT', 'CANCEL', 'UNSUBSCRIBE'] as const

function given(facts: CampaignFacts, list: KeywordList): string | null {
  const value = facts.members[list]
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** The list with further words, as `STOP,END`. */
function listFix(facts: CampaignFacts, list: KeywordList, words: readonly string[]): { fix?: NonNullable<Hit['fix']> } {
  const text = words.join(',')
  if (text.length > CAMPAIGN_LIMITS.keywordsMax || words.some((word) => !/^[A-Z0-9]+$/.test(word))) return {}
  return { fix: campaignFix(facts.brand.packet, facts.index, { [list]: text }) }
}

function lacks(facts: CampaignFacts, list: KeywordList, word: string): readonly Hit[] {
  if (given(facts, list) === null) return [{ at: facts.at(list), severity: 'note' }]
  const words = facts.keywords(list)
  if (words.includes(word)) return none
  const isElsewhere = LISTS.some((other) => other !== list && facts.keywords(other).includes(word))
  return [{ at: facts.at(list), ...(isElsewhere ? {} : listFix(facts, list, [word, ...words])) }]
}

function lacksOfOptIn(text: CampaignText, hasBrand: boolean): string[] {
  return [
    ...(hasBrand && !text.namesBrand ? ['the brand'] : []),
    ...(RATES.test(text.words) ? [] : ['message and data rates']),
    ...(saysHelp(text.words) ? [] : ['HELP']),
    ...(saysStop(text.words) ? [] : ['STOP']),
  ]
}

function hasBrandNames({ brand }: CampaignFacts): boolean {
  return brand.names.folded.length > 0
}

function oddKeywords(facts: CampaignFacts, list: KeywordList): Hit[] {
  const text = given(facts, list)
  if (text === null || (text.length <= CAMPAIGN_LIMITS.keywordsMax && /^[\p{L}\p{N},\s]*$/u.test(text))) return []
  return [{ at: facts.at(list), ...listFix(facts, list, facts.keywords(list)) }]
}

function sharedKeywords(facts: CampaignFacts): Hit[] {
  const lists = LISTS.map((list) => ({ list, words: facts.keywords(list) }))
  return lists.flatMap(({ list, words }) => {
    const others = new Set(lists.filter((other) => other.list !== list).flatMap((other) => other.words))
    const shared = words.find((word) => others.has(word))
    return shared === undefined ? [] : [{ at: facts.at(list), found: shared }]
  })
}

/** The messages that answer a keyword by themselves, and the keywords. */
export const REPLY_RULES: readonly CampaignRule[] = [
  {
    id: 'K01',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'Where people opt in by keyword, or to marketing, the answer to it is reviewed: give optinMessage.',
    codes: ['campaign.optin_message.missing', 'twilio:21727', 'twilio:30540'],
    source: 'tcr',
    find: (facts) => {
      if (facts.text('optinMessage') !== null) return none
      const isNeeded = facts.hasAny('MARKETING') || given(facts, 'optinKeywords') !== null
      return [{ at: facts.at('optinMessage'), ...(isNeeded ? {} : { severity: 'note' as const }) }]
    },
  },
  {
    id: 'K02',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `An automatic reply has ${CAMPAIGN_LIMITS.reply.min} to ${CAMPAIGN_LIMITS.reply.max} characters.`,
    codes: ['campaign.reply.length', 'twilio:30701'],
    source: 'tcr',
    find: (facts) =>
      REPLIES.flatMap((member) => {
        const text = facts.text(member)
        return text === null || isWithin(text.raw, CAMPAIGN_LIMITS.reply) ? [] : [{ at: text.pointer }]
      }),
  },
  {
    id: 'K03',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The message on opting in names the brand, message and data rates, HELP and STOP. It lacks',
    codes: ['campaign.optin_message.incomplete', 'twilio:30540'],
    source: 'twilio305',
    find: (facts) => {
      const text = facts.text('optinMessage')
      const missing = text === null ? [] : lacksOfOptIn(text, hasBrandNames(facts))
      return missing.length === 0 ? none : [{ at: facts.at('optinMessage'), found: missing.join(', ') }]
    },
  },
  {
    id: 'K04',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The message on opting out names the brand and says that no more messages come.',
    codes: ['campaign.optout_message.incomplete', 'twilio:30887', 'microsoft:OptOutMessageMissing'],
    source: 'microsoft',
    find: (facts) => {
      const text = facts.text('optoutMessage')
      if (text === null) return [{ at: facts.at('optoutMessage'), severity: 'note' }]
      return (text.namesBrand || !hasBrandNames(facts)) && NO_MORE.test(text.words) ? none : [{ at: text.pointer }]
    },
  },
  {
    id: 'K05',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The message on opting out neither offers anything nor links.',
    codes: ['campaign.optout_message.marketing'],
    source: 'fcc',
    find: (facts) => {
      const text = facts.text('optoutMessage')
      if (text === null) return none
      const found = text.links[0]?.text ?? saidIn(facts.claims(text), OFFERS)
      return found === null || found === undefined ? none : [{ at: text.pointer, found }]
    },
  },
  {
    id: 'K06',
    severity: 'reject',
    certainty: 'likely',
    fee: 'campaign',
    message: 'The help message names the brand.',
    codes: ['campaign.help_message.missing_brand', 'twilio:30890'],
    source: 'twilio',
    find: (facts) => {
      const text = facts.text('helpMessage')
      if (text === null) return [{ at: facts.at('helpMessage'), severity: 'note' }]
      return text.namesBrand || !hasBrandNames(facts) ? none : [{ at: text.pointer }]
    },
  },
  {
    id: 'K07',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'The help message tells a phone number, an e-mail address or a link.',
    codes: ['campaign.help_message.missing_contact', 'twilio:30890'],
    source: 'twilio',
    find: (facts) => {
      const text = facts.text('helpMessage')
      if (text === null || text.links.length > 0 || emailsIn(text.raw).length > 0) return none
      return phoneIn(text.raw) === null ? [{ at: text.pointer }] : none
    },
  },
  {
    id: 'K08',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'The keywords for opting out include STOP; without a list the platform has its own.',
    codes: ['campaign.optout_keywords.stop', 'twilio:30887'],
    source: 'sent',
    find: (facts) => lacks(facts, 'optoutKeywords', 'STOP'),
  },
  {
    id: 'K09',
    severity: 'note',
    certainty: 'likely',
    fee: null,
    message:
      'Since 11 April 2025 each of STOP, QUIT, END, REVOKE, OPT OUT, CANCEL and UNSUBSCRIBE opts out, listed or not.',
    codes: ['campaign.optout_keywords.all'],
    source: 'fcc',
    find: (facts) => {
      if (given(facts, 'optoutKeywords') === null) return none
      const words = facts.keywords('optoutKeywords')
      const taken = new Set([...facts.keywords('optinKeywords'), ...facts.keywords('helpKeywords')])
      const missing = STOP_WORDS.filter((word) => !words.includes(word))
      if (missing.length === 0) return none
      const fix = missing.some((word) => taken.has(word))
        ? {}
        : listFix(facts, 'optoutKeywords', [...words, ...missing])
      return [{ at: facts.at('optoutKeywords'), found: missing.join(', '), ...fix }]
    },
  },
  {
    id: 'K10',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'The keywords for help include HELP; without a list the platform has its own.',
    codes: ['campaign.help_keywords.help', 'twilio:30890'],
    source: 'sent',
    find: (facts) => lacks(facts, 'helpKeywords', 'HELP'),
  },
  {
    id: 'K11',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: `Keywords are letters and digits with commas between them, ${CAMPAIGN_LIMITS.keywordsMax} characters at most.`,
    codes: ['campaign.keywords.format'],
    source: 'twilio',
    find: (facts) => LISTS.flatMap((list) => oddKeywords(facts, list)),
  },
  {
    id: 'K12',
    severity: 'block',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A keyword stands in one list only: a reply with it would have two meanings.',
    codes: ['campaign.keywords.shared'],
    source: 'tcr',
    find: sharedKeywords,
  },
  {
    id: 'K13',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: "The e-mail address in the help message is neither the contact's nor at the brand's domain.",
    codes: ['campaign.help_message.foreign_email', 'microsoft:HelpMessageNotMatchingBrandSupportContactEmail'],
    source: 'microsoft',
    find: (facts) => {
      const text = facts.text('helpMessage')
      const contact = facts.brand.text('contact', 'email')?.toLowerCase() ?? null
      const sites = [facts.brand.site, siteOfEmail(contact)].filter((site) => site !== null)
      if (text === null || sites.length === 0) return none
      const foreign = emailsIn(text.raw).find((email) => {
        const site = siteOfEmail(email)
        return email.toLowerCase() !== contact && (site === null || !sites.includes(site))
      })
      return foreign === undefined ? none : [{ at: text.pointer, found: foreign }]
    },
  },
]
