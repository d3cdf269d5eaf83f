import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aProfileWith } from '../../../kit/builders/numbers.ts'
import { giveBrand } from '../../../kit/builders/organization-data.ts'
import { aBrand, aCampaign, aCard, withOwnCampaigns } from '../../../kit/builders/requests.ts'
import { everything } from '../../../kit/everything.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

const MERGE = { 'content-type': 'application/merge-patch+json' }
const SMS = 'sending_phone_number_profile_id'

describe('POST /v3/profiles/{profileId}/preview', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { REGISTRY_FEES: 'brand=4.50,revet=4.50,campaign_review=15' } })
  })
  after(() => app[Symbol.asyncDispose]())

  const preview = (id: string) => `/v3/profiles/${id}/preview`

  test('members before and after, and nothing but those that change', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ name: 'Sales', short_name: 'SALES' })
    const { data, headers, status } = await org.admin.post(preview(id), { name: 'Support', short_name: 'SALES' })
    assert.deepEqual([status, headers.etag], [200, `"${id}.1"`])
    assert.deepEqual(data.members, [{ member: 'name', from: 'Sales', to: 'Support' }])
    assert.deepEqual(data.effective, [{ profile_id: id, member: 'name', from: 'Sales', to: 'Support', origin: 'own' }])
    assert.deepEqual([data.providers, data.fees, data.locks, data.profiles_left_out], [[], [], [], false])
    for (const body of [{}, { name: 'Sales' }])
      assert.deepEqual((await org.admin.post(preview(id), body)).data.members, [])
  })

  test('it says what the PATCH then does, member by member', async () => {
    const org = await app.organization()
    const { id } = await org.profile(withOwnCampaigns())
    const bodies: [Json, Record<string, string>?][] = [
      [{ name: 'Changed', allow_contact_sharing: true, sending_phone_number: '+12025550175' }],
      [{ billing_model: 'organization' }],
      [{ billing_contact: { name: 'Acme', email: 'billing@acmecorp.com' } }],
      [{ brand: { business: { legalName: 'Acme Holdings LLC', street: null } } }, MERGE],
      [{ short_name: null, sending_phone_number: null }, MERGE],
    ]
    for (const [body, headers] of bodies) {
      const foreseen = await org.admin.post(preview(id), body, headers)
      const before = (await org.admin.get(`/v3/profiles/${id}`)).data
      const after = await org.admin.patch(`/v3/profiles/${id}`, body, headers)
      assert.equal(after.status, 200, after.text)
      const at = (root: unknown, path: string) =>
        path.split('.').reduce<unknown>((value, step) => (value as Json | null)?.[step] ?? null, root)
      const members = foreseen.data.members as unknown as { member: string; from: unknown; to: unknown }[]
      assert.ok(members.length > 0, JSON.stringify(body))
      for (const { member, from, to } of members)
        assert.deepEqual([at(before, member), at(after.data, member)], [from, to], member)
      const history = await org.admin.get(`/v3/profiles/${id}/history?page_size=1`)
      const [entry] = history.data.changes as unknown as { changes: { member: string }[] }[]
      assert.deepEqual(members.map(({ member }) => member).sort(), entry?.changes.map(({ member }) => member).sort())
    }
  })

  test('it writes nothing and calls nobody, with a card, live and under an Idempotency-Key', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const [rows, calls] = [await everything(app), app.payments.calls.length]
    const card = aCard()
    const body = {
      billing_model: 'profile',
      billing_contact: { name: 'Acme', email: 'billing@acmecorp.com' },
      payment_details: card,
    }
    const reply = await org.admin.post(preview(id), body, { 'idempotency-key': 'a-preview' })
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.data.providers, [{ provider: 'payments', when: 'change', is_configured: true }])
    for (const secret of [card.card_number, 'payment_details', card.card_number.slice(-4)])
      assert.ok(!reply.text.includes(secret), secret)
    assert.equal(await everything(app), rows)
    assert.equal(app.payments.calls.length, calls)
    // The key is as free as before.
    const patched = await org.admin.patch(`/v3/profiles/${id}`, { name: 'Real' }, { 'idempotency-key': 'a-preview' })
    assert.deepEqual([patched.status, patched.headers['idempotent-replayed']], [200, undefined])
  })

  test('it refuses what the PATCH refuses, in the same words', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const foreign = await (await app.organization()).profile()
    const bodies: [Json, Record<string, string>?][] = [
      [{ name: '' }],
      [{ name: 7, short_name: 'X', icon: 'nowhere' }],
      [{ inherit_tcr_brand: true, brand: aBrand() }],
      [{ billing_model: 'profile' }],
      [{ billing_model: 'organization', payment_details: aCard() }],
      [{ payment_details: { card_number: '4242', expiry: '13/30', cvc: 'x', zip_code: '' } }],
      [{ payment_details: 'none' }],
      [{ [SMS]: id }],
      [{ [SMS]: foreign.id }],
      [{ brand: { contact: {}, compliance: {} } }],
      [{ brand: { business: { taxId: '***6789' } } }, MERGE],
      [{ name: null, brand: null }, MERGE],
      [{ Sandbox: true }],
      [{ shortName: 'SALES' }, { prefer: 'handling=strict' }],
      [{ description: 'pay with 4242 4242 4242 4242' }],
    ]
    for (const [body, headers] of bodies) {
      const patched = await org.admin.patch(`/v3/profiles/${id}`, body, headers)
      const foreseen = await org.admin.post(preview(id), body, headers)
      assert.equal(patched.status, 400, JSON.stringify(body))
      assert.deepEqual([foreseen.status, foreseen.error], [patched.status, patched.error], JSON.stringify(body))
    }
    const stale = await org.admin.post(preview(id), { name: 'X' }, { 'if-match': `"${id}.7"` })
    assert.deepEqual([stale.status, stale.error.code], [412, 'PRECONDITION_001'])
  })

  test('values in effect change with the inheritance, and for those who use a number of the profile', async () => {
    const org = await app.organization()
    await giveBrand(app, org.id)
    const source = await aProfileWith(org, { sending_phone_number: '+12025550181' })
    const near = await aProfileWith(org, { [SMS]: source.id })
    const far = await aProfileWith(org, { [SMS]: near.id, sending_phone_number: '+12025550182' })
    await aProfileWith(org, { sending_phone_number: '+12025550183' })
    const number = await org.admin.post(preview(source.id), { sending_phone_number: '+12025550184' })
    const changes = number.data.effective as unknown as { profile_id: string; member: string; origin: string }[]
    const change = { member: 'sending_phone_number', from: '+12025550181', to: '+12025550184' }
    assert.deepEqual(changes, [
      { ...change, profile_id: source.id, origin: 'own' },
      ...[near.id, far.id].sort().map((id) => ({ ...change, profile_id: id, origin: 'profile' })),
    ])
    const ended = await org.admin.post(preview(near.id), { [SMS]: null }, MERGE)
    assert.deepEqual(
      (ended.data.effective as unknown as Json[]).filter(({ member }) => member === 'sending_phone_number'),
      [
        { member: 'sending_phone_number', from: '+12025550181', to: null, profile_id: near.id, origin: 'default' },
        { member: 'sending_phone_number', from: '+12025550181', to: null, profile_id: far.id, origin: 'profile' },
      ],
    )
    const brand = await org.admin.post(preview(source.id), { brand: aBrand() })
    assert.deepEqual(
      (brand.data.effective as unknown as Json[]).find(({ member }) => member === 'brand.business.legal_name'),
      {
        member: 'brand.business.legal_name',
        from: 'Example LLC',
        to: 'Acme Corporation LLC',
        profile_id: source.id,
        origin: 'own',
      },
    )
    assert.ok(
      (brand.data.members as unknown as Json[]).some(
        ({ member, to }) => member === 'inherit_tcr_brand' && to === false,
      ),
    )
  })

  test('what a completion after the change would lock, whom it would call and what it would cost', async () => {
    const org = await app.organization()
    const { id, brand } = (await org.profile({ ...withOwnCampaigns(), short_name: null })) as Json & {
      brand: Json
      id: string
    }
    const made = await org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: aCampaign() })
    const lacking = await org.admin.post(preview(id), { name: 'Other' })
    assert.deepEqual(lacking.data.completion, {
      state: 'incomplete',
      problems: { short_name: ['short_name is required to complete the profile'] },
    })
    assert.deepEqual([lacking.data.locks, lacking.data.fees], [[], []])
    const ready = await org.admin.post(preview(id), { short_name: 'SALES' })
    assert.deepEqual(ready.data.completion, { state: 'ready', problems: {} })
    assert.deepEqual(ready.data.locks, [
      { what: 'brand', id: brand.id, when: 'completion' },
      { what: 'campaign', id: made.data.id, when: 'completion' },
    ])
    assert.deepEqual(ready.data.providers, [{ provider: 'brand_registry', when: 'completion', is_configured: true }])
    assert.deepEqual(ready.data.fees, [
      { for: 'brand', subject: brand.id, when: 'completion', price: { amount: 4.5, currency: 'USD' } },
      { for: 'campaign_review', subject: made.data.id, when: 'completion', price: { amount: 15, currency: 'USD' } },
    ])
    const wrong = await org.admin.post(
      preview(id),
      { short_name: 'SALES', brand: { business: { state: 'Oregon' } } },
      MERGE,
    )
    assert.deepEqual(wrong.data.completion, {
      state: 'incomplete',
      problems: { 'brand.business.state': ['The registry takes a US state as its two letters.'] },
    })
  })

  test('it is for those who may change the profile, and for their own profiles', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const caller of [org.developer, org.billing]) {
      const reply = await caller.post(preview(id), { name: 'X' })
      assert.deepEqual([reply.status, reply.error.code], [403, 'AUTH_004'])
    }
    const other = await app.organization()
    assert.equal((await other.admin.post(preview(id), { name: 'X' })).error.code, 'RESOURCE_014')
    assert.equal((await org.admin.post(preview('nothing'), { name: 'X' })).error.code, 'RESOURCE_014')
    assert.equal((await org.owner.post(preview(id), { name: 'X' })).status, 200)
  })
})
