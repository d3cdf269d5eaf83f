import { isE164 } from '../../contract/text/phone.ts'
import { isPhoneNumber } from '../../contract/text/phone-validity.ts'
import { siteLabel } from '../../contract/text/site.ts'
import { siteOfEmail } from '../facts/brand-facts.ts'
import type { BrandRule, Hit } from '../finding.ts'
import { brandFix } from '../fixes.ts'
import { NEW_AREA_CODES } from '../lists/places.ts'
import { FREE_MAIL, isBelow } from '../lists/sites.ts'
import { ownWords } from '../text/names.ts'

const EMAIL = '/brand/contact/email'
const PHONE = '/brand/contact/phone'

const none: readonly Hit[] = []
const hit = (isHit: boolean, at: string, more: Omit<Hit, 'at'> = {}): readonly Hit[] =>
  isHit ? [{ at, ...more }] : none

const E164 = /^\+[1-9]\d{1,14}$/
/** 555-0100 to 555-0199 are kept for stories. */
const FICTIONAL = /^\+1\d{3}55501\d\d$/

function isReal(phone: string): boolean {
  if (FICTIONAL.test(phone)) return false
  if (NEW_AREA_CODES.has(phone.slice(2, 5)) && /^\+1\d{3}[2-9]\d{6}$/.test(phone)) return true
  return isPhoneNumber(phone)
}

/** Whether two sites may belong to one owner by their names: `acme.com` and `acme-mail.com`. */
function areAlike(one: string, other: string): boolean {
  const first = (siteLabel(one) ?? one).replace(/-/g, '')
  const second = (siteLabel(other) ?? other).replace(/-/g, '')
  return first.includes(second) || second.includes(first)
}

/** Who answers for the brand, and whether that person seems to belong to it. */
export const BRAND_CONTACT: readonly BrandRule[] = [
  {
    id: 'B20',
    severity: 'reject',
    certainty: 'certain',
    fee: 'brand',
    message: "The support address is a free or disposable mailbox: give one at the brand's own domain.",
    codes: ['brand.contact_email.free', 'twilio:30881'],
    source: 'twilio',
    find: (facts) => {
      const domain = /@([^@\s]+)$/.exec(facts.text('contact', 'email') ?? '')?.[1]
      return hit(domain !== undefined && isBelow(domain, FREE_MAIL), EMAIL)
    },
  },
  {
    id: 'B21',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The support address is at another domain than the web site: use the same, or explain it in the notes.',
    codes: ['brand.contact_email.domain', 'twilio:30881'],
    source: 'twilio',
    find: (facts) => {
      const site = siteOfEmail(facts.text('contact', 'email'))
      if (site === null || facts.site === null || isBelow(site, FREE_MAIL)) return none
      return hit(site !== facts.site && !areAlike(site, facts.site), EMAIL)
    },
  },
  {
    id: 'B22',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'Nobody reads a no-reply address: give a mailbox that is read.',
    codes: ['brand.contact_email.no_reply'],
    source: 'sent',
    find: (facts) =>
      hit(
        /^(?:no|do[-_.]?not|dont)[-_.]?(?:reply|response|answer)|^(?:mailer-daemon|bounces?)@/i.test(
          facts.text('contact', 'email') ?? '',
        ),
        EMAIL,
      ),
  },
  {
    id: 'B23',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs a phone number in E.164 form, as +12025551234.',
    codes: ['brand.contact_phone.missing', 'tcr:phone', 'twilio:30701'],
    source: 'tcr',
    find: (facts) => {
      const phone = facts.text('contact', 'phone')
      return hit(phone === null || !E164.test(phone.trim()), PHONE)
    },
  },
  {
    id: 'B24',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message: 'No such phone number is given out in its country: name a line that is answered.',
    codes: ['brand.contact_phone.invalid', 'twilio:30701'],
    source: 'twilio',
    find: (facts) => {
      const phone = facts.text('contact', 'phone')?.trim() ?? null
      return hit(phone !== null && E164.test(phone) && !isReal(phone), PHONE)
    },
  },
  {
    id: 'B25',
    severity: 'warn',
    certainty: 'certain',
    fee: null,
    message: 'The calling code is not that of the phone number.',
    codes: ['brand.contact_phone.country_code'],
    source: 'telnyx',
    find: (facts) => {
      const phone = facts.text('contact', 'phone')?.trim() ?? null
      const code = facts.text('contact', 'phoneCountryCode')?.trim().replace(/^\+/, '') ?? null
      if (phone === null || code === null || !isE164(phone) || phone.startsWith(`+${code}`)) return none
      const right = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/.exec(phone)?.[1] ?? ''
      return [{ at: '/brand/contact/phoneCountryCode', fix: brandFix('contact', 'phoneCountryCode', right) }]
    },
  },
  {
    id: 'B39',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message: 'The trade name shares no word with the legal name or the web site: state the relation in the notes.',
    codes: ['brand.business_name.unrelated'],
    source: 'telnyx',
    find: (facts) => {
      const name = facts.text('contact', 'businessName')
      if (name === null) return none
      const legal = facts.text('business', 'legalName')
      const label = facts.host === null ? null : (siteLabel(facts.host)?.replace(/-/g, '') ?? null)
      if (legal === null && label === null) return none
      const words = ownWords(name)
      const others = new Set(legal === null ? [] : ownWords(legal))
      const initials = words.map((word) => word.charAt(0)).join('')
      const isTied = (word: string) => others.has(word) || (word.length >= 3 && (label?.includes(word) ?? false))
      const isShort =
        label !== null && (words.join('').includes(label) || label.includes(initials)) && initials.length > 1
      const compact = words.join('')
      const isWithin = legal !== null && [...others].join('').includes(compact)
      return hit(!words.some(isTied) && !isShort && !isWithin, '/brand/contact/businessName')
    },
  },
]
