import countries from 'i18n-iso-countries/index.js'

/** What a text says of itself as a tax number, without asking anybody. */

/**
 * The country that the words of its kind name (`us_ein`, `US EIN`, `FEIN`, `ca_bn`), null where they name none. Northern Ireland's
 * VAT numbers (XI) are Britain's, UK is an old name of it and EL of Greece. EU stands for the number's own country.
 */
function countryOfKind(kind: string): string | null {
  if (AMERICAN.test(kind)) return 'US'
  const prefix = PREFIX.exec(kind)?.[1]?.toUpperCase()
  return prefix === undefined ? null : countryOfPrefix(prefix)
}

const AMERICAN = /^\s*(?:usa?[\s_-]*)?(?:federal[\s_-]*)?(?:f?ein|usa)\b/i
/** Before a blank only in capitals: `no ein` and `it is` name no country. */
const PREFIX = /^\s*([A-Za-z]{2}(?=[_-])|[A-Z]{2}(?=\s))/

const ALSO: Readonly<Record<string, string>> = { XI: 'GB', UK: 'GB', EL: 'GR' }

function countryOfPrefix(prefix: string): string | null {
  if (prefix === 'EU') return 'EU'
  const country = ALSO[prefix] ?? prefix
  return country.length === 2 && countries.isValid(country) ? country : null
}

/** Whether a VAT number of the European Union may begin so. Other letters belong to the number itself. */
function vatCountry(taxId: string): string | null {
  const prefix = /^\s*([A-Z]{2})[\s-]*[\dA-Z]/i.exec(taxId)?.[1]?.toUpperCase()
  const country = prefix === undefined ? null : countryOfPrefix(prefix)
  return country === 'EU' ? null : country
}

/**
 * The country that issued a tax number: that of its kind, for an EU VAT number that of the number's own first letters, else the
 * country of registration, else that of the address.
 */
export function taxIdCountry(
  kind: string | null,
  taxId: string | null,
  { registration, address }: { registration: string | null; address: string | null },
): string | null {
  const country = countryOfKind(kind ?? '')
  const issuer = country === 'EU' ? vatCountry(taxId ?? '') : country
  return issuer ?? registration ?? address
}

/** Digits that are hidden: by signs, or by as many X as no number has. */
const MASKED = /[*\u2022\u25cf#?]{2}|^[X\s-]*X[X\s-]*X[X\s-]*X[X\d\s-]*$/i

/** A number of one of these countries has no other form. What is left of it has no separators. */
const FORMS: Readonly<Record<string, { fits: RegExp; says: string }>> = {
  US: { fits: /^\d{9}$/, says: "must be nine digits for the US (e.g. '12-3456789')" },
}

/** Social security numbers are grouped so: they are no number of a business, and are not to be kept. */
const SOCIAL_SECURITY = /^\d{3}-\d{2}-\d{4}$/

/** What is wrong with a text as a tax number of a country, as the end of a sentence; null where it may be one. */
export function taxIdProblem(taxId: string, country: string | null): string | null {
  if (MASKED.test(taxId)) return 'must be the whole tax number: this one is masked'
  if (!/\d/.test(taxId)) return 'must be a tax number: leave it out until there is one'
  const form = FORMS[country ?? '']
  if (form === undefined) return null
  if (SOCIAL_SECURITY.test(taxId)) return 'must be the number of the business, not a social security number'
  return form.fits.test(taxId.replace(/[\s-]/g, '')) ? null : form.says
}

/** What is wrong with the tax number of a section as a request would leave it, given in the request's spelling. */
export function givenTaxIdProblem(business: {
  taxId?: unknown
  taxIdType?: unknown
  country?: unknown
  countryOfRegistration?: unknown
}): string | null {
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : null)
  const taxId = text(business.taxId)
  if (taxId === null) return null
  const at = { registration: text(business.countryOfRegistration), address: text(business.country) }
  return taxIdProblem(taxId.trim(), taxIdCountry(text(business.taxIdType), taxId, at))
}
