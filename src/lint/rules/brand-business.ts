import { BRAND_LIMITS } from '../../contract/registry/limits.ts'
import { countryOf, isCountry } from '../../contract/text/country.ts'
import { isIpAddress } from '../../contract/text/site.ts'
import type { BrandFacts, Section } from '../facts/brand-facts.ts'
import type { BrandRule, Hit } from '../finding.ts'
import { brandFix } from '../fixes.ts'
import { isState, isZipOf, stateCode } from '../lists/places.ts'
import { BUILDERS, isBelow, RESERVED, SOCIAL } from '../lists/sites.ts'

const none: readonly Hit[] = []
const hit = (isHit: boolean, at: string, more: Omit<Hit, 'at'> = {}): readonly Hit[] =>
  isHit ? [{ at, ...more }] : none

const URL_AT = '/brand/business/url'
const POST_BOX =
  /\bp\.?\s*o\.?\s*(?:box|b\.?x?)(?![a-z])|\bpost(?:al)?[\s-]*(?:office)?[\s-]*box\b|\bpobox\b|\bpostbox\b|\bp\.?m\.?b\.?\s*#?\s*\d|^\s*box\s+#?\d+|\b(?:postfach|apartado postal|casilla|caixa postal|boite postale)\b|\b(?:mail ?box|drawer|lock ?box)\s+#?\d+/i
const REQUIRED = [
  ['contact', 'email'],
  ['business', 'street'],
  ['business', 'city'],
  ['business', 'state'],
  ['business', 'postalCode'],
] as const
const ZIP = /^\d{5}$/

function tooLong(facts: BrandFacts, section: 'contact' | 'business'): Hit[] {
  return Object.entries(BRAND_LIMITS[section]).flatMap(([member, max]) => {
    const text = facts.text(section, member)
    return text !== null && [...text].length > max
      ? [{ at: `/brand/${section}/${member}`, found: `${max} at most` }]
      : []
  })
}

function countryFix(text: string): { fix?: ReturnType<typeof brandFix> } {
  const code = countryOf(text)
  return code === null ? {} : { fix: brandFix('business', 'country', code) }
}

