import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBillingContact, aBrand } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

describe('PATCH /v3/profiles/{profileId}', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('members that are sent change, all others stay, and the answer is what a read answers', async () => {
    const org = await app.organization()
    const before = await org.profile({ short_name: 'SALES', brand: aBrand(), billing_contact: aBillingContact() })
    const path = `/v3/profiles/${before.id}`
    const changes = {
      name: 'Sales Team - Updated',
      icon: 'https://example.com/a.png',
      inherit_contacts: false,
      sending_phone_number: '+12025551234',
      allow_number_change_during_onboarding: false,
    }
    const reply = await org.admin.patch(path, changes)
    assert.equal(reply.status, 200)
    assert.notEqual(reply.data.updated_at, null)
    assert.deepEqual(reply.data, { ...before, ...changes, updated_at: reply.data.updated_at })
    const read = await org.admin.get(path)
    assert.deepEqual(read.data, reply.data)
    assert.equal(read.headers.etag, reply.headers.etag)
    assert.equal(reply.headers.etag, `"${before.id}.2"`)
  })

  test('no body, {} and nulls alone change nothing, not even the version', async () => {
    const org = await app.organization()
    const before = await org.profile()
    const path = `/v3/profiles/${before.id}`
    for (const body of [undefined, '', {}, { name: null, brand: null }, { sandbox: false }, { unheard_of: 1 }]) {
      const reply = await org.admin.patch(path, body)
      assert.equal(reply.status, 200, JSON.stringify(body))
      assert.deepEqual(reply.data, before)
      assert.equal(reply.headers.etag, `"${before.id}.1"`)
    }
    const [row] = await app.sql('select version, updated_at from profiles where id = $1', [before.id])
    assert.deepEqual({ ...row, version: Number(row?.version) }, { version: 1, updated_at: null })
  })

  test('"" clears icon and description', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ icon: 'https://example.com/a.png', description: 'Sells' })
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { icon: '', description: '' })
    assert.equal(reply.status, 200)
    assert.deepEqual([reply.data.icon, reply.data.description], [null, null])
  })

  test('members that are not settable are ignored and named: nothing of the profile follows them', async () => {
    const org = await app.organization()
    const before = await org.profile({ brand: aBrand() })
    const brand = { ...aBrand(), tcr_brand_id: 'B1', contact: { ...aBrand().contact, business_name: 'Other' } }
    const reply = await org.admin.patch(`/v3/profiles/${before.id}`, {
      name: 'Renamed',
      id: '550e8400-e29b-41d4-a716-446655440000',
      organization_id: '550e8400-e29b-41d4-a716-446655440000',
      status: 'approved',
      email: 'a@b.example',
      waba_id: '1',
      whatsapp_business_account: { waba_id: '1', access_token: 'EAAtest_ok' },
      'größe 1': true,
      brand,
    })
    assert.equal(reply.status, 200)
    assert.equal(
      reply.headers['x-unknown-fields'],
      'id, organization_id, status, email, waba_id, whatsapp_business_account, gr%C3%B6%C3%9Fe%201, ' +
        'brand.contact.business_name;did-you-mean=brand.contact.businessName, brand.tcr_brand_id',
    )
    for (const member of ['id', 'organization_id', 'status', 'email', 'waba_id'])
      assert.equal(reply.data[member], before[member], member)
    assert.equal((reply.data.brand as { tcr_brand_id: unknown }).tcr_brand_id, null)
  })

  test('in strict mode unknown members are refused by name, with every other problem', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const body = { name: '', state: 'x', brand: { ...aBrand(), extra: 1 } }
    const reply = await org.admin.patch(`/v3/profiles/${id}`, body, { prefer: 'respond-async, handling=strict' })
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, {
      name: ['Profile name is required'],
      'brand.extra': ['brand.extra is not a known member'],
      state: ['state is not a known member; did you mean brand.business.state?'],
    })
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { ...body, name: 'A' })).status, 200)
  })

  test('all problems of fields and rules come in one answer, in the order of the members', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, {
      payment_details: { card_number: '4242424242424242', expiry: '2027-09', cvc: '123', zip_code: '10001' },
      brand: aBrand(),
      inherit_tcr_brand: true,
      sending_phone_number: '12',
      billing_model: 'profile',
      short_name: 'A',
      name: '',
    })
    assert.equal(reply.status, 400)
    assert.equal(reply.error.message, 'Request validation failed')
    assert.deepEqual(Object.keys(reply.error.details ?? {}), [
      'name',
      'short_name',
      'billing_contact',
      'sending_phone_number',
      'brand',
      'payment_details.expiry',
    ])
  })

  test('a profile key updates its own profile and finds no other; x-profile-id narrows an organization key', async () => {
    const org = await app.organization()
    const own = await org.profile()
    const sibling = await org.profile()
    const key = await org.profileKey(own.id)
    assert.equal((await key.patch(`/v3/profiles/${own.id}`, { name: 'Mine' })).status, 200)
    assert.equal((await key.patch(`/v3/profiles/${sibling.id}`, { name: 'Mine' })).status, 404)
    const scoped = { 'x-profile-id': own.id }
    const reply = await org.admin.patch(`/v3/profiles/${own.id}`, { name: 'Scoped' }, scoped)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['x-profile-id'], own.id)
    assert.equal((await org.admin.patch(`/v3/profiles/${sibling.id}`, { name: 'No' }, scoped)).status, 404)
    assert.equal((await org.admin.get(`/v3/profiles/${sibling.id}`)).data.name, 'Sales Team')
  })

  test('unknown and malformed ids are not found before the body is judged', async () => {
    const org = await app.organization()
    for (const id of ['string', '550e8400-e29b-41d4-a716-446655440000']) {
      const reply = await org.admin.patch(`/v3/profiles/${id}`, { name: '' })
      assert.equal(reply.status, 404)
      assert.equal(reply.error.code, 'RESOURCE_014')
      assert.equal(reply.error.details, null)
    }
  })

  test('an id in upper case names the same profile', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id.toUpperCase()}`, { name: 'Renamed' })
    assert.equal(reply.status, 200)
    assert.equal(reply.data.id, id)
  })

  test('two changes of different members at once both survive', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const replies = await Promise.all([
      org.admin.patch(path, { name: 'One' }),
      org.owner.patch(path, { description: 'Two' }),
      org.admin.patch(path, { short_name: 'Three' }),
    ])
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200],
    )
    const { data, headers } = await org.admin.get(path)
    assert.deepEqual([data.name, data.description, data.short_name], ['One', 'Two', 'Three'])
    assert.equal(headers.etag, `"${id}.4"`)
  })
})
