import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { taxIdCountry } from '../../../contract/registry/tax-id.ts'
import { personNames, SOLE_PROPRIETOR, toRegistryBrand } from './brand-mapping.rules.ts'

const ID = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'

const whole = {
  id: ID,
  contact: {
    name: 'John Quincy Smith',
    business_name: 'Acme Corp',
    phone: '+12025551234',
    email: 'john@acmecorp.com',
  },
  business: {
    legal_name: '  Acme Corporation LLC ',
    tax_id: '12-3456789',
    tax_id_type: 'us_ein',
    entity_type: 'PRIVATE_PROFIT',
    street: '123 Main Street',
    city: 'New York',
    state: 'ny',
    postal_code: '10001-2345',
    country: 'US',
    url: 'https://acmecorp.com',
    country_of_registration: 'US',
  },
  compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT' },
}

const map = (brand: typeof whole | object) =>
  toRegistryBrand({ ...whole, ...brand } as typeof whole, { profileName: 'Sales Team', isMock: false })

describe('a brand as a registry takes it', () => {
  test('a whole US brand: digits of the tax number, five of the postal code, our id as the reference', () => {
    const { brand, problems } = map({})
    assert.deepEqual(problems, [])
    assert.deepEqual(brand, {
      reference: ID,
      entityType: 'PRIVATE_PROFIT',
      displayName: 'Acme Corp',
      legalName: 'Acme Corporation LLC',
      taxId: '123456789',
      taxIdCountry: 'US',
      firstName: null,
      lastName: null,
      phone: '+12025551234',
      email: 'john@acmecorp.com',
      street: '123 Main Street',
      city: 'New York',
      state: 'NY',
      postalCode: '10001',
      country: 'US',
      website: 'https://acmecorp.com',
      vertical: 'PROFESSIONAL',
      brandRelationship: 'SMALL_ACCOUNT',
      stockSymbol: null,
      stockExchange: null,
      businessContactEmail: null,
      mobilePhone: null,
      altBusinessId: null,
      altBusinessIdType: null,
      isMock: false,
    })
  })

  const names: [string, object, string][] = [
    ['the name of the business', {}, 'Acme Corp'],
    ['else the legal name', { contact: { ...whole.contact, business_name: '' } }, 'Acme Corporation LLC'],
    ['else the name of the profile', { contact: { name: 'J' }, business: {} }, 'Sales Team'],
  ]
  for (const [what, brand, expected] of names) {
    test(`it is shown under ${what}`, () => assert.equal(map(brand).brand.displayName, expected))
  }

  const business = (parts: object) => ({ business: { ...whole.business, ...parts } })
  const contact = (parts: object) => ({ contact: { ...whole.contact, ...parts } })
  const ADDRESS = 'The registry needs the whole address.'
  const lacking: [string, object, string, string][] = [
    [
      'a legal name',
      business({ legal_name: '' }),
      'business.legalName',
      'The registry needs the legal name of the business.',
    ],
    ['a tax number', business({ tax_id: ' ' }), 'business.taxId', 'The registry needs the tax number of the business.'],
    ['nine digits', business({ tax_id: '12-345' }), 'business.taxId', 'A US tax number has nine digits.'],
    ['nine digits alone', business({ tax_id: '12-34567890' }), 'business.taxId', 'A US tax number has nine digits.'],
    [
      'a whole tax number',
      business({ tax_id: '*****6789', tax_id_type: 'eu_vat', country_of_registration: 'DE' }),
      'business.taxId',
      'The registry needs the whole tax number: what is stored is masked, or holds no number.',
    ],
    [
      'a tax number in words',
      business({ tax_id: 'Applied for' }),
      'business.taxId',
      'A US tax number has nine digits.',
    ],
    ['a phone number', contact({ phone: null }), 'contact.phone', 'The registry needs a phone number.'],
    ['an e-mail address', contact({ email: null }), 'contact.email', 'The registry needs an e-mail address.'],
    ['a street', business({ street: null }), 'business.street', ADDRESS],
    ['a city', business({ city: null }), 'business.city', ADDRESS],
    ['a state', business({ state: null }), 'business.state', ADDRESS],
    ['a postal code', business({ postal_code: null }), 'business.postalCode', ADDRESS],
    [
      'a state of two letters',
      business({ state: 'New York' }),
      'business.state',
      'The registry takes a US state as its two letters.',
    ],
    [
      'five digits of a US code',
      business({ postal_code: '1000A' }),
      'business.postalCode',
      'The registry takes a US postal code that starts with five digits.',
    ],
    [
      'any country',
      business({ country: null, country_of_registration: null }),
      'business.country',
      'The registry needs the country of the address.',
    ],
  ]
  for (const [what, brand, field, says] of lacking) {
    test(`without ${what} it says so before the registry is asked`, () => {
      assert.deepEqual(map(brand).problems, [{ field: `brand.${field}`, says }])
    })
  }

  test('a brand abroad keeps its state, its postal code and its tax number as they are written', () => {
    const abroad = { country: 'CA', state: 'Ontario', postal_code: 'K1A 0B1', tax_id: '12345-RC', tax_id_type: 'ca_bn' }
    const { brand, problems } = map(business(abroad))
    assert.deepEqual(problems, [])
    assert.deepEqual(
      [brand.country, brand.state, brand.postalCode, brand.taxId, brand.taxIdCountry],
      ['CA', 'Ontario', 'K1A 0B1', '12345-RC', 'CA'],
    )
  })

  test('the country of the tax number is that of the registration, and of the address that of it where it has none', () => {
    const countries = (parts: object) => {
      const { brand } = map(business({ tax_id_type: null, ...parts }))
      return [brand.country, brand.taxIdCountry]
    }
    assert.deepEqual(countries({ country: 'DE', country_of_registration: 'FR' }), ['DE', 'FR'])
    assert.deepEqual(countries({ country: null, country_of_registration: 'FR' }), ['FR', 'FR'])
    assert.deepEqual(countries({ country: 'DE', country_of_registration: null }), ['DE', 'DE'])
    assert.deepEqual(countries({ country: 'DE', tax_id: null }), ['DE', null])
  })

  test('what is not set is empty or null, and a kind that is not known is a private company', () => {
    const { brand } = map({ contact: {}, business: { entity_type: 'CLUB' }, compliance: {} })
    assert.deepEqual(
      [brand.entityType, brand.country, brand.vertical, brand.brandRelationship, brand.state],
      ['PRIVATE_PROFIT', '', '', '', null],
    )
  })

  test('what only some brands have is handed on', () => {
    const { brand } = map({
      ...contact({ business_contact_email: 'ir@acmecorp.com', mobile_phone: '+12025550199' }),
      ...business({ alt_business_id: '98765', alt_business_id_type: 'DUNS' }),
    })
    assert.deepEqual(
      [brand.businessContactEmail, brand.mobilePhone, brand.altBusinessId, brand.altBusinessIdType],
      ['ir@acmecorp.com', '+12025550199', '98765', 'DUNS'],
    )
  })

  test('a brand with nothing but what is required to store it lacks what every registry asks', () => {
    const fields = map({ contact: { name: 'Jane' }, business: {} }).problems.map(({ field }) => field)
    assert.deepEqual(fields, [
      'brand.business.country',
      'brand.contact.phone',
      'brand.contact.email',
      'brand.business.street',
      'brand.business.city',
      'brand.business.state',
      'brand.business.postalCode',
      'brand.business.legalName',
      'brand.business.taxId',
    ])
  })

  test('D6: a listed company needs its symbol, its exchange, and an address that the registry asks', () => {
    const listed = { ...whole.business, entity_type: 'PUBLIC_PROFIT' }
    assert.deepEqual(
      map({ business: listed }).problems.map(({ field }) => field),
      ['brand.business.stockSymbol', 'brand.business.stockExchange', 'brand.contact.businessContactEmail'],
    )
    const { brand, problems } = map({
      contact: { ...whole.contact, business_contact_email: 'compliance@acmecorp.com' },
      business: { ...listed, stock_symbol: 'ACME', stock_exchange: 'NYSE' },
    })
    const { stockSymbol, stockExchange, businessContactEmail } = brand
    assert.deepEqual(
      [stockSymbol, stockExchange, businessContactEmail, problems],
      ['ACME', 'NYSE', 'compliance@acmecorp.com', []],
    )
  })

  test('C18: a sole proprietor is told once, at its kind, that it cannot be registered here and what to do', () => {
    const { brand, problems } = map({
      contact: { ...whole.contact, mobile_phone: '+12025550199' },
      business: { ...whole.business, entity_type: 'SOLE_PROPRIETOR', tax_id: undefined, legal_name: undefined },
    })
    assert.deepEqual([brand.firstName, brand.lastName, problems], ['John Quincy', 'Smith', [SOLE_PROPRIETOR]])
    assert.equal(SOLE_PROPRIETOR.field, 'brand.business.entityType')
    for (const words of [/cannot be registered here/, /PRIVATE_PROFIT/, /isTcrApplication to false/])
      assert.match(SOLE_PROPRIETOR.says, words)
    assert.ok(SOLE_PROPRIETOR.says.length <= 500)
  })
})

