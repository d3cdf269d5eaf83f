/** What the simulated registry does with a brand. */
export type BrandBehaviour =
  | { does: 'verify'; identity: 'VERIFIED' | 'VETTED_VERIFIED' }
  | { does: 'doubt'; category: string; fields: readonly string[]; feedback: string; isFinal?: boolean }
  | { does: 'neverScore' }
  | { does: 'busyOnce' }
  | { does: 'refuse'; says: string }
  | { does: 'duplicate' }
  | { does: 'suspend' }
  | { does: 'vet'; status: 'active' | 'failed'; score: number | null; reason: string }
  | { does: 'qualifyFor'; usecase: string }
  | { does: 'leaveMail' }
  | { does: 'failMail' }
  | { does: 'slow' }
  | { does: 'loseAnswer' }
  | { does: 'loseRequest' }
  | { does: 'outage' }
  | { does: 'tellTwice' }
  | { does: 'tellFirst' }

export interface MagicBrand {
  /** The last four digits of the tax id. */
  ending: string
  behaviour: BrandBehaviour
  says: string
}

export const REVET_REASON = 'The registry checks a brand again only three months after the last check.'
export const MAIL_REASON = 'The address does not belong to the company.'
export const UNQUALIFIED_REASON = 'The brand does not qualify for this use case.'
const FAILED_REASON = 'No business is registered under this tax id.'

const doubt = (
  ending: string,
  category: string,
  fields: readonly string[],
  feedback: string,
  begins = 'UNVERIFIED',
): MagicBrand => ({
  ending,
  behaviour: { does: 'doubt', category, fields, feedback },
  says: `${begins}. Feedback ${category} on ${fields.map((field) => `\`${field}\``).join(', ')}: "${feedback}"`,
})

/** The endings of tax ids that drive the simulated registry; any other tax id is VERIFIED. `docs/PROVIDERS.md` lists them. */
export const MAGIC_BRANDS: readonly MagicBrand[] = [
  doubt(
    '0000',
    'TAX_ID',
    ['brand.business.taxId', 'brand.business.legalName'],
    'The tax id does not belong to the legal name.',
  ),
  { ending: '0001', behaviour: { does: 'neverScore' }, says: 'Accepted, and never scored.' },
  {
    ending: '0002',
    behaviour: { does: 'busyOnce' },
    says: 'The registry is busy the first time; sent again, the brand is VERIFIED.',
  },
  { ending: '0003', behaviour: { does: 'verify', identity: 'VETTED_VERIFIED' }, says: 'VETTED_VERIFIED.' },
  doubt(
    '0004',
    'STOCK_SYMBOL',
    ['brand.business.stockSymbol', 'brand.business.stockExchange'],
    'The company is not listed under this symbol.',
  ),
  doubt('0005', 'GOVERNMENT_ENTITY', ['brand.business.entityType'], 'The organization is no government entity.'),
  doubt('0006', 'NONPROFIT', ['brand.business.entityType'], 'The organization is not registered as tax-exempt.'),
  doubt('0007', 'OTHERS', ['brand.business.url'], 'The web site does not name the business.'),
  { ending: '0008', behaviour: { does: 'slow' }, says: 'VERIFIED; the registry answers after 3 seconds.' },
  {
    ending: '0009',
    behaviour: { does: 'loseAnswer' },
    says: 'No answer for 10 seconds, but the brand is registered: looking up its reference finds it. VERIFIED.',
  },
  { ending: '0010', behaviour: { does: 'outage' }, says: 'The registry is down, every time.' },
  {
    ending: '0011',
    behaviour: { does: 'refuse', says: 'The tax id is not valid.' },
    says: 'Refused at once on `brand.business.taxId`: "The tax id is not valid."',
  },
  {
    ending: '0012',
    behaviour: { does: 'vet', status: 'active', score: 20, reason: 'The online presence is weak.' },
    says: 'VERIFIED; external vetting gives a score of 20.',
  },
  {
    ending: '0013',
    behaviour: { does: 'vet', status: 'failed', score: null, reason: 'The business could not be found.' },
    says: 'VERIFIED; external vetting fails.',
  },
  { ending: '0014', behaviour: { does: 'tellTwice' }, says: 'VERIFIED; every event comes twice.' },
  {
    ending: '0015',
    behaviour: { does: 'tellFirst' },
    says: 'VERIFIED at once; the event of the score comes before the answer to the submission.',
  },
  {
    ending: '0016',
    behaviour: { does: 'loseRequest' },
    says: 'No answer for 10 seconds the first time, and nothing is registered. Sent again, the brand is VERIFIED.',
  },
  { ending: '0017', behaviour: { does: 'suspend' }, says: 'VERIFIED, then SUSPENDED by an authority.' },
  {
    ending: '0018',
    behaviour: { does: 'duplicate' },
    says: 'The registry says that it has a brand with this reference, and does not find it.',
  },
  doubt(
    '0019',
    'REGISTRATION_FAILED',
    ['brand.business.taxId'],
    FAILED_REASON,
    'Accepted; the registration fails afterwards',
  ),
  {
    ending: '0020',
    behaviour: { does: 'qualifyFor', usecase: 'CUSTOMER_CARE' },
    says: `VERIFIED; a campaign of another use case than CUSTOMER_CARE is refused on \`campaign.useCases\`: "${UNQUALIFIED_REASON}"`,
  },
  {
    ending: '0021',
    behaviour: {
      does: 'doubt',
      category: 'TAX_ID',
      fields: ['brand.business.taxId'],
      feedback: 'The tax id is not known.',
      isFinal: true,
    },
    says: `UNVERIFIED. Feedback TAX_ID on \`brand.business.taxId\`: "The tax id is not known." Corrected within 91 days, a further check is refused on \`brand\`: "${REVET_REASON}"`,
  },
  {
    ending: '0022',
    behaviour: { does: 'vet', status: 'active', score: null, reason: 'No score is given for this kind of vetting.' },
    says: 'VERIFIED; external vetting is done without a score.',
  },
  {
    ending: '0023',
    behaviour: { does: 'leaveMail' },
    says: 'VERIFIED; a listed company does not answer the mail to its business contact until it is sent again.',
  },
  {
    ending: '0024',
    behaviour: { does: 'failMail' },
    says: `VERIFIED; the authentication of a listed company fails: "${MAIL_REASON}"`,
  },
]

/** The behaviour that a tax id asks for by its last four digits. */
export function magicBrand(taxId: string | null): MagicBrand | null {
  const ending = (taxId ?? '').replace(/\D/g, '').slice(-4)
  return MAGIC_BRANDS.find((magic) => magic.ending === ending) ?? null
}
