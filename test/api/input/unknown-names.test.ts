import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ENDPOINTS, OPEN_ENDPOINTS } from '../../../src/app/app.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCampaign, withOwnCampaigns } from '../../kit/builders/requests.ts'
import { bodyOf, makeMembers, pathWith } from '../../kit/routes.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { assertRefusal } from './refusal.ts'

/** Names that an operation does not know, in the query and in the body: told in every answer, refused in strict mode. */

const STRICT = { prefer: 'handling=strict' }

describe('names that are not known', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  for (const endpoint of ENDPOINTS) {
    test(`C9: ${endpoint.operation} names a parameter that it does not know, and refuses it in strict mode`, async () => {
      const path = `${pathWith(endpoint, await makeMembers(org, endpoint))}?wholly_unknown=1`
      const body = bodyOf(endpoint)
      const sending = body === undefined ? {} : { body }
      const strict = await org.admin.request(endpoint.method, path, { ...sending, headers: STRICT })
      assert.equal(assertRefusal(strict, '', endpoint.operation), 'VALIDATION_001')
      assert.deepEqual(strict.error.details, { wholly_unknown: ['wholly_unknown is not a known query parameter'] })
      const lenient = await org.admin.request(endpoint.method, path, sending)
      assert.equal(lenient.status, endpoint.status, lenient.text)
      for (const reply of [strict, lenient]) assert.equal(reply.headers['x-unknown-fields'], '?wholly_unknown')
    })
  }

  test('C9: so do the operations without a key', async () => {
    const token = 'inv_unknown'
    for (const { method, path } of OPEN_ENDPOINTS) {
      const reply = await app.nobody.request(method, `${path.replace(':token', token)}?colour=1`, { headers: STRICT })
      assert.equal(reply.status, 404, 'the token is judged before')
    }
  })

  test('C9: the right spelling of a parameter is told', async () => {
    for (const [query, header, says] of [
      ['stauts=approved', '?stauts;did-you-mean=status', 'stauts is not a known query parameter; did you mean status?'],
      [
        'status[]=approved',
        '?status%5B%5D;did-you-mean=status',
        'status[] is not a known query parameter; did you mean status?',
      ],
      ['limit=5', '?limit;did-you-mean=page_size', 'limit is not a known query parameter; did you mean page_size?'],
      [
        'pageSize=5',
        '?pageSize;did-you-mean=page_size',
        'pageSize is not a known query parameter; did you mean page_size?',
      ],
      ['q=x', '?q;did-you-mean=search', 'q is not a known query parameter; did you mean search?'],
      ['sort=name', '?sort', 'sort is not a known query parameter'],
    ] as const) {
      const lenient = await org.admin.get(`/v3/profiles?${query}&page=1`)
      assert.deepEqual([lenient.status, lenient.headers['x-unknown-fields']], [200, header])
      const strict = await org.admin.get(`/v3/profiles?${query}&page=1`, STRICT)
      assert.deepEqual([strict.status, Object.values(strict.error.details ?? {})], [400, [[says]]])
      assert.equal(strict.headers['x-unknown-fields'], header)
    }
    const known = await org.admin.get('/v3/profiles?page=1&page_size=2&status=approved&search=x', STRICT)
    assert.deepEqual([known.status, known.headers['x-unknown-fields']], [200, undefined])
    const none = await org.admin.get('/v3/me?limit=5')
    assert.equal(none.headers['x-unknown-fields'], '?limit', 'nothing is suggested that the operation does not take')
  })

  test('C9: a card number as a name is named nowhere', async () => {
    const card = '4242424242424242'
    const reply = await org.admin.get(`/v3/profiles?${card}=1`)
    assert.equal(reply.headers['x-unknown-fields'], undefined)
    const strict = await org.admin.get(`/v3/profiles?${card}=1`, STRICT)
    assert.equal(strict.status, 400)
    assert.ok(!strict.text.includes(card), strict.text)
  })

  for (const endpoint of ENDPOINTS) {
    const names = Object.keys((endpoint.document.query as { properties?: object } | undefined)?.properties ?? {})
    if (names.length === 0) continue
    test(`C9: ${endpoint.operation} refuses a parameter that was sent twice, and names it`, async () => {
      const path = pathWith(endpoint, await makeMembers(org, endpoint))
      const options = endpoint.kind === 'write' ? { body: bodyOf(endpoint) } : {}
      const says = (name: string) => [`${name} was sent more than once; send it once`]
      for (const name of names) {
        const twice = await org.admin.request(endpoint.method, `${path}?${name}=1&${name}=1`, options)
        assert.equal(assertRefusal(twice, '', endpoint.operation), 'VALIDATION_001')
        assert.deepEqual(twice.error.details, { [name]: says(name) })
        assert.equal(twice.headers['x-unknown-fields'], undefined)
      }
      const all = await org.admin.request(
        endpoint.method,
        `${path}?${[...names, ...names].map((name) => `${name}=`).join('&')}`,
        options,
      )
      assert.deepEqual(all.error.details, Object.fromEntries(names.map((name) => [name, says(name)])))
    })
  }

  test('C9: a parameter that is not known is named once, however often it was sent', async () => {
    const lenient = await org.admin.get('/v3/profiles?colour=red&colour=blue')
    assert.deepEqual([lenient.status, lenient.headers['x-unknown-fields']], [200, '?colour'])
    const strict = await org.admin.get('/v3/profiles?colour=red&colour=blue&status=approved&status=rejected', STRICT)
    assert.deepEqual(strict.error.details, {
      status: ['status was sent more than once; send it once'],
      colour: ['colour is not a known query parameter'],
    })
  })

  const SNAKE = {
    contact: { name: 'Jo', business_name: 'Acme', phone_country_code: '1' },
    business: { legal_name: 'Acme LLC', tax_id: '12-3456789', postal_code: '10001', country: 'US' },
    compliance: {
      vertical: 'PROFESSIONAL',
      brand_relationship: 'SMALL_ACCOUNT',
      is_tcr_application: true,
      destination_countries: [{ id: 'US', is_main: true }],
    },
  }

  test('C8: a brand as GET shows it is told in the spelling that requests have, also in a refusal', async () => {
    const { id } = await org.profile({ inherit_tcr_brand: false })
    const path = `/v3/profiles/${id}`
    const refused = await org.admin.patch(path, { brand: SNAKE })
    assert.equal(assertRefusal(refused, JSON.stringify(SNAKE), 'a brand in snake_case'), 'VALIDATION_001')
    assert.deepEqual(refused.error.details?.['brand.compliance.brandRelationship'], [
      'brand.compliance.brandRelationship is required; brand_relationship was sent, write brandRelationship',
    ])
    const named = decodeURIComponent(refused.headers['x-unknown-fields'] ?? '')
    for (const [section, sent, meant] of [
      ['contact', 'business_name', 'businessName'],
      ['contact', 'phone_country_code', 'phoneCountryCode'],
      ['business', 'legal_name', 'legalName'],
      ['business', 'tax_id', 'taxId'],
      ['compliance', 'destination_countries', 'destinationCountries'],
    ]) {
      const entry = `brand.${section}.${sent};did-you-mean=brand.${section}.${meant}`
      assert.ok(named.split(', ').includes(entry), `${entry} in ${named}`)
    }
    const strict = await org.admin.patch(path, { brand: SNAKE }, STRICT)
    assert.deepEqual(strict.error.details?.['brand.business.legal_name'], [
      'brand.business.legal_name is not a known member; did you mean brand.business.legalName?',
    ])
    assert.equal((await org.admin.get(path)).headers.etag, `"${id}.1"`, 'nothing was written')
  })

  test('C8: so are members of the profile, the billing contact, a campaign, a webhook and a list, and one at another depth', async () => {
    const { id } = await org.profile(withOwnCampaigns())
    const path = `/v3/profiles/${id}`
    const webhook = { displayName: 'Receiver', endpointUrl: 'https://hooks.acme.com/letterhead' }
    for (const [target, body, right] of [
      [path, { shortName: 'X' }, 'shortName;did-you-mean=short_name'],
      [path, { nmae: 'X' }, 'nmae;did-you-mean=name'],
      [path, { legalName: 'X' }, 'legalName;did-you-mean=brand.business.legalName'],
      [
        path,
        { billing_contact: { name: 'A', email: 'a@acme.com', Phone: '1' } },
        'billing_contact.Phone;did-you-mean=billing_contact.phone',
      ],
      [
        path,
        { brand: { compliance: { destinationCountries: [{ ID: 'US' }] } } },
        'brand.compliance.destinationCountries[0].ID;did-you-mean=brand.compliance.destinationCountries[0].id',
      ],
      [
        `${path}/campaigns`,
        { campaign: { ...aCampaign(), help_message: 'x' } },
        'campaign.help_message;did-you-mean=campaign.helpMessage',
      ],
      ['/v3/webhooks', webhook, 'displayName;did-you-mean=display_name, endpointUrl;did-you-mean=endpoint_url'],
    ] as const) {
      const method = target === path ? 'PATCH' : 'POST'
      const reply = await org.admin.request(method, target, { body })
      const named = decodeURIComponent(reply.headers['x-unknown-fields'] ?? '')
      assert.equal(named, right, reply.text)
    }
    const missing = await org.admin.post('/v3/webhooks', webhook)
    assert.match(String(missing.error.details?.display_name), /is required; displayName was sent, write display_name$/)
  })

  test('C7: text that came as a number is told to be text', async () => {
    const path = `/v3/profiles/${(await org.profile({ inherit_tcr_brand: false })).id}`
    const business = { postalCode: 10001, taxId: 123456789, legalName: 5, city: true, state: 1 }
    const { error } = await org.admin.patch(path, { brand: { business } })
    for (const name of Object.keys(business)) {
      const member = `brand.business.${name}`
      assert.deepEqual(error.details?.[member], [`${member} must be text, in quotation marks`])
    }
    const card = { card_number: 4111111111111111, expiry: 927, cvc: 123, zip_code: 10001 }
    const refused = await org.admin.patch(path, { payment_details: card })
    assert.deepEqual(refused.error.details?.['payment_details.zip_code'], [
      'payment_details.zip_code must be text, in quotation marks',
    ])
    assert.deepEqual(
      refused.error.details?.['payment_details.expiry'],
      ["payment_details.expiry must be in MM/YY format (e.g. '09/27')"],
      'the published sentence stays',
    )
    assert.ok(!refused.text.includes('4111'))
  })
})
