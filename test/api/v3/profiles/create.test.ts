import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBillingContact, aBrand, aCard } from '../../../kit/builders/requests.ts'
import { PROFILE_MEMBERS } from '../../../kit/published-members.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

describe('POST /v3/profiles', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('a name alone makes a profile with the documented defaults', async () => {
    const org = await app.organization()
    const reply = await org.admin.post('/v3/profiles', { name: 'Sales Team' })
    assert.equal(reply.status, 201)
    const { id, created_at, ...rest } = reply.data
    assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
    assert.match(String(created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\+00:00$/)
    const initial = PROFILE_MEMBERS.filter(([, , value]) => value !== 'given').map(([name, , value]) => [name, value])
    assert.deepEqual(rest, {
      ...Object.fromEntries(initial),
      organization_id: org.id,
      name: 'Sales Team',
      email: 'team@acme.com',
      status: 'incomplete',
      waba_id: '102290129340398',
      brand: null,
    })
  })

  test('the answer carries ETag, request id, version and timing, is not cached, and is what a read answers', async () => {
    const org = await app.organization()
    const reply = await org.owner.post('/v3/profiles', { name: 'Sales Team' })
    assert.equal(reply.status, 201)
    assert.equal(reply.headers.etag, `"${reply.data.id}.1"`)
    assert.equal(reply.headers['x-request-id'], reply.json.meta.request_id)
    assert.match(reply.headers['x-request-id'] ?? '', /^req_[A-Za-z0-9]{10}$/)
    assert.equal(reply.headers['x-api-version'], 'v3')
    assert.match(reply.headers['x-response-time'] ?? '', /^\d+ms$/)
    assert.equal(reply.headers['cache-control'], 'no-store')
    assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8')
    const read = await org.owner.get(`/v3/profiles/${reply.data.id}`)
    assert.deepEqual(read.data, reply.data)
    assert.equal(read.headers.etag, reply.headers.etag)
  })

  test('a null means the default', async () => {
    const org = await app.organization()
    const members = ['icon', 'description', 'short_name', 'allow_contact_sharing', 'inherit_contacts', 'billing_model']
    const objects = ['billing_contact', 'brand', 'payment_details', 'whatsapp_business_account', 'sandbox']
    const nulls = Object.fromEntries([...members, ...objects].map((member) => [member, null]))
    const plain = await org.profile()
    const reply = await org.admin.post('/v3/profiles', { name: 'Sales Team', ...nulls })
    assert.equal(reply.status, 201)
    const { id, created_at } = plain
    assert.deepEqual({ ...reply.data, id, created_at }, plain)
  })

  test('every member that can be given is kept', async () => {
    const org = await app.organization()
    const given = {
      name: 'Sales Team',
      icon: 'https://example.com/icon.png',
      description: 'Sells',
      short_name: 'Mkt 2',
      allow_contact_sharing: true,
      allow_template_sharing: true,
      inherit_contacts: false,
      inherit_templates: false,
      inherit_tcr_brand: false,
      inherit_tcr_campaign: false,
      billing_model: 'profile_and_organization',
      billing_contact: aBillingContact(),
    }
    const { id } = await org.profile(given)
    const { data } = await org.admin.get(`/v3/profiles/${id}`)
    assert.deepEqual(Object.fromEntries(Object.keys(given).map((member) => [member, data[member]])), given)
  })

  test('without a name nothing is made, whether it is absent, null, empty or blank', async () => {
    const org = await app.organization()
    for (const body of [{}, { name: null }, { name: '' }, { name: ' \t' }]) {
      const reply = await org.admin.post('/v3/profiles', body)
      assert.equal(reply.status, 400, JSON.stringify(body))
      assert.equal(reply.error.code, 'VALIDATION_001')
      assert.deepEqual(reply.error.details, { name: ['Profile name is required'] })
    }
    assert.equal((await org.admin.post('/v3/profiles', undefined)).status, 400)
    assert.deepEqual((await org.admin.get('/v3/profiles')).data.profiles, [])
  })

  test('a brand makes the profile stop inheriting, and comes back in snake_case', async () => {
    const org = await app.organization()
    const made = await org.profile({ brand: aBrand() })
    assert.equal(made.inherit_tcr_brand, false)
    const brand = made.brand as Record<string, Record<string, unknown>>
    assert.equal(brand.is_inherited, false)
    assert.equal(brand.created_at, made.created_at)
    assert.equal(brand.updated_at, null)
    assert.equal(brand.contact?.business_name, 'Acme Corp')
    assert.equal(brand.business?.tax_id, '12-3456789')
    assert.deepEqual(brand.compliance?.destination_countries, [{ id: 'US', isMain: false }])
    assert.deepEqual((await org.admin.get(`/v3/profiles/${made.id}`)).data, made)
  })

  test('a brand beside an explicit inheritance is refused', async () => {
    const org = await app.organization()
    const reply = await org.admin.post('/v3/profiles', { name: 'A', brand: aBrand(), inherit_tcr_brand: true })
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, { brand: ['Cannot provide brand data when inherit_tcr_brand is true.'] })
  })

  test('a billing model that bears the profile needs a contact only when it is asked for by name', async () => {
    const org = await app.organization()
    for (const billing_model of ['profile', 'profile_and_organization']) {
      const reply = await org.admin.post('/v3/profiles', { name: 'A', billing_model })
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, {
        billing_contact: ["billing_contact is required when billing_model is 'profile' or 'profile_and_organization'"],
      })
      await org.profile({ billing_model, billing_contact: aBillingContact() })
    }
    await org.profile({ billing_model: 'organization' })
    await org.profile()
  })

  test('a card is judged by the model that will hold: the default takes it, organization refuses it', async () => {
    const org = await app.organization()
    const taken = await org.profile({ payment_details: aCard() })
    assert.equal(Object.hasOwn(taken, 'payment_details'), false)
    assert.equal(app.payments.calls.filter(({ profileId }) => profileId === taken.id).length, 1)
    const body = { name: 'A', billing_model: 'organization', payment_details: aCard() }
    const refused = await org.admin.post('/v3/profiles', body)
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.error.details, {
      payment_details: ['Cannot provide payment_details when billing_model is organization.'],
    })
  })

  test('members that only an update takes are ignored and named', async () => {
    const org = await app.organization()
    const other = await org.profile()
    const reply = await org.admin.post('/v3/profiles', {
      name: 'Sales Team',
      sending_phone_number: '+12025551234',
      sending_phone_number_profile_id: other.id,
      sending_whatsapp_number_profile_id: other.id,
      whatsapp_phone_number: '+12025551234',
      allow_number_change_during_onboarding: true,
      status: 'approved',
    })
    assert.equal(reply.status, 201)
    assert.equal(
      reply.headers['x-unknown-fields'],
      'sending_phone_number, sending_phone_number_profile_id, sending_whatsapp_number_profile_id, ' +
        'whatsapp_phone_number, allow_number_change_during_onboarding, status',
    )
    for (const member of ['sending_phone_number', 'sending_phone_number_profile_id', 'whatsapp_phone_number'])
      assert.equal(reply.data[member], null)
    assert.equal(reply.data.status, 'incomplete')
  })

  test('a sandbox call answers a profile that is then not there', async () => {
    const org = await app.organization()
    const reply = await org.admin.post('/v3/profiles', { name: 'Dry', brand: aBrand(), sandbox: true })
    assert.equal(reply.status, 201)
    assert.equal(reply.headers['x-sandbox'], 'true')
    assert.equal(reply.data.name, 'Dry')
    assert.equal((await org.admin.get(`/v3/profiles/${reply.data.id}`)).status, 404)
    assert.deepEqual((await org.admin.get('/v3/profiles')).data.profiles, [])
  })

  test('only the key of an organization itself makes profiles', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const alone = await app.organization({ kind: 'user' })
    const replies = [
      await (await org.profileKey(id)).post('/v3/profiles', { name: 'A' }),
      await org.admin.post('/v3/profiles', { name: 'A' }, { 'x-profile-id': id }),
      await alone.owner.post('/v3/profiles', { name: 'A' }),
    ]
    for (const reply of replies) {
      assert.equal(reply.status, 403)
      assert.equal(reply.error.code, 'AUTH_004')
      assert.equal(reply.error.message, 'You do not have admin access to this organization or profile')
    }
  })
})