describe('the country that issued a tax number', () => {
  const at = { registration: 'FR', address: 'DE' }
  const table: [string | null, string | null, string | null][] = [
    ['us_ein', '12-3456789', 'US'],
    ['EIN', '12-3456789', 'US'],
    ['ca_bn', '123456789', 'CA'],
    ['gb_vat', 'GB123', 'GB'],
    ['eu_vat', 'DE123456789', 'DE'],
    ['eu_vat', 'EL123456789', 'GR'],
    ['eu_vat', '123456789', 'FR'],
    ['eu_vat', '1DE', 'FR'],
    ['eu_vat', null, 'FR'],
    ['us-ein', 'DE123456789', 'US'],
    ['uk_vat', '123', 'GB'],
    ['the_vat', '123', 'FR'],
    ['einer', '123', 'FR'],
    ['no ein', '123', 'FR'],
    ['vat', '123', 'FR'],
    [null, '123', 'FR'],
  ]
  for (const [kind, taxId, expected] of table) {
    test(`${kind} ${taxId}: ${expected}`, () => assert.equal(taxIdCountry(kind, taxId, at), expected))
  }
  test('without a country of registration, that of the address', () => {
    assert.equal(taxIdCountry(null, '1', { registration: null, address: 'DE' }), 'DE')
  })
})

describe('names of a person', () => {
  const table: [string | null, string | null, string | null][] = [
    ['John Smith', 'John', 'Smith'],
    ['  Ana   María  López ', 'Ana María', 'López'],
    ['Plato', 'Plato', null],
    ['', null, null],
    [null, null, null],
  ]
  for (const [name, firstName, lastName] of table) {
    test(`${JSON.stringify(name)}`, () => assert.deepEqual(personNames(name), { firstName, lastName }))
  }
})
