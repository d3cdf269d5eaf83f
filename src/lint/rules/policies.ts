import { siteOfEmail } from '../facts/brand-facts.ts'
import type { CampaignFacts, CampaignText } from '../facts/campaign-facts.ts'
import type { CampaignRule, Hit } from '../finding.ts'
import { campaignFix } from '../fixes.ts'
import { isBelow, RESERVED, SHARED_DOCUMENTS, SHORTENERS } from '../lists/sites.ts'
import { isHomePage, type Link, linksIn, siteOfLink } from '../text/links.ts'

const none: readonly Hit[] = []
const MEMBERS = ['privacyPolicyLink', 'termsAndConditionsLink'] as const

interface Policy {
  text: CampaignText
  member: (typeof MEMBERS)[number]
  link: Link | null
}

function policiesOf(facts: CampaignFacts): Policy[] {
  return MEMBERS.flatMap((member) => {
    const text = facts.text(member)
    return text === null ? [] : [{ text, member, link: linksIn(text.raw.trim())[0] ?? null }]
  })
}

function unreachable(facts: CampaignFacts, { text, member, link }: Policy): Hit[] {
  const raw = text.raw.trim()
  if (link === null || link.text !== raw || !URL.canParse(link.scheme === null ? `https://${raw}` : raw))
    return [{ at: text.pointer }]
  if (isBelow(link.host, SHORTENERS)) return [{ at: text.pointer, found: link.host }]
  if (link.scheme === 'https') return []
  const fixed = `https://${raw.replace(/^http:\/\//i, '')}`
  return [
    {
      at: text.pointer,
      found: raw.slice(0, 40),
      fix: campaignFix(facts.brand.packet, facts.index, { [member]: fixed }),
    },
  ]
}

/** An address without what does not tell pages apart. */
function page({ host, path }: Link): string {
  return `${host.replace(/^www\./, '')}${path.replace(/\/$/, '').toLowerCase()}`
}

function isElsewhere({ brand }: CampaignFacts, link: Link): boolean {
  if (/\.(?:pdf|docx?)(?:$|[?#])/i.test(link.path) || isBelow(link.host, SHARED_DOCUMENTS)) return true
  if (isBelow(link.host, SHORTENERS) || RESERVED.test(link.host)) return false
  const sites = [brand.site, siteOfEmail(brand.text('contact', 'email'))].filter((site) => site !== null)
  const site = siteOfLink(link)
  return brand.site !== null && site !== null && !sites.includes(site)
}

/** The pages that say what becomes of a number, and what is agreed. */
export const POLICY_RULES: readonly CampaignRule[] = [
  {
    id: 'L01',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A campaign links its privacy policy: Twilio refuses one without since 30 June 2026.',
    codes: ['campaign.privacy_policy.missing', 'twilio:30933'],
    source: 'twilio',
    asOf: '2026-06-30',
    find: (facts) => (facts.text('privacyPolicyLink') === null ? [{ at: facts.at('privacyPolicyLink') }] : none),
  },
  {
    id: 'L02',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A campaign links its terms and conditions: Twilio refuses one without since 30 June 2026.',
    codes: ['campaign.terms.missing', 'twilio:30934'],
    source: 'twilio',
    asOf: '2026-06-30',
    find: (facts) =>
      facts.text('termsAndConditionsLink') === null ? [{ at: facts.at('termsAndConditionsLink') }] : none,
  },
  {
    id: 'L03',
    severity: 'reject',
    certainty: 'certain',
    fee: 'campaign',
    message: 'A policy is linked by its own https address, not by a shortener.',
    codes: ['campaign.policy.address', 'twilio:30933', 'twilio:30934'],
    source: 'twilio',
    find: (facts) => policiesOf(facts).flatMap((policy) => unreachable(facts, policy)),
  },
  {
    id: 'L04',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'Each policy has a page of its own: here both are one, or it is the front page.',
    codes: ['campaign.policy.page'],
    source: 'aws',
    find: (facts) => {
      const policies = policiesOf(facts)
      const home = policies.find(({ link }) => link !== null && isHomePage(link))
      if (home !== undefined) return [{ at: home.text.pointer }]
      const [privacy, terms] = policies.map(({ link }) => link)
      const areOne =
        privacy !== null &&
        privacy !== undefined &&
        terms !== null &&
        terms !== undefined &&
        page(privacy) === page(terms)
      return areOne ? [{ at: facts.at('termsAndConditionsLink') }] : none
    },
  },
  {
    id: 'L05',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: "A policy is a page on the brand's own site, neither a file nor a shared document.",
    codes: ['campaign.policy.site'],
    source: 'aws',
    find: (facts) =>
      policiesOf(facts)
        .filter(({ link }) => link !== null && isElsewhere(facts, link))
        .map(({ text }) => ({ at: text.pointer })),
  },
]
