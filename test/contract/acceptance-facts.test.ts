import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBillingContact, aBrand, aCard } from '../kit/builders/requests.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import type { Json, Reply } from '../kit/servers/client.ts'

const NO_BRAND = 'Cannot provide brand data when inherit_tcr_brand is true.'
const EXPIRY = "payment_details.expiry must be in MM/YY format (e.g. '09/27')"

const wrongCard = () => ({ ...aCard(), expiry: '2027-09' })

/** Every member that the published request may carry, as it was published, except the brand. */
const PUBLISHED_MEMBERS: Json = {
  name: 'Sales Team - Updated',
  icon: null,
  description: 'Updated sales department sender profile',
  short_name: 'SALES',
  allow_contact_sharing: true,
  allow_template_sharing: null,
  inherit_contacts: null,
  inherit_templates: null,
  inherit_tcr_brand: null,
  inherit_tcr_campaign: null,
  billing_model: 'organization',
  billing_contact: null,
  sending_phone_number_profile_id: null,
  sending_whatsapp_number_profile_id: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  allow_number_change_during_onboarding: null,
  payment_details: null,
  sandbox: false,
}

describe('the acceptance facts of the contract', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('fact 1: a PATCH with only name changes only name and updated_at', async () => {
    const org = await app.organization()
    const before = await org.profile({ brand: aBrand(), billing_contact: aBillingContact(), short_name: 'SALES' })
    const { data } = await org.admin.patch(`/v3/profiles/${before.id}`, { name: 'Renamed' })
    assert.notEqual(data.updated_at, before.updated_at)
    assert.deepEqual(data, { ...before, name: 'Renamed', updated_at: data.updated_at })
    assert.deepEqual((await org.admin.get(`/v3/profiles/${before.id}`)).data, data)
  })

  test("fact 2: the page's exact body on the page's profile answers the page's scalar values", async () => {
    const org = await app.organization()
    const icon = 'https://example.com/sales-icon.png'
    const before = await org.profile({ icon, inherit_tcr_brand: false, inherit_tcr_campaign: false })
    const { data, status } = await org.admin.patch(`/v3/profiles/${before.id}`, {
      ...PUBLISHED_MEMBERS,
      brand: aBrand(),
    })
    assert.equal(status, 200)
    const { brand, updated_at, ...scalars } = data
    const { brand: none, updated_at: never, ...unchanged } = before
    assert.deepEqual([none, never], [null, null])
    assert.deepEqual(scalars, {
      ...unchanged,
      name: 'Sales Team - Updated',
      icon,
      description: 'Updated sales department sender profile',
      short_name: 'SALES',
      allow_contact_sharing: true,
      allow_template_sharing: false,
      inherit_contacts: true,
      inherit_templates: true,
      inherit_tcr_brand: false,
      inherit_tcr_campaign: false,
      billing_model: 'organization',
      billing_contact: null,
    })
    assert.equal((brand as Json).created_at, updated_at)
  })

  async function refusal(body: Json): Promise<Reply> {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, body)
    assert.equal(reply.status, 400)
    assert.equal(reply.error.code, 'VALIDATION_001')
    assert.equal(reply.error.message, 'Request validation failed')
    return reply
  }

  test('fact 3: a brand beside inherit_tcr_brand true is refused in the exact words', async () => {
    const { error } = await refusal({ inherit_tcr_brand: true, brand: aBrand() })
    assert.deepEqual(error.details, { brand: [NO_BRAND] })
  })

  test('fact 4: an expiry in another form is refused in the exact words', async () => {
    const { error } = await refusal({ billing_model: 'profile', payment_details: wrongCard() })
    assert.deepEqual(error.details?.['payment_details.expiry'], [EXPIRY])
  })

  test('fact 5: both at once give one answer with both keys', async () => {
    const { error } = await refusal({ inherit_tcr_brand: true, brand: aBrand(), payment_details: wrongCard() })
    assert.deepEqual(error.details, { brand: [NO_BRAND], 'payment_details.expiry': [EXPIRY] })
  })

  test('fact 6: a card beside billing_model organization is refused', async () => {
    const { error } = await refusal({ billing_model: 'organization', payment_details: aCard() })
    assert.deepEqual(Object.keys(error.details ?? {}), ['payment_details'])
  })

  test('fact 7: a brand goes in in camelCase and comes out in snake_case, isMain unchanged', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const { data } = await org.admin.patch(`/v3/profiles/${id}`, { brand: aBrand() })
    const shown = data.brand as Record<string, Json>
    for (const [section, members] of Object.entries(aBrand())) {
      for (const [name, value] of Object.entries(members)) {
        const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
        assert.deepEqual(shown[section]?.[snake], value, `${section}.${name}`)
      }
      assert.equal(Object.keys(shown[section] ?? {}).length, Object.keys(members).length)
    }
    assert.deepEqual(shown.compliance?.destination_countries, [{ id: 'US', isMain: false }])
  })

  test('fact 8: a new brand is unsubmitted, without ids or states of the registry, never updated', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const brand = (await org.admin.patch(`/v3/profiles/${id}`, { brand: aBrand() })).data.brand as Json
    assert.equal(brand.submitted_to_tcr, false)
    const nulls = ['tcr_brand_id', 'status', 'identity_status', 'universal_ein', 'csp_id', 'submitted_at', 'updated_at']
    for (const member of nulls) assert.equal(brand[member], null, member)
  })

  test('fact 9: an unknown id answers 404 RESOURCE_014 with details null', async () => {
    const org = await app.organization()
    const reply = await org.admin.patch('/v3/profiles/770e8400-e29b-41d4-a716-446655440002', { name: 'A' })
    assert.equal(reply.status, 404)
    const { code, message, details } = reply.error
    assert.deepEqual({ code, message, details }, { code: 'RESOURCE_014', message: 'Profile not found', details: null })
  })

  test('fact 10: the Idempotency-Key has its grammar, and a second call replays', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const patch = (name: string, key: string) =>
      org.admin.patch(`/v3/profiles/${id}`, { name }, { 'idempotency-key': key })
    for (const key of ['k'.repeat(256), 'a.b', 'a b', 'a/b', '']) {
      const reply = await patch('Refused', key)
      assert.equal(reply.status, 400, key)
      assert.equal(reply.error.code, 'VALIDATION_007')
    }
    const longest = 'Az0_-'.repeat(51)
    assert.equal(longest.length, 255)
    const first = await patch('Once', longest)
    assert.equal(first.status, 200)
    assert.equal(first.headers['idempotent-replayed'], undefined)
    const second = await patch('Once', longest)
    assert.equal(second.headers['idempotent-replayed'], 'true')
    assert.equal(second.headers['x-original-request-id'], first.json.meta.request_id)
    assert.equal(second.text, first.text)
    assert.equal((await org.admin.get(`/v3/profiles/${id}`)).headers.etag, `"${id}.2"`)
  })

  test('fact 11: x-profile-id with a profile key is 403, a foreign profile 404', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const foreign = await (await app.organization()).profile()
    const own = await (await org.profileKey(id)).patch(`/v3/profiles/${id}`, { name: 'A' }, { 'x-profile-id': id })
    assert.deepEqual([own.status, own.error.code], [403, 'AUTH_004'])
    const other = await org.admin.patch(`/v3/profiles/${foreign.id}`, { name: 'A' }, { 'x-profile-id': foreign.id })
    assert.deepEqual([other.status, other.error.code], [404, 'RESOURCE_014'])
  })

  test("fact 12: an active non-admin's key is 403 AUTH_004, no key is 401 AUTH_001", async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const caller of [org.developer, org.billing]) {
      const reply = await caller.patch(`/v3/profiles/${id}`, { name: 'A' })
      assert.deepEqual([reply.status, reply.error.code], [403, 'AUTH_004'])
    }
    const nobody = await app.nobody.patch(`/v3/profiles/${id}`, { name: 'A' })
    assert.deepEqual([nobody.status, nobody.error.code], [401, 'AUTH_001'])
  })

  test('fact 13: card data appears in no answer, log line, stored record or kept answer', async () => {
    const org = await app.organization()
    const made = await org.profile()
    const path = `/v3/profiles/${made.id}`
    const card = { card_number: '4000056655665556', expiry: '11/38', cvc: '8264', zip_code: 'ZQ-CANARY-9' }
    const headers = { 'idempotency-key': 'card-canary' }
    const texts: string[] = []
    for (const body of [
      { name: 'Charged', payment_details: card },
      { name: 'Charged', payment_details: card },
    ]) {
      const reply = await org.admin.patch(path, body, headers)
      assert.equal(reply.status, 200)
      texts.push(reply.text)
    }
    for (const payment_details of [
      { ...card, cvc: 'x' },
      { ...card, card_number: '4000056655665557' },
    ]) {
      const reply = await org.admin.patch(path, { payment_details })
      assert.equal(reply.status, 400)
      texts.push(reply.text)
    }
    texts.push((await org.admin.patch(path, { payment_details: card, sandbox: true })).text)
    texts.push((await org.admin.patch(path, `{"payment_details": ${JSON.stringify(card)}`)).text)
    texts.push((await org.owner.get(path)).text, (await org.owner.get(`${path}/history`)).text)
    const tables = await app.sql<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    )
    assert.ok(tables.some(({ name }) => name === 'idempotency_keys'))
    for (const { name } of tables) {
      const rows = await app.sql<{ text: string }>(`select to_jsonb(t)::text as text from "${name}" t`)
      texts.push(...rows.map(({ text }) => text))
    }
    texts.push(...app.lines)
    const everything = texts.join('\n')
    for (const secret of [card.card_number, '4000056655665557', card.expiry, `"${card.cvc}"`, card.zip_code])
      assert.equal(everything.includes(secret), false, `found ${secret}`)
    for (const known of [made.id, 'card-canary', '"last_four": "5556"', 'test-0'])
      assert.ok(everything.includes(known), `the search did not look where ${known} is`)
  })

  test('fact 14: the message of a 500 ends with the request id of its meta', async () => {
    app.expectErrors('request_failed')
    const org = await app.organization()
    const { id } = await org.profile()
    await app.sql("update profiles set billing_contact = 'damaged' where id = $1", [id])
    for (const [reply, doing] of [
      [await org.admin.patch(`/v3/profiles/${id}`, { name: 'A' }), 'update profile'],
      [await org.admin.delete(`/v3/profiles/${id}`), 'delete profile'],
    ] as const) {
      assert.equal(reply.status, 500)
      assert.equal(reply.error.code, 'INTERNAL_001')
      const requestId = reply.json.meta.request_id
      assert.equal(reply.error.message, `Failed to ${doing}. Please contact support with request ID: ${requestId}`)
      assert.equal(reply.headers['x-request-id'], requestId)
    }
  })

  test('fact 15: every timestamp ends in +00:00, and meta.version is v3', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const path = `/v3/profiles/${id}`
    const replies = [
      await org.admin.patch(path, { brand: aBrand() }),
      await org.admin.get('/v3/profiles'),
      await org.admin.get('/v3/me'),
      await org.admin.get(`${path}/history`),
      await org.admin.post(`${path}/keys`, {}),
      await org.admin.patch(path, { name: '' }),
      await app.nobody.get(path),
    ]
    let count = 0
    for (const reply of replies) {
      assert.equal(reply.json.meta.version, 'v3')
      for (const [, name, value] of reply.text.matchAll(/"(\w+_at|timestamp)":("[^"]*"|null)/g)) {
        count += 1
        assert.match(String(value), /^(null|"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?\+00:00")$/, name)
      }
    }
    assert.ok(count > 15)
  })

  test('fact 16: sandbox true answers 200 with X-Sandbox true and persists nothing', async () => {
    const org = await app.organization()
    const before = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${before.id}`, { name: 'Dry', sandbox: true })
    assert.deepEqual([reply.status, reply.headers['x-sandbox'], reply.data.name], [200, 'true', 'Dry'])
    assert.deepEqual((await org.admin.get(`/v3/profiles/${before.id}`)).data, before)
  })

  test('fact 17: a soft-deleted profile is 404 for PATCH, and its data is retained', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ name: 'Retained' })
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { name: 'A' })
    assert.deepEqual([reply.status, reply.error.code], [404, 'RESOURCE_014'])
    assert.deepEqual(await app.sql('select name from profiles where id = $1', [id]), [{ name: 'Retained' }])
  })
})
