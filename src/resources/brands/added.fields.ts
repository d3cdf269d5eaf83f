import { email, line, oneOf, optional, phone } from '../../contract/fields/field.ts'

/** Members of a brand that the published API does not have, and without which some kinds of business cannot be registered. */

/** The exchanges that TCR knows. */
const STOCK_EXCHANGES = [
  'NONE',
  'NASDAQ',
  'NYSE',
  'AMEX',
  'AMX',
  'ASX',
  'B3',
  'BME',
  'BSE',
  'FRA',
  'ICEX',
  'JPX',
  'JSE',
  'KRX',
  'LON',
  'NSE',
  'OMX',
  'SEHK',
  'SGX',
  'SSE',
  'STO',
  'SWX',
  'SZSE',
  'TSX',
  'TWSE',
  'VSE',
  'OTHER',
] as const

export const addedContactFields = {
  businessContactEmail: optional(
    email({
      description: 'Address at the domain of the brand, where a registry asks whether it is really the brand.',
      example: 'compliance@acmecorp.com',
      clears: 'null',
      nullable: true,
      secret: 'sealed',
    }),
  ),
  mobilePhone: optional(
    phone({
      description: 'Mobile number of a sole proprietor, E.164: a registry sends a code to it.',
      example: '+12025551234',
      clears: 'null',
      nullable: true,
      secret: 'sealed',
    }),
  ),
}

export const addedBusinessFields = {
  stockSymbol: optional(
    line(
      { min: 1, max: 10 },
      {
        description: 'Symbol of a listed company.',
        example: 'ACME',
        clears: 'null',
        nullable: true,
        says: '{path} must be 1 to 10 characters',
      },
    ),
  ),
  stockExchange: optional(
    oneOf(STOCK_EXCHANGES, {
      description: 'Where the company is listed.',
      example: 'NASDAQ',
      clears: 'null',
      nullable: true,
    }),
  ),
  altBusinessId: optional(
    line(
      { min: 1, max: 50 },
      {
        description: 'Another number that proves the business, of the kind beside it.',
        example: '123456789',
        clears: 'null',
        nullable: true,
        humanText: true,
        says: '{path} must be 1 to 50 characters',
      },
    ),
  ),
  altBusinessIdType: optional(
    oneOf(['DUNS', 'LEI', 'GIIN'], {
      description: 'Kind of that number.',
      example: 'DUNS',
      clears: 'null',
      nullable: true,
    }),
  ),
}

/** Their names, as requests spell them. */
export const ADDED_MEMBERS: ReadonlySet<string> = new Set([
  ...Object.keys(addedContactFields),
  ...Object.keys(addedBusinessFields),
])
