import assert from 'node:assert/strict'
import { test } from 'node:test'
import { givenTaxIdProblem, taxIdCountry, taxIdProblem } from './tax-id.ts'

const abroad = { registration: 'FR', address: 'DE' }

test('C15: the country that issued a tax number, from its kind, its letters or the registration', () => {
  for (const [kind, taxId, country] of [
    ['us_ein', null, 'US'],
    ['US EIN', null, 'US'],
    ['US-EIN', null, 'US'],
    ['FEIN', null, 'US'],
    ['Federal EIN', null, 'US'],
    ['ein', null, 'US'],
    ['USA', null, 'US'],
    ['ca_bn', null, 'CA'],
    ['CA BN', null, 'CA'],
    ['uk_vat', null, 'GB'],
    ['gb_vat', 'XI110305878', 'GB'],
    ['xi_vat', null, 'GB'],
    ['eu_vat', 'DE123456789', 'DE'],
    ['EU VAT', 'de 123456789', 'DE'],
    ['eu_vat', 'EL123456789', 'GR'],
    ['eu_vat', 'XI110305878', 'GB'],
    ['eu_vat', 'EU372000041', 'FR'],
    ['eu_vat', 'ZZ1', 'FR'],
    ['eu_vat', '123456789', 'FR'],
    ['eu_vat', null, 'FR'],
    ['vat', 'DE123456789', 'FR'],
    ['no ein', null, 'FR'],
    ['no_orgnr', null, 'NO'],
    ['NO orgnr', null, 'NO'],
    ['einer', null, 'FR'],
    ['zz_id', null, 'FR'],
    ['tax', null, 'FR'],
    ['it', null, 'FR'],
    [null, null, 'FR'],
  ] as const) {
    assert.equal(taxIdCountry(kind, taxId, abroad), country, `${kind} ${taxId}`)
  }
  assert.equal(taxIdCountry(null, null, { registration: null, address: 'DE' }), 'DE')
  assert.equal(taxIdCountry(null, null, { registration: null, address: null }), null)
})

const MASKED = 'must be the whole tax number: this one is masked'
const NONE = 'must be a tax number: leave it out until there is one'
const NINE = "must be nine digits for the US (e.g. '12-3456789')"

test('C4: a mask, a text without a number and a wrong form are no tax number', () => {
  for (const [taxId, country, problem] of [
    ['*******6789', 'US', MASKED],
    ['*******6789', 'DE', MASKED],
    ['XX-XXXXXX789', null, MASKED],
    [`${'X'.repeat(3)}-XX-6789`, 'US', MASKED],
    ['xxxxx6789', 'US', MASKED],
    ['\u2022\u2022\u2022\u2022\u20226789', 'US', MASKED],
    ['##-###6789', 'US', MASKED],
    ['N/A', 'US', NONE],
    ['Applied for', 'DE', NONE],
    ['none', null, NONE],
    ['12-345678', 'US', NINE],
    ['12-34567890', 'US', NINE],
    ['US123456789', 'US', NINE],
    ['123-45-6789', 'US', 'must be the number of the business, not a social security number'],
  ] as const) {
    assert.equal(taxIdProblem(taxId, country), problem, taxId)
  }
})

test('C4: any plausible number is taken, of a country whose form is not known in whatever form', () => {
  for (const [taxId, country] of [
    ['12-3456789', 'US'],
    ['123456789', 'US'],
    ['12 3456789', 'US'],
    ['00-0000000', 'US'],
    ['12345-RC', 'CA'],
    ['123-45-6789', 'DE'],
    ['XAXX010101000', 'MX'],
    ['X1234567L', 'ES'],
    ['IE1*23456L', 'IE'],
    ['12.ABC.345/01DE-35', 'BR'],
    ['CHE-107.787.577 MWST', 'CH'],
    ['123', null],
  ] as const) {
    assert.equal(taxIdProblem(taxId, country), null, taxId)
  }
})

test('C4: what a request gives is judged with the kind and the country beside it', () => {
  assert.equal(givenTaxIdProblem({}), null)
  assert.equal(givenTaxIdProblem({ taxId: ' ' }), null)
  assert.equal(givenTaxIdProblem({ taxId: ' 12-3456789 ', country: 'US' }), null)
  assert.equal(givenTaxIdProblem({ taxId: '1', country: 'US' }), NINE)
  assert.equal(givenTaxIdProblem({ taxId: '1', country: 'US', countryOfRegistration: 'DE' }), null)
  assert.equal(givenTaxIdProblem({ taxId: '1', country: 'DE', taxIdType: 'FEIN' }), NINE)
  assert.equal(givenTaxIdProblem({ taxId: 7, country: 'US' }), null)
})
