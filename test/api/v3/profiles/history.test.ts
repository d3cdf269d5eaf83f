import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBillingContact, aBrand, aCard } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../kit/servers/client.ts'

interface Entry extends Json {
  operation: string
  version: number
  changes: { member: string; from: unknown; to: unknown }[]
}

const entries = (reply: Reply) => reply.data.changes as Entry[]
const members = (entry: Entry | undefined) => entry?.changes.map(({ member }) => member)

describe('GET /v3/profiles/{profileId}/history', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('it says who changed what from what to what, when and by which request, newest first', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ short_name: 'SALES' })
    const path = `/v3/profiles/${id}`
    const key = await org.profileKey(id)
    const change = await key.patch(path, { short_name: 'SALES 2', inherit_contacts: false, name: 'Sales Team' })
    const reply = await org.developer.get(`${path}/history`)
    assert.equal(reply.status, 200)
    const [latest, first, ...rest] = entries(reply)
    assert.deepEqual(rest, [])
    assert.ok(latest)
    const { user_email: email, ...line } = latest
    assert.deepEqual(line, {
      version: 2,
      operation: 'updateProfile',
      actor: 'user',
      request_id: change.json.meta.request_id,
      key_id: key.keyId,
      user_id: org.admin.userId,
      changed_at: change.data.updated_at,
      changes: [
        { member: 'short_name', from: 'SALES', to: 'SALES 2' },
        { member: 'inherit_contacts', from: true, to: false },
      ],
      registry_feedback: null,
    })
    assert.match(String(email), /^admin-.+@example\.com$/)
    assert.equal(first?.operation, 'createProfile')
    assert.equal(first.key_id, org.admin.keyId)
    assert.ok(first.changes.some(({ member, from, to }) => member === 'short_name' && from === null && to === 'SALES'))
    assert.deepEqual(reply.data.pagination, {
      page: null,
      page_size: 20,
      total_count: null,
      total_pages: null,
      has_more: false,
      cursors: null,
    })
  })

  test('what is sealed at rest reads "changed", and no secret is in the answer or in the table', async () => {
    const org = await app.organization()
    const made = await org.profile({
      brand: aBrand(),
      billing_contact: aBillingContact(),
      payment_details: { ...aCard(), zip_code: 'ZIP-CANARY' },
      whatsapp_business_account: { waba_id: '123456789012345', access_token: 'EAAsecretcanary' },
    })
    const path = `/v3/profiles/${made.id}`
    await org.admin.mergePatch(path, {
      brand: { contact: { role: 'CFO' }, business: { taxId: '98-7654321', city: 'Boston', street: null } },
      billing_contact: { phone: '+12025550000' },
    })
    const reply = await org.owner.get(`${path}/history`)
    const [latest, first] = entries(reply)
    assert.deepEqual(latest?.changes, [
      { member: 'billing_contact', from: 'changed', to: 'changed' },
      { member: 'brand.contact.role', from: 'changed', to: 'changed' },
      { member: 'brand.business.tax_id', from: 'changed', to: 'changed' },
      { member: 'brand.business.street', from: '123 Main Street', to: null },
      { member: 'brand.business.city', from: 'New York', to: 'Boston' },
    ])
    assert.ok(members(first)?.includes('payment_details'))
    assert.ok(members(first)?.includes('brand.compliance.destination_countries'))
    const rows = await app.sql<{ text: string }>(
      'select to_jsonb(h)::text as text from profile_history h where profile_id = $1',
      [made.id],
    )
    const text = reply.text + rows.map((row) => row.text).join()
    const brand = ['John Smith', '"Acme Corp"', 'john@acmecorp.com', '12-3456789', '98-7654321', 'CFO']
    const contact = ['billing@acmecorp.com', '+12025551234', '+12025550000', '10001, US']
    const forwarded = [aCard().card_number, 'ZIP-CANARY', 'EAAsecretcanary']
    for (const secret of [...brand, ...contact, ...forwarded]) assert.equal(text.includes(secret), false, secret)
    assert.ok(text.includes('Acme Corporation LLC'))
  })

  test('it is read in pages, each change once', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    for (let turn = 2; turn <= 8; turn += 1) await org.admin.patch(path, { name: `Name ${turn}` })
    const seen: number[] = []
    let cursor = ''
    do {
      const reply = await org.admin.get(`${path}/history?page_size=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      assert.equal(reply.status, 200)
      seen.push(...entries(reply).map(({ version }) => version))
      const { has_more, cursors } = reply.data.pagination as { has_more: boolean; cursors: { after: string } | null }
      assert.equal(has_more, cursors !== null)
      cursor = cursors?.after ?? ''
    } while (cursor !== '')
    assert.deepEqual(seen, [8, 7, 6, 5, 4, 3, 2, 1])
  })

  test('it can be asked for one member', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    await org.admin.patch(path, { name: 'Two' })
    await org.admin.patch(path, { brand: aBrand() })
    await org.admin.patch(path, { name: 'Four', icon: 'https://example.com/a.png' })
    const versions = async (member: string) =>
      entries(await org.admin.get(`${path}/history?member=${member}`)).map(({ version }) => version)
    assert.deepEqual(await versions('name'), [4, 2, 1])
    assert.deepEqual(await versions('icon'), [4])
    assert.deepEqual(await versions('brand.business.legal_name'), [3])
    assert.deepEqual(await versions('billing_contact'), [])
  })

  test('a parameter that cannot be read is refused', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const [query, details] of [
      ['page_size=0', null],
      ['page_size=101', null],
      ['cursor=0', { cursor: ['cursor must be one that this list has answered'] }],
      ['cursor=x', { cursor: ['cursor must be one that this list has answered'] }],
      ['member=Name', { member: ['member must be the dotted path of a member'] }],
      ['member=', { member: ['member must be the dotted path of a member'] }],
    ] as const) {
      const reply = await org.admin.get(`/v3/profiles/${id}/history?${query}`)
      assert.equal(reply.status, 400, query)
      assert.deepEqual(reply.error.details, details)
      if (details === null) assert.equal(reply.error.message, 'Page size must be between 1 and 100')
    }
  })

  test('a sandbox call and a refused one leave no trace in it; a foreign profile has none to see', async () => {
    const org = await app.organization()
    const stranger = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    await org.admin.patch(path, { name: 'Dry', sandbox: true })
    await org.admin.patch(path, { name: '' })
    assert.equal(entries(await org.admin.get(`${path}/history`)).length, 1)
    assert.equal((await stranger.owner.get(`${path}/history`)).status, 404)
  })
})