/** Address, web site, and what is said of the messages that are expected. */
export const BRAND_BUSINESS: readonly BrandRule[] = [
  {
    id: 'B26',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message: 'A post-office box is no address of a business: give the street address on the tax letter.',
    codes: ['brand.street.post_box'],
    source: 'sent',
    find: (facts) => hit(POST_BOX.test(facts.text('business', 'street') ?? ''), '/brand/business/street'),
  },
  {
    id: 'B27',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'A state of the US is given as its two letters, as NY.',
    codes: ['brand.state.format', 'twilio:30701'],
    source: 'usps',
    find: (facts) => {
      const state = facts.text('business', 'state')
      if (!facts.isUs || (state !== null && isState(state))) return none
      const code = state === null ? null : stateCode(state)
      return [{ at: '/brand/business/state', ...(code === null ? {} : { fix: brandFix('business', 'state', code) }) }]
    },
  },
  {
    id: 'B28',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'A ZIP code has five digits here, without the four behind the dash.',
    codes: ['brand.postal_code.format', 'tcr:postalCode'],
    source: 'tcr',
    find: (facts) => {
      const code = facts.text('business', 'postalCode')
      if (!facts.isUs || (code !== null && ZIP.test(code))) return none
      const five = /^\s*(\d{5})(?:[\s-]*\d{4})?\s*-?$/.exec(code ?? '')?.[1]
      return [
        {
          at: '/brand/business/postalCode',
          ...(five === undefined ? {} : { fix: brandFix('business', 'postalCode', five) }),
        },
      ]
    },
  },
  {
    id: 'B29',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The ZIP code lies in another state: the address will not verify.',
    codes: ['brand.postal_code.state'],
    source: 'usps',
    find: (facts) => {
      const state = stateCode(facts.text('business', 'state') ?? '')
      const zip = /^\s*(\d{5})/.exec(facts.text('business', 'postalCode') ?? '')?.[1]
      return hit(
        facts.isUs && state !== null && zip !== undefined && !isZipOf(state, zip),
        '/brand/business/postalCode',
      )
    },
  },
  {
    id: 'B30',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'A country is given as its two letters (ISO 3166-1), as US.',
    codes: ['brand.country.format', 'twilio:30729'],
    source: 'sent',
    find: (facts) => {
      const country = facts.text('business', 'country')
      if (country === null) return [{ at: '/brand/business/country' }]
      return isCountry(country) ? none : [{ at: '/brand/business/country', ...countryFix(country) }]
    },
  },
  {
    id: 'B31',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'This is longer than the registry takes, in characters',
    codes: ['brand.length', 'twilio:30701', 'twilio:21728'],
    source: 'tcr',
    find: (facts) => [...tooLong(facts, 'contact'), ...tooLong(facts, 'business')],
  },
  {
    id: 'B41',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs it: the whole address of the business, and an e-mail address.',
    codes: ['brand.required', 'tcr:required'],
    source: 'tcr',
    find: (facts) =>
      REQUIRED.filter(([section, member]) => facts.text(section, member) === null).map(([section, member]) => ({
        at: `/brand/${section}/${member}`,
      })),
  },
  {
    id: 'B32',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message: 'An empty text is left out: the registry refuses it.',
    codes: ['brand.empty_text'],
    source: 'tcr',
    find: (facts) =>
      (['contact', 'business', 'compliance'] as const).flatMap((section: Section) =>
        Object.entries(facts.members(section))
          .filter(([, value]) => value === '')
          .map(([member]) => ({ at: `/brand/${section}/${escaped(member)}`, fix: brandFix(section, member, null) })),
      ),
  },
  {
    id: 'B33',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message: 'Every reviewer asks for a public web site of the business.',
    codes: ['brand.website.missing', 'twilio:30891', 'twilio:30919'],
    source: 'twilio',
    find: (facts) => hit(facts.text('business', 'url') === null, URL_AT),
  },
  {
    id: 'B34',
    severity: 'reject',
    certainty: 'certain',
    fee: 'brand',
    message: 'The web site must be reachable by everybody over https, under a name of its own.',
    codes: ['brand.website.address', 'twilio:30891', 'twilio:30892'],
    source: 'twilio',
    find: (facts) => {
      const url = facts.text('business', 'url')
      if (url === null) return none
      const host = facts.host ?? ''
      const isNowhere = host === '' || isIpAddress(host) || host.startsWith('[') || RESERVED.test(host)
      if (isNowhere) return [{ at: URL_AT }]
      const secure = url.trim().replace(/^http:\/\//i, 'https://')
      const isSecure = /^https:\/\//i.test(url)
      if (isSecure) return none
      return [{ at: URL_AT, fix: brandFix('business', 'url', /^https:/i.test(secure) ? secure : `https://${secure}`) }]
    },
  },
  {
    id: 'B35',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message: "The web site is a page within another's: a reviewer wants the business's own domain.",
    codes: ['brand.website.shared', 'twilio:30919'],
    source: 'aws',
    find: (facts) => hit(facts.host !== null && (isBelow(facts.host, SOCIAL) || isBelow(facts.host, BUILDERS)), URL_AT),
  },
  {
    id: 'B37',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message:
      'Whether the brand is to be registered (isTcrApplication) and the countries that are messaged do not agree: 10DLC is for the US alone.',
    codes: ['brand.destinations'],
    source: 'tcr',
    find: (facts) => {
      const { destinations } = facts
      if (destinations.length === 0) return none
      const isApplication = facts.flag('compliance', 'isTcrApplication') === true
      return hit(isApplication !== destinations.includes('US'), '/brand/compliance/isTcrApplication')
    },
  },
  {
    id: 'F01',
    severity: 'block',
    certainty: 'certain',
    fee: null,
    message: 'A toll-free number is verified by the registration number, its kind and its country: one is missing.',
    codes: ['brand.toll_free.registration'],
    source: 'telnyx',
    asOf: '2026-02-17',
    find: (facts) => {
      const number = facts.packet.profile.sending_phone_number
      if (typeof number !== 'string' || !/^\+18(?:00|33|44|55|66|77|88)\d{7}$/.test(number)) return none
      const missing = ['taxId', 'taxIdType', 'countryOfRegistration'].filter(
        (member) => facts.text('business', member) === null,
      )
      return missing.map((member) => ({ at: `/brand/business/${member}` }))
    },
  },
]

function escaped(token: string): string {
  return token.replace(/~/g, '~0').replace(/\//g, '~1')
}
