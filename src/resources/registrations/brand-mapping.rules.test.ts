import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { personNames, taxIdCountry, toRegistryBrand } from './brand-mapping.rules.ts'

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

  const lacking: [string, object, string[]][] = [
    ['a legal name', { business: { ...whole.business, legal_name: undefined } }, ['brand.business.legalName']],
    ['a tax number', { business: { ...whole.business, tax_id: undefined } }, ['brand.business.taxId']],
    ['nine digits of a US tax number', { business: { ...whole.business, tax_id: '12-345' } }, ['brand.business.taxId']],
    ['a phone number', { contact: { ...whole.contact, phone: undefined } }, ['brand.contact.phone']],
    ['a street', { business: { ...whole.business, street: undefined } }, ['brand.business.street']],
    ['a state of two letters', { business: { ...whole.business, state: 'New York' } }, ['brand.business.state']],
    [
      'five digits of a US code',
      { business: { ...whole.business, postal_code: 'ABC' } },
      ['brand.business.postalCode'],
    ],
  ]
  for (const [what, brand, fields] of lacking) {
    test(`without ${what} it says so before the registry is asked`, () => {
      assert.deepEqual(
        map(brand).problems.map(({ field }) => field),
        fields,
      )
    })
  }

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

  test('a listed company needs its symbol and its exchange', () => {
    const listed = { ...whole.business, entity_type: 'PUBLIC_PROFIT' }
    const lacking = map({ business: listed }).problems.map(({ field }) => field)
    assert.deepEqual(lacking, ['brand.business.stockSymbol', 'brand.business.stockExchange'])
    const { brand, problems } = map({ business: { ...listed, stock_symbol: 'ACME', stock_exchange: 'NYSE' } })
    assert.deepEqual([brand.stockSymbol, brand.stockExchange, problems], ['ACME', 'NYSE', []])
  })

  test('a sole proprietor has names and needs a mobile number, neither legal name nor tax number', () => {
    const { brand, problems } = map({
      contact: { ...whole.contact, mobile_phone: '+12025550199' },
      business: { ...whole.business, entity_type: 'SOLE_PROPRIETOR', tax_id: undefined, legal_name: undefined },
    })
    assert.deepEqual([brand.firstName, brand.lastName, problems], ['John Quincy', 'Smith', []])
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
