import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MAGIC_CARDS } from '../../../../src/adapters/simulator/magic-values/cards.ts'
import { CARD_REASONS } from '../../../../src/ports/card-reasons.ts'
import { aBillingContact, aCard } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const REQUIRED = "billing_contact is required when billing_model is 'profile' or 'profile_and_organization'"
const NOT_CLEARED = "billing_contact cannot be cleared while billing_model is 'profile' or 'profile_and_organization'"
const NO_CARD = 'Cannot provide payment_details when billing_model is organization.'

describe('PATCH /v3/profiles/{profileId}: billing', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('a model that bears the profile needs a contact, sent or stored, when it is asked for by name', async () => {
    const org = await app.organization()
    for (const billing_model of ['profile', 'profile_and_organization']) {
      const { id } = await org.profile({ billing_model: 'organization' })
      const path = `/v3/profiles/${id}`
      for (const body of [{ billing_model }, { billing_model, billing_contact: null }]) {
        const reply = await org.admin.patch(path, body)
        assert.equal(reply.status, 400)
        assert.deepEqual(reply.error.details, { billing_contact: [REQUIRED] })
      }
      const sent = await org.admin.patch(path, { billing_model, billing_contact: aBillingContact() })
      assert.equal(sent.status, 200)
      assert.deepEqual(sent.data.billing_contact, aBillingContact())
      assert.equal((await org.admin.patch(path, { billing_model })).status, 200)
    }
  })

  test('a defaulted model needs none, and members beside it can be changed', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { name: 'Renamed' })
    assert.equal(reply.status, 200)
    assert.equal(reply.data.billing_model, 'profile')
    assert.equal(reply.data.billing_contact, null)
  })

  test('switching to organization keeps the contact; a new contact keeps what it leaves out', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ billing_model: 'profile', billing_contact: aBillingContact() })
    const path = `/v3/profiles/${id}`
    const switched = await org.admin.patch(path, { billing_model: 'organization' })
    assert.deepEqual(switched.data.billing_contact, aBillingContact())
    const contact = { name: 'Acme Billing', email: 'new@acmecorp.com', phone: null }
    const changed = await org.admin.patch(path, { billing_contact: contact })
    assert.deepEqual(changed.data.billing_contact, { ...aBillingContact(), ...contact, phone: '+12025551234' })
  })

  test('a merge patch clears the contact only where the billing model that will hold needs none', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ billing_model: 'profile', billing_contact: aBillingContact() })
    const path = `/v3/profiles/${id}`
    const kept = await org.admin.mergePatch(path, { billing_contact: null })
    assert.equal(kept.status, 400)
    assert.deepEqual(kept.error.details, { billing_contact: [NOT_CLEARED] })
    const named = await org.admin.mergePatch(path, { billing_contact: null, billing_model: 'profile' })
    assert.deepEqual(named.error.details, { billing_contact: [REQUIRED] })
    const cleared = await org.admin.mergePatch(path, { billing_contact: null, billing_model: 'organization' })
    assert.equal(cleared.status, 200)
    assert.equal(cleared.data.billing_contact, null)
  })

  test('in a merge patch the members of the contact merge by key', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ billing_model: 'profile', billing_contact: aBillingContact() })
    const reply = await org.admin.mergePatch(`/v3/profiles/${id}`, {
      billing_contact: { name: 'Acme Billing', phone: null },
    })
    assert.equal(reply.status, 200)
    assert.deepEqual(reply.data.billing_contact, { ...aBillingContact(), name: 'Acme Billing', phone: null })
  })

  test('a card is judged by the model that will hold: that of the request, else the stored one', async () => {
    const org = await app.organization()
    const organization = await org.profile({ billing_model: 'organization' })
    const profile = await org.profile()
    const contact = aBillingContact()
    const refusals = [
      await org.admin.patch(`/v3/profiles/${organization.id}`, { payment_details: aCard() }),
      await org.admin.patch(`/v3/profiles/${profile.id}`, {
        payment_details: aCard(),
        billing_model: 'organization',
      }),
    ]
    for (const reply of refusals) {
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { payment_details: [NO_CARD] })
    }
    assert.equal(app.payments.calls.filter(({ profileId }) => profileId === organization.id).length, 0)
    const taken = await org.admin.patch(`/v3/profiles/${organization.id}`, {
      billing_model: 'profile_and_organization',
      billing_contact: contact,
      payment_details: aCard(),
    })
    assert.equal(taken.status, 200)
    assert.equal(taken.headers.etag, `"${organization.id}.2"`)
    assert.equal((await org.admin.patch(`/v3/profiles/${profile.id}`, { payment_details: aCard() })).status, 200)
  })

  test('of the card only what the processor gave is kept', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { payment_details: aCard() })).status, 200)
    const [row] = await app.sql<{ payment_method: Record<string, string> }>(
      'select payment_method from profiles where id = $1',
      [id],
    )
    const { customer, reference, ...rest } = row?.payment_method ?? {}
    assert.deepEqual(rest, { processor: 'simulator', card_brand: 'visa', last_four: '4242' })
    assert.match(`${customer} ${reference}`, /^cus_simulated_\w+ pm_simulated_\w+$/)
  })

  test('each refusal of the processor is reported under the card, and nothing of the request is done', async () => {
    const org = await app.organization()
    const before = await org.profile()
    let refusals = 0
    for (const { number, behaviour } of MAGIC_CARDS) {
      if (behaviour.does !== 'refuse') continue
      refusals += 1
      const reply = await org.admin.patch(`/v3/profiles/${before.id}`, {
        name: 'Renamed',
        payment_details: { ...aCard(), card_number: number },
      })
      assert.equal(reply.status, 400, number)
      const { member, says } = CARD_REASONS[behaviour.reason]
      const at = member === '' ? 'payment_details' : `payment_details.${member}`
      assert.deepEqual(reply.error.details, { [at]: [says] })
    }
    assert.ok(refusals >= 8)
    assert.deepEqual((await org.admin.get(`/v3/profiles/${before.id}`)).data, before)
  })

  test('an outage of the processor is 502 and changes nothing', async () => {
    app.expectErrors('request_failed')
    const org = await app.organization()
    const before = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${before.id}`, {
      name: 'Renamed',
      payment_details: { ...aCard(), card_number: '4000000000005027' },
    })
    assert.equal(reply.status, 502)
    assert.equal(reply.error.code, 'INTERNAL_003')
    assert.deepEqual((await org.admin.get(`/v3/profiles/${before.id}`)).data, before)
  })

  test('the contact lies sealed in the database', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ billing_model: 'profile', billing_contact: aBillingContact() })
    const [row] = await app.sql<{ text: string }>('select to_jsonb(p)::text as text from profiles p where id = $1', [
      id,
    ])
    for (const secret of Object.values(aBillingContact())) assert.equal(row?.text.includes(secret), false, secret)
    assert.ok(row?.text.includes('Sales Team'))
  })
})
