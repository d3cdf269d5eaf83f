import { taxIdProblem } from '../../contract/registry/tax-id.ts'
import type { BrandFacts } from '../facts/brand-facts.ts'
import { siteOfEmail } from '../facts/brand-facts.ts'
import type { BrandRule, Hit } from '../finding.ts'
import { brandFix } from '../fixes.ts'
import { UNASSIGNED_EIN_PREFIXES } from '../lists/places.ts'
import { failsItsChecksum } from '../tax-checksum.ts'
import { hasLegalForm } from '../text/names.ts'

const LEGAL_NAME = '/brand/business/legalName'
const TAX_ID = '/brand/business/taxId'
const ENTITY = '/brand/business/entityType'

const none: readonly Hit[] = []
const hit = (isHit: boolean, at: string, more: Omit<Hit, 'at'> = {}): readonly Hit[] =>
  isHit ? [{ at, ...more }] : none

const isSole = ({ entityType }: BrandFacts) => entityType === 'SOLE_PROPRIETOR'
const SSN = /^\s*\d{3}-\d{2}-\d{4}\s*$/
const digitsOf = (text: string | null) => (text ?? '').replace(/[\s-]/g, '')
const FILLER = /^(\d)\1{8}$|^(?:123456789|987654321|012345678)$/
const EIN = /^\d{9}$/
const CORPORATE = /\b(?:l\.?l\.?c|l\.?l\.?p|inc|incorporated|corp|corporation|ltd|limited|plc|p\.?l\.?l\.?c)\b\.?/i
const FORM_AT_END =
  /\b(?:inc|co|corp|ltd|l\.?l\.?c|l\.?l\.?p|p\.?c|p\.?a|n\.?a|s\.?a|l\.?p|bros|jr|sr|assn|assoc|dept|intl|s\.?l|b\.?v|n\.?v|plc|u\.?s\.?a|u\.?s|gmbh|p\.?l\.?l\.?c|d\.?d\.?s|m\.?d|cie|mfg|svcs?|d\.?m\.?d|esq|cpa|st|dvm|d\.?v\.?m)\.$/i

