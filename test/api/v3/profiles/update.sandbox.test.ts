import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBrand, aCard } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const TABLES = ['profiles', 'brands', 'profile_history', 'jobs', 'idempotency_keys']

describe('PATCH /v3/profiles/{profileId} in sandbox', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  async function stored(organizationId: string): Promise<string> {
    const texts = []
    for (const table of TABLES) {
      const rows = await app.sql<{ text: string }>(
        `select to_jsonb(t)::text as text from ${table} t where organization_id = $1 order by 1`,
        [organizationId],
      )
      texts.push(table, ...rows.map(({ text }) => text))
    }
    return texts.join('\n')
  }

  test('the answer is what would have been; nothing is written and nobody is called', async () => {
    const org = await app.organization()
    const before = await org.profile()
    const path = `/v3/profiles/${before.id}`
    const [rows, calls] = [await stored(org.id), app.payments.calls.length]
    const body = { name: 'Dry', brand: aBrand(), payment_details: aCard() }
    const dry = await org.admin.patch(path, { ...body, sandbox: true })
    assert.equal(dry.status, 200)
    assert.equal(dry.headers['x-sandbox'], 'true')
    assert.equal(dry.data.id, before.id)
    assert.equal(dry.data.name, 'Dry')
    assert.equal(dry.data.inherit_tcr_brand, false)
    assert.equal(await stored(org.id), rows)
    assert.equal(app.payments.calls.length, calls)
    const read = await org.admin.get(path)
    assert.deepEqual(read.data, before)
    assert.equal(read.headers.etag, `"${before.id}.1"`)
    const live = await org.admin.patch(path, body)
    assert.equal(live.headers['x-sandbox'], undefined)
    assert.notEqual(await stored(org.id), rows)
    const shape = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]))
        : typeof value
    assert.deepEqual(shape(dry.data), shape(live.data))
  })

  test('every check runs: fields, rules and existence', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { name: '', billing_model: 'profile', sandbox: true })
    assert.equal(reply.status, 400)
    assert.deepEqual(Object.keys(reply.error.details ?? {}), ['name', 'billing_contact'])
    assert.equal((await org.admin.patch(`/v3/profiles/${org.id}`, { sandbox: true })).status, 404)
    assert.equal((await org.developer.patch(`/v3/profiles/${id}`, { sandbox: true })).status, 403)
  })

  test('a test key acts as if every change carried the flag, whatever the body says', async () => {
    const org = await app.organization()
    const before = await org.profile()
    const tester = await org.key(org.admin.userId ?? '', { mode: 'test' })
    for (const body of [{ name: 'Dry' }, { name: 'Dry', sandbox: false }, { name: 'Dry', sandbox: null }]) {
      const reply = await tester.patch(`/v3/profiles/${before.id}`, body)
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['x-sandbox'], 'true')
      assert.equal(reply.data.name, 'Dry')
    }
    const read = await tester.get(`/v3/profiles/${before.id}`)
    assert.deepEqual(read.data, before)
    assert.equal(read.headers['x-sandbox'], undefined)
  })

  test('the flag misspelt is refused, so that a dry run never turns live by a typo', async () => {
    const org = await app.organization()
    const before = await org.profile()
    for (const typo of ['test_mode', 'Sandbox', 'SANDBOX', 'sandBox']) {
      for (const value of [true, false, null]) {
        const reply = await org.admin.patch(`/v3/profiles/${before.id}`, { name: 'Live', [typo]: value })
        assert.equal(reply.status, 400, typo)
        assert.deepEqual(reply.error.details, { sandbox: [`Use sandbox instead of ${typo}`] })
      }
    }
    const both = await org.admin.patch(`/v3/profiles/${before.id}`, { name: '', sandbox: true, test_mode: true })
    assert.deepEqual(Object.keys(both.error.details ?? {}), ['name', 'sandbox'])
    assert.deepEqual((await org.admin.get(`/v3/profiles/${before.id}`)).data, before)
  })

  test('its tag is that of the profile as it is, so that no tag stands for a version that somebody else makes', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const dry = await org.admin.patch(path, { name: 'Dry', sandbox: true })
    assert.equal(dry.headers.etag, `"${id}.1"`)
    const tag = { 'if-match': dry.headers.etag ?? '' }
    const made = await org.admin.post('/v3/profiles', { name: 'Dry', sandbox: true })
    assert.deepEqual([made.status, made.headers.etag], [201, undefined])
    assert.equal((await org.admin.patch(path, { name: 'Of somebody else' })).headers.etag, `"${id}.2"`)
    assert.equal((await org.admin.patch(path, { name: 'Live' }, tag)).status, 412)
  })

  test('with an Idempotency-Key only the answer is kept, and its replay is marked as sandbox', async () => {
    const org = await app.organization()
    const before = await org.profile()
    const path = `/v3/profiles/${before.id}`
    const headers = { 'idempotency-key': 'dry-run' }
    const first = await org.admin.patch(path, { name: 'Dry', sandbox: true }, headers)
    const again = await org.admin.patch(path, { name: 'Dry', sandbox: true }, headers)
    assert.equal(again.text, first.text)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(again.headers['x-sandbox'], 'true')
    assert.deepEqual((await org.admin.get(path)).data, before)
  })
})
