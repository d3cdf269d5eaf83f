import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { LOOKED_UP_NUMBERS } from '../../../../src/adapters/simulator/magic-values/numbers.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Reply } from '../../../kit/servers/client.ts'

const said = ({ status, error }: Reply) => [status, error.code, error.message, error.details]

const path = (number: string) => `/v3/numbers/lookup/${encodeURIComponent(number)}`
const OFFLINE = {
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

describe('the look-up of a number', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  test('answers what the numbering plan knows, and null for the rest, in the published order', async () => {
    const reply = await org.billing.get(path('+44 7400 123456'))
    assert.equal(reply.status, 200)
    assert.deepEqual(reply.data, OFFLINE)
    assert.deepEqual(Object.keys(reply.data), Object.keys(OFFLINE))
    assert.deepEqual((await org.billing.get('/v3/numbers/lookup/+447400123456')).data, OFFLINE)
    const invalid = await org.billing.get(path('+1234567890'))
    assert.deepEqual([invalid.status, invalid.data.is_valid, invalid.data.country_code], [200, false, null])
  })

  test('answers what the simulated carrier knows of the documented endings', async () => {
    for (const { ending, facts } of LOOKED_UP_NUMBERS) {
      const { data } = await org.admin.get(path(`+1202555${ending}`))
      assert.deepEqual(
        [data.carrier_name, data.line_type, data.mobile_country_code, data.mobile_network_code, data.is_ported],
        [facts.carrierName, facts.lineType, facts.mobileCountryCode, facts.mobileNetworkCode, facts.isPorted],
        ending,
      )
      assert.equal(data.is_voip, facts.lineType === 'voip', ending)
    }
  })

  test('acceptance 13: nonsense, a code of no country and a number that nobody has are a 404 of their own', async () => {
    for (const number of [
      'nonsense',
      '12025551234',
      '+12',
      '+999123456789',
      'string',
      '-',
      '+1202555123456789',
      '+12025550000',
      "' or 1=1",
    ])
      assert.deepEqual(
        said(await org.admin.get(path(number))),
        [404, 'RESOURCE_013', 'Phone number not found or invalid', null],
        number,
      )
  })

  test('an empty one is required', async () => {
    for (const empty of ['/v3/numbers/lookup/', '/v3/numbers/lookup/%20'])
      assert.deepEqual(said(await org.admin.get(empty)), [400, 'VALIDATION_001', 'Phone number is required', null])
  })

  test('a carrier that is down, busy or without credit makes no error: what only it knows is null', async () => {
    for (const ending of ['0010', '0002', '0006']) {
      const { status, data } = await org.admin.get(path(`+1202555${ending}`))
      assert.deepEqual([status, data.is_valid, data.carrier_name, data.is_ported], [200, true, null, null], ending)
    }
  })

  test('the number stands in no log line', async () => {
    await org.admin.get(path('+12025550147'))
    await org.admin.get(path('+1202555014'))
    assert.deepEqual(
      app.lines.filter((line) => line.includes('2025550147') || line.includes('202555014')),
      [],
    )
  })
})

test('without a carrier a number is looked up offline', async () => {
  await using app = await testApp({ ports: { carrier: null } })
  const { admin } = await app.organization()
  assert.deepEqual((await admin.get(path('+447400123456'))).data, OFFLINE)
})
