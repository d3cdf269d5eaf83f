import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unknownToStripe } from '../kit/fakes/stripe-shapes.ts'
import { telnyxMisfit } from '../kit/fakes/telnyx-shapes.ts'

/** The fakes refuse what the vendors' own packages do not describe. */

const brand = {
  country: 'US',
  displayName: 'Acme',
  email: 'support@acme.example',
  entityType: 'PRIVATE_PROFIT',
  vertical: 'RETAIL',
}

describe('a request to the fake of Telnyx', () => {
  const cases: [title: string, step: string, body: Record<string, unknown>, member: string | null][] = [
    ['as it is described', 'submit_brand', brand, null],
    ['with a member of the change alone', 'submit_brand', { ...brand, altBusinessId: '1' }, 'altBusinessId'],
    ['with the same in a change', 'update_brand', { ...brand, altBusinessId: '1' }, null],
    ['with a word that is none', 'submit_brand', { ...brand, stockExchange: 'SGX' }, 'stockExchange'],
    ['without what is required', 'submit_brand', { ...brand, country: undefined }, 'country'],
    ['with null', 'submit_brand', { ...brand, city: null }, 'city'],
    ['with text for a flag', 'submit_brand', { ...brand, mock: 'true' }, 'mock'],
    ['with a body where there is none', 'revet', { evpId: 'AEGIS' }, 'evpId'],
    ['with an inherited name', 'submit_brand', { ...brand, constructor: 'x' }, 'constructor'],
  ]
  for (const [title, step, body, member] of cases) {
    it(`${title} ${member === null ? 'is taken' : `is refused for ${member}`}`, () => {
      assert.equal(telnyxMisfit({ step, body, query: {} })?.member ?? null, member)
    })
  }

  it('is refused for a member of the query that is none', () => {
    const query = { page: '1', recordsPerPage: '50', sort: '-createdAt' }
    assert.equal(telnyxMisfit({ step: 'list_brands', body: {}, query }), null)
    assert.equal(telnyxMisfit({ step: 'list_brands', body: {}, query: { ...query, size: '1' } })?.member, 'size')
    assert.equal(telnyxMisfit({ step: 'list_brands', body: {}, query: { ...query, page: 'a' } })?.member, 'page')
  })
})

describe('a request to the fake of Stripe', () => {
  const form = { type: 'card', 'card[number]': '4', 'metadata[anything]': 'x' }

  it('as it is described is taken', () => {
    assert.equal(unknownToStripe('create_method', form), null)
  })

  for (const member of ['card[cvv]', 'card_number', 'kind', 'billing_details[zip]']) {
    it(`with ${member} is refused`, () => {
      assert.equal(unknownToStripe('create_method', { ...form, [member]: 'x' }), member)
    })
  }
})
