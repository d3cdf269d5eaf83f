import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageRoot } from '../../src/package-root.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import type { Json, Reply } from '../kit/servers/client.ts'

/** The published page's own request and answers, word for word. */
function published(name: string): Json {
  return JSON.parse(readFileSync(join(packageRoot, 'test', 'fixtures', 'seed', `${name}.json`), 'utf8')) as Json
}

/** Every scalar by its dotted path, in the order written; an empty object or list counts as one. */
function scalars(value: unknown, root = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [[root, value]]
  return Object.entries(value).flatMap(([name, member]) => scalars(member, root === '' ? name : `${root}.${name}`))
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\+00:00$/

/** Members that differ from run to run: they are compared by form. */
const FORMS: Record<string, RegExp> = {
  'data.id': UUID,
  'data.organization_id': UUID,
  'data.brand.id': UUID,
  'data.created_at': TIMESTAMP,
  'data.updated_at': TIMESTAMP,
  'data.brand.created_at': TIMESTAMP,
  'meta.request_id': /^req_[A-Za-z0-9]{10}$/,
  'meta.timestamp': TIMESTAMP,
}

const toSnake = (path: string) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The brand values that the published request sends, by their path in the answer: the published answer abbreviates them. */
function sentBrandValues(request: Json): Map<string, unknown> {
  const sent = scalars(request.brand).filter(([, value]) => value !== null)
  return new Map(
    sent.map(([path, value]) => [
      `data.brand.${path.includes('destinationCountries') ? path.replace('destinationCountries', 'destination_countries') : toSnake(path)}`,
      value,
    ]),
  )
}

function assertSameAnswer(answer: unknown, expected: unknown, sent: ReadonlyMap<string, unknown> = new Map()): void {
  const shown = scalars(answer)
  assert.deepEqual(
    shown.map(([path]) => path),
    scalars(expected).map(([path]) => path),
  )
  for (const [index, [path, value]] of scalars(expected).entries()) {
    const actual = shown[index]?.[1]
    const form = FORMS[path]
    if (form !== undefined) {
      assert.match(String(value), form, `the published ${path}`)
      assert.match(String(actual), form, path)
    } else assert.deepEqual(actual, value ?? sent.get(path) ?? null, path)
  }
}

describe('the examples of the published page', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  /** A profile as the published answer supposes it: older, with an icon, approved, without a brand or a WhatsApp account. */
  async function prepared(org: TestOrganization): Promise<string> {
    const { id } = await org.profile({
      icon: 'https://example.com/sales-icon.png',
      inherit_tcr_brand: false,
      inherit_tcr_campaign: false,
    })
    await app.sql(
      "update profiles set status = 'approved', created_at = created_at - interval '90 days' where id = $1",
      [id],
    )
    await app.sql('update organizations set waba_id = null where organization_id = $1', [org.id])
    return `/v3/profiles/${id}`
  }

  test('the published request is answered as published, with every brand value that was sent', async () => {
    const request = published('update-request')
    const org = await app.organization()
    const path = await prepared(org)
    const reply = await org.admin.patch(path, request, { 'idempotency-key': 'req_abc123_retry1' })
    assert.equal(reply.status, 200, reply.text)
    const sent = sentBrandValues(request)
    assert.equal(sent.size, 25)
    assertSameAnswer(reply.json, published('update-200'), sent)
    const shown = new Map(scalars(reply.json))
    for (const [name, value] of sent) assert.equal(shown.get(name), value, name)
    assert.equal((reply.data.brand as Json).created_at, reply.data.updated_at)
    assert.ok(String(reply.data.created_at) < String(reply.data.updated_at))
    assert.equal(reply.headers['x-unknown-fields'], undefined)
  })

  function assertSameFailure(reply: Reply, name: string): void {
    const expected = published(name) as { error: { message: string }; meta: { request_id: string } }
    const known = expected.meta.request_id
    expected.error.message = expected.error.message.replace(known, reply.json.meta.request_id)
    const answer = reply.json
    const { hint, ...error } = reply.error
    assert.equal(Object.keys(reply.error).at(-1), 'hint', 'what is ours stands behind what is published')
    assert.ok(hint.length > 0)
    assertSameAnswer({ success: answer.success, data: answer.data, error, meta: answer.meta }, expected)
  }

  test('the published refusal has its two messages in one answer and nothing else', async () => {
    const org = await app.organization()
    const path = await prepared(org)
    const { brand } = published('update-request')
    const payment_details = { card_number: '4111111111111111', expiry: '2027-09', cvc: '123', zip_code: '10001' }
    const billing_contact = { name: 'Acme Corp', email: 'billing@acmecorp.com' }
    for (const billing of [{}, { billing_model: 'profile', billing_contact }]) {
      const reply = await org.admin.patch(path, { inherit_tcr_brand: true, brand, payment_details, ...billing })
      assert.equal(reply.status, 400)
      assertSameFailure(reply, 'update-400')
    }
  })

  test('the published 404 is what the published path answers', async () => {
    const org = await app.organization()
    const reply = await org.admin.patch('/v3/profiles/string', published('update-request'))
    assert.equal(reply.status, 404)
    assertSameFailure(reply, 'update-404')
  })

  test('the published 500 is what a broken store answers', async () => {
    app.expectErrors('request_failed')
    const org = await app.organization()
    const path = await prepared(org)
    await app.sql("update profiles set billing_contact = 'damaged' where id = $1", [path.split('/').at(-1)])
    const reply = await org.admin.patch(path, published('update-request'))
    assert.equal(reply.status, 500)
    assertSameFailure(reply, 'update-500')
  })
})
