import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownNumber } from './number.rules.ts'

const KNOWN = { isValid: true, region: 'GB', lineType: 'mobile' } as const
const NOTHING = {
  carrierName: null,
  lineType: null,
  country: null,
  mobileCountryCode: null,
  mobileNetworkCode: null,
  isPorted: null,
} as const

test('without a carrier there is what the plans know, and no guess', () => {
  const shown = {
    phone_number: '+447400123456',
    is_valid: true,
    carrier_name: null,
    line_type: 'mobile',
    country_code: 'GB',
    mobile_country_code: null,
    mobile_network_code: null,
    is_ported: null,
    is_voip: null,
  }
  assert.deepEqual(shownNumber('+447400123456', KNOWN, null), shown)
  assert.deepEqual(Object.keys(shownNumber('+447400123456', KNOWN, null)), Object.keys(shown))
  assert.deepEqual(shownNumber('+447400123456', KNOWN, NOTHING), shown)
  assert.equal(shownNumber('+445612345678', { ...KNOWN, lineType: 'voip' }, null).is_voip, true)
})

test('the word of the carrier counts before the plans, but for country and validity', () => {
  const facts = {
    carrierName: 'Example Mobile',
    lineType: 'voip',
    country: 'JE',
    mobileCountryCode: '234',
    mobileNetworkCode: '50',
    isPorted: true,
  } as const
  assert.deepEqual(shownNumber('+447400123456', KNOWN, facts), {
    phone_number: '+447400123456',
    is_valid: true,
    carrier_name: 'Example Mobile',
    line_type: 'voip',
    country_code: 'GB',
    mobile_country_code: '234',
    mobile_network_code: '50',
    is_ported: true,
    is_voip: true,
  })
  const mobile = shownNumber(
    '+80012345678',
    { isValid: false, region: null, lineType: null },
    { ...facts, lineType: 'mobile' },
  )
  assert.deepEqual([mobile.is_valid, mobile.country_code, mobile.is_voip], [false, 'JE', false])
})
