import { createRequire } from 'node:module'
import type { Validator } from 'stdnum'

/** Read by country when a number of it is judged: the whole package takes most of a second to load. */
const readWhenUsed = createRequire(import.meta.url)

/** The package's name of the VAT number of each country. */
const VAT_NAMES: ReadonlyMap<string, string> = new Map(
  `AT.uid BE.vat BG.vat CY.vat CZ.dic DE.vat DK.cvr EE.kmkr ES.nif FI.alv FR.tva GR.vat HR.oib HU.anum IE.vat IT.iva LT.pvm LU.tva LV.pvn
  MT.vat NL.btw PL.nip PT.nif RO.cui SE.vat SI.ddv SK.dph`
    .split(/\s+/)
    .map((pair) => [pair.slice(0, 2), pair.slice(3)]),
)

function validatorOf(country: string, kind: string): Validator {
  return readWhenUsed(`stdnum/lib/cjs/${country.toLowerCase()}/${kind}.js`) as Validator
}

/** Northern Ireland's numbers (XI) are Britain's. */
function britishForm(number: string): string {
  return number.replace(/^(?:XI|GB)/, '')
}

/**
 * Whether a number of one of the kinds that carry check digits fails them. A Canadian business number may have its program
 * behind it (`RT0001`); of a European VAT number its own letters say the country.
 */
export function failsItsChecksum(kind: string, taxId: string): boolean {
  const number = taxId.toUpperCase().replace(/[\s.-]/g, '')
  const name = kind.trim().toLowerCase().replace(/[\s-]/g, '_')
  if (name === 'ca_bn') return !validatorOf('CA', 'bn').validate(number.replace(/[A-Z]{2}\d{4}$/, '')).isValid
  if (name === 'gb_vat' || name === 'uk_vat' || name === 'xi_vat')
    return !validatorOf('GB', 'vat').validate(britishForm(number)).isValid
  if (name !== 'eu_vat') return false
  const prefix = number.slice(0, 2)
  if (prefix === 'XI' || prefix === 'GB') return !validatorOf('GB', 'vat').validate(britishForm(number)).isValid
  const country = prefix === 'EL' ? 'GR' : prefix
  const vat = VAT_NAMES.get(country)
  if (vat === undefined) return false
  const { validate } = validatorOf(country, vat)
  // Some of them take their own letters, some do not.
  return !validate(number).isValid && !validate(number.slice(2)).isValid
}