/** What identifies the business: its name in law, its tax number, what kind of business it is. */
export const BRAND_IDENTITY: readonly BrandRule[] = [
  {
    id: 'B01',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs the legal name of the business: give it exactly as the tax letter has it.',
    codes: ['brand.legal_name.missing', 'tcr:companyName', 'twilio:30795'],
    source: 'tcr',
    find: (facts) =>
      hit(
        facts.text('business', 'legalName') === null &&
          !isSole(facts) &&
          facts.flag('compliance', 'isTcrApplication') !== false,
        LEGAL_NAME,
      ),
  },
  {
    id: 'B02',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs the tax number of the business.',
    codes: ['brand.tax_id.missing', 'tcr:ein', 'twilio:30796'],
    source: 'tcr',
    find: (facts) => hit(facts.text('business', 'taxId') === null && !isSole(facts), TAX_ID),
  },
  {
    id: 'B03',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'A tax number of the US (EIN) has nine digits, as 12-3456789.',
    codes: ['brand.tax_id.format', 'twilio:30799'],
    source: 'tcr',
    find: (facts) => {
      const taxId = facts.text('business', 'taxId')
      if (taxId === null || facts.taxCountry !== 'US' || SSN.test(taxId)) return none
      return hit(!/^\d{2}-?\d{7}$/.test(taxId.trim()), TAX_ID)
    },
  },
  {
    id: 'B42',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs the whole tax number: this one is masked, or holds no number.',
    codes: ['brand.tax_id.no_number', 'tcr:required'],
    source: 'tcr',
    find: (facts) => {
      const taxId = facts.text('business', 'taxId')
      return hit(taxId !== null && facts.taxCountry !== 'US' && taxIdProblem(taxId.trim(), null) !== null, TAX_ID)
    },
  },
  {
    id: 'B04',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message:
      'The IRS has given no tax number that begins with these two digits: check it on the CP 575 or 147C letter.',
    codes: ['brand.tax_id.prefix', 'twilio:30799'],
    source: 'irs',
    find: (facts) => {
      const digits = digitsOf(facts.text('business', 'taxId'))
      const isJudged = facts.taxCountry === 'US' && EIN.test(digits) && !FILLER.test(digits)
      return hit(isJudged && UNASSIGNED_EIN_PREFIXES.has(digits.slice(0, 2)), TAX_ID)
    },
  },
  {
    id: 'B05',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'This is written as a social security number, which must not be stored: use the EIN of the business.',
    codes: ['brand.tax_id.is_ssn', 'twilio:30795'],
    source: 'twilio',
    find: (facts) => {
      const taxId = facts.text('business', 'taxId')
      return hit(taxId !== null && SSN.test(taxId) && (facts.taxCountry === 'US' || facts.taxCountry === null), TAX_ID)
    },
  },
  {
    id: 'B06',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'This tax number is a made-up one: no register has it.',
    codes: ['brand.tax_id.filler', 'twilio:30799'],
    source: 'twilio',
    find: (facts) => hit(facts.taxCountry === 'US' && FILLER.test(digitsOf(facts.text('business', 'taxId'))), TAX_ID),
  },
  {
    id: 'B07',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message:
      'The kind of the tax number and the country of registration name two countries: the number is looked up in one.',
    codes: ['brand.tax_id.country', 'twilio:30799'],
    source: 'irs',
    find: (facts) => {
      const kind = (facts.text('business', 'taxIdType') ?? '').trim().toLowerCase().replace(/[\s-]/g, '_')
      const country = facts.text('business', 'countryOfRegistration')
      if (country === null) return none
      const at = '/brand/business/taxIdType'
      if (/^(?:us_)?f?ein$/.test(kind) && country !== 'US') {
        // The IRS gives 98 to foreign entities that file on paper.
        const isForeign = digitsOf(facts.text('business', 'taxId')).startsWith('98')
        return [{ at, ...(isForeign ? { severity: 'note' as const } : {}) }]
      }
      return hit(kind === 'ca_bn' && country !== 'CA', at)
    },
  },
  {
    id: 'B08',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message:
      'The check digits of the tax number are wrong: compare it with the register, which often wants the company number.',
    codes: ['brand.tax_id.checksum', 'twilio:30799'],
    source: 'twilio',
    find: (facts) => {
      const taxId = facts.text('business', 'taxId')
      const isJudged = taxId !== null && taxIdProblem(taxId.trim(), null) === null
      return hit(isJudged && failsItsChecksum(facts.text('business', 'taxIdType') ?? '', taxId), TAX_ID)
    },
  },
  {
    id: 'B09',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message:
      'The legal name holds a trade name, an address of the web or quotes: give the name on the tax letter, and the trade name as businessName of the contact.',
    codes: ['brand.legal_name.trade_name', 'twilio:30799'],
    source: 'telnyx',
    find: (facts) => {
      const name = facts.text('business', 'legalName') ?? ''
      const found =
        /\b(?:d[./]?b[./]?a\.?|t\/a|trading as|doing business as|also known as|a\/?k\/?a|operating as|o\/a)(?![\w])/i.exec(
          name,
        ) ??
        /https?:\/\/\S+|\bwww\.\S+|\b[\w-]{2,}\.(?:com|net|org|io|co|us|biz|info|shop|store)\b/i.exec(name) ??
        /["\u201c\u201d\u00ab\u00bb]|(?<!\w)['\u2018][^'\u2019]+['\u2019](?!\w)/.exec(name)
      return hit(found !== null, LEGAL_NAME)
    },
  },
  {
    id: 'B10',
    severity: 'warn',
    certainty: 'likely',
    fee: null,
    message: 'The legal name ends in a punctuation mark that belongs to no legal form.',
    codes: ['brand.legal_name.punctuation'],
    source: 'sent',
    find: (facts) => {
      const name = (facts.text('business', 'legalName') ?? '').trim()
      const isOdd = /[.,;:!?/\\|*_~-]$/.test(name) && !FORM_AT_END.test(name)
      const clean = name.replace(/[\s.,;:!?/\\|*_~-]+$/, '')
      return hit(isOdd, LEGAL_NAME, clean === '' ? {} : { fix: brandFix('business', 'legalName', clean) })
    },
  },
  {
    id: 'B11',
    severity: 'warn',
    certainty: 'heuristic',
    fee: null,
    message:
      'The name of a private company of the US has no legal form (LLC, Inc.): the tax letter nearly always has one.',
    codes: ['brand.legal_name.form', 'twilio:30799'],
    source: 'telnyx',
    find: (facts) => {
      const name = facts.text('business', 'legalName')
      return hit(
        name !== null && facts.isUs && facts.entityType === 'PRIVATE_PROFIT' && !hasLegalForm(name),
        LEGAL_NAME,
      )
    },
  },
  {
    id: 'B12',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message:
      'The registry needs the kind of business: PRIVATE_PROFIT, PUBLIC_PROFIT, NON_PROFIT, GOVERNMENT or SOLE_PROPRIETOR.',
    codes: ['brand.entity_type.missing', 'tcr:entityType'],
    source: 'tcr',
    find: (facts) => hit(facts.entityType === null, ENTITY),
  },
  {
    id: 'B13',
    severity: 'reject',
    certainty: 'likely',
    fee: 'brand',
    message:
      'A sole proprietor has neither a legal form in the name nor a tax number of a business: register as PRIVATE_PROFIT.',
    codes: ['brand.entity_type.has_ein', 'twilio:30915'],
    source: 'twilio',
    find: (facts) =>
      hit(
        isSole(facts) &&
          (CORPORATE.test(facts.text('business', 'legalName') ?? '') || facts.text('business', 'taxId') !== null),
        ENTITY,
      ),
  },
  {
    id: 'B14',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message:
      'A sole proprietor cannot be registered here: its kind of campaign, and the code to its mobile phone, are no part of this API.',
    codes: ['brand.entity_type.sole_proprietor', 'twilio:30914', 'twilio:30915'],
    source: 'tcr',
    find: (facts) => hit(isSole(facts), ENTITY),
  },
  {
    id: 'B15',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'GOVERNMENT means a public body of the US: a body of another country registers as PRIVATE_PROFIT.',
    codes: ['brand.entity_type.foreign_government', 'tcr:GOVERNMENT_ENTITY'],
    source: 'tcr',
    find: (facts) => {
      const country = facts.text('business', 'country') ?? facts.text('business', 'countryOfRegistration')
      return hit(facts.entityType === 'GOVERNMENT' && country !== null && !/^us(?:a)?$/i.test(country), ENTITY)
    },
  },
  {
    id: 'B16',
    severity: 'note',
    certainty: 'certain',
    fee: null,
    message: 'The standing of a non-profit is looked up: keep the determination letter (501(c)) ready.',
    codes: ['brand.entity_type.non_profit', 'tcr:NONPROFIT'],
    source: 'aws',
    find: (facts) => hit(facts.entityType === 'NON_PROFIT', ENTITY),
  },
  {
    id: 'B17',
    severity: 'block',
    certainty: 'certain',
    fee: 'brand',
    message: 'The registry needs the stock symbol and the exchange of a listed company.',
    codes: ['brand.stock_symbol.missing', 'tcr:STOCK_SYMBOL'],
    source: 'tcr',
    find: (facts) => {
      if (facts.entityType !== 'PUBLIC_PROFIT') return none
      if (facts.text('business', 'stockSymbol') === null) return [{ at: '/brand/business/stockSymbol' }]
      return hit(facts.text('business', 'stockExchange') === null, '/brand/business/stockExchange')
    },
  },
  {
    id: 'B18',
    severity: 'block',
    certainty: 'certain',
    fee: 'authentication',
    message:
      'The registry asks a listed company by mail whether it is really the company, and takes no campaign before the answer: give the address of a person at its own domain.',
    codes: ['brand.business_contact_email.missing', 'twilio:30900'],
    source: 'twilio',
    asOf: '2025-08-01',
    find: (facts) =>
      hit(
        facts.entityType === 'PUBLIC_PROFIT' && facts.text('contact', 'businessContactEmail') === null,
        '/brand/contact/businessContactEmail',
      ),
  },
  {
    id: 'B19',
    severity: 'reject',
    certainty: 'likely',
    fee: 'authentication',
    message: "The business contact's address is not at the domain of the web site, which is what is checked.",
    codes: ['brand.business_contact_email.domain', 'twilio:30900'],
    source: 'twilio',
    find: (facts) => {
      const site = siteOfEmail(facts.text('contact', 'businessContactEmail'))
      return hit(site !== null && facts.site !== null && site !== facts.site, '/brand/contact/businessContactEmail')
    },
  },
]
