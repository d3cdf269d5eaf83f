import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EMITTED_PARENTS } from '../../../../src/contract/events.ts'
import { WEBHOOKS_MAX } from '../../../../src/resources/webhooks/webhook.rules.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

const URL_TEXT = 'https://hooks.acme.com/letterhead?source=sent'
const NOT_AN_ADDRESS = 'Endpoint URL must be a valid HTTP or HTTPS URL'

describe('POST /v3/webhooks', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const create = (members: Json = {}, headers: Record<string, string> = {}) =>
    org.admin.post('/v3/webhooks', { display_name: 'Orders', endpoint_url: URL_TEXT, ...members }, headers)

  test('answers the webhook in the published order, with its secret, and defaults where nothing was said', async () => {
    const { status, data } = await create()
    assert.equal(status, 201)
    assert.deepEqual(
      Object.keys(data),
      'id display_name endpoint_url signing_secret is_active event_types event_filters retry_count timeout_seconds last_delivery_attempt_at last_successful_delivery_at consecutive_failures created_at updated_at disabled_at profile_id'.split(
        ' ',
      ),
    )
    assert.match(String(data.signing_secret), /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.deepEqual(
      { ...data, id: 0, signing_secret: 0, created_at: 0 },
      {
        id: 0,
        display_name: 'Orders',
        endpoint_url: URL_TEXT,
        signing_secret: 0,
        is_active: true,
        event_types: EMITTED_PARENTS,
        event_filters: null,
        retry_count: 3,
        timeout_seconds: 30,
        last_delivery_attempt_at: null,
        last_successful_delivery_at: null,
        consecutive_failures: 0,
        created_at: 0,
        updated_at: null,
        disabled_at: null,
        profile_id: null,
      },
    )
    assert.deepEqual((await org.admin.get(`/v3/webhooks/${data.id}`)).data, { ...data, signing_secret: null })
  })

  test('takes every setting, the names of message events of both months among them', async () => {
    const settings = {
      event_types: ['profile', 'message', 'messages', 'templates', 'profile'],
      event_filters: { message: ['delivered', 'failed'], profile: ['updated'] },
      retry_count: 5,
      timeout_seconds: 120,
    }
    const { status, data } = await create(settings)
    assert.equal(status, 201)
    assert.deepEqual(data.event_types, ['profile', 'message', 'messages', 'templates'])
    assert.deepEqual(data.event_filters, settings.event_filters)
    assert.deepEqual([data.retry_count, data.timeout_seconds], [5, 120])
  })

  test('an address that is none has the contract’s sentence, alone; with other problems it is one of the details', async () => {
    for (const endpoint_url of [
      '',
      'hooks.acme.com',
      'ftp://hooks.acme.com',
      'https://',
      'https://a b.com',
      'https://a:b@hooks.acme.com',
      'javascript:alert(1)',
    ]) {
      const { status, error } = await create({ endpoint_url })
      assert.equal(status, 400)
      assert.deepEqual(
        [error.code, error.message, error.details],
        ['VALIDATION_001', NOT_AN_ADDRESS, null],
        endpoint_url,
      )
    }
    const both = await create({ endpoint_url: 'none', retry_count: 6 })
    assert.equal(both.error.message, 'Request validation failed')
    assert.deepEqual(both.error.details, {
      endpoint_url: [NOT_AN_ADDRESS],
      retry_count: ['retry_count must be a whole number from 1 to 5'],
    })
  })

  test('an address that this server would not call is refused with what to do', async () => {
    const refused: [string, string][] = [
      ['http://hooks.acme.com', 'endpoint_url must use https'],
      ['https://hooks.acme.com:8443', 'endpoint_url must use port 443'],
      ['https://127.0.0.1', 'endpoint_url must not lead to a private or reserved address'],
      ['https://0x7f.1/', 'endpoint_url must not lead to a private or reserved address'],
      ['https://[::ffff:169.254.169.254]', 'endpoint_url must not lead to a private or reserved address'],
      ['https://localhost', 'endpoint_url must not lead to a private or reserved address'],
    ]
    for (const [endpoint_url, sentence] of refused) {
      const { status, error } = await create({ endpoint_url })
      assert.equal(status, 400, endpoint_url)
      assert.deepEqual(error.details, { endpoint_url: [sentence] })
    }
  })

  test('every other problem is told at once, under its member', async () => {
    const { error } = await org.admin.post('/v3/webhooks', {
      event_types: ['orders'],
      event_filters: { brand: ['updated'] },
      retry_count: 0,
      timeout_seconds: 4,
    })
    assert.deepEqual(Object.keys(error.details ?? {}).sort(), [
      'display_name',
      'endpoint_url',
      'event_filters.brand',
      'event_types[0]',
      'retry_count',
      'timeout_seconds',
    ])
    for (const [members, path] of [
      [{ display_name: '' }, 'display_name'],
      [{ display_name: 'Card 4242424242424242' }, 'display_name'],
      [{ display_name: 'x'.repeat(256) }, 'display_name'],
      [{ event_types: [] }, 'event_types'],
      [{ event_types: 'profile' }, 'event_types'],
      [{ event_filters: { profile: ['exploded'] } }, 'event_filters.profile[0]'],
      [{ event_filters: { profile: [] } }, 'event_filters.profile'],
      [{ event_filters: { nonsense: ['updated'] } }, 'event_filters.nonsense'],
      [{ event_filters: ['profile'] }, 'event_filters'],
      [{ retry_count: 2.5 }, 'retry_count'],
      [{ timeout_seconds: 121 }, 'timeout_seconds'],
      [{ timeout_seconds: '30' }, 'timeout_seconds'],
      [{ sandbox: 'yes' }, 'sandbox'],
    ] as [Json, string][]) {
      const { status, error: refusal } = await create(members)
      assert.equal(status, 400, path)
      assert.deepEqual(Object.keys(refusal.details ?? {}), [path])
    }
  })

  test('a dry run answers a webhook with a secret and makes none', async () => {
    const { status, headers, data } = await create({ sandbox: true })
    assert.deepEqual([status, headers['x-sandbox']], [201, 'true'])
    assert.match(String(data.signing_secret), /^whsec_/)
    assert.equal((await org.admin.get(`/v3/webhooks/${data.id}`)).status, 404)
  })

  test('the same Idempotency-Key makes one webhook and shows its secret again, to its own user alone', async () => {
    const key = { 'idempotency-key': 'webhook-once' }
    const [first, second] = [await create({}, key), await create({}, key)]
    assert.deepEqual([second.text, second.headers['idempotent-replayed']], [first.text, 'true'])
    const other = await org.developer.post('/v3/webhooks', { display_name: 'Orders', endpoint_url: URL_TEXT }, key)
    assert.deepEqual([other.status, other.error.code], [409, 'CONFLICT_002'])
  })

  test('a profile, by its own key or by x-profile-id, has webhooks of its own', async () => {
    const profile = await org.profile()
    const key = await org.profileKey(profile.id)
    const byKey = await key.post('/v3/webhooks', { display_name: 'Mine', endpoint_url: URL_TEXT })
    const byHeader = await create({}, { 'x-profile-id': profile.id })
    assert.deepEqual([byKey.status, byHeader.status], [201, 201])
    for (const id of [byKey.data.id, byHeader.data.id]) {
      const path = `/v3/webhooks/${id}`
      assert.equal((await key.get(path)).status, 200)
      assert.equal((await org.admin.get(path, { 'x-profile-id': profile.id })).status, 200)
      assert.equal((await org.admin.get(path)).error.code, 'RESOURCE_008')
    }
  })

  test(`an account has at most ${WEBHOOKS_MAX} webhooks`, async () => {
    const full = await app.organization()
    await app.sql(
      `insert into webhooks (organization_id, id, display_name, endpoint_url, signing_secret, is_active, event_types, retry_count, timeout_seconds, created_at)
       select $1, gen_random_uuid(), 'n', 'sealed', 'sealed', true, '["profile"]', 3, 30, now() from generate_series(1, ${WEBHOOKS_MAX})`,
      [full.id],
    )
    const { status, error } = await full.admin.post('/v3/webhooks', {
      display_name: 'One more',
      endpoint_url: URL_TEXT,
    })
    assert.deepEqual([status, error.message], [400, `An account has at most ${WEBHOOKS_MAX} webhooks`])
  })

  test('address and secrets lie sealed', async () => {
    const { data } = await create()
    const rotated = await org.admin.post(`/v3/webhooks/${data.id}/rotate-secret`, {})
    const [row] = await app.sql<{ text: string }>('select w::text as text from webhooks w where id = $1', [data.id])
    for (const secret of [URL_TEXT, data.signing_secret, rotated.data.signing_secret])
      assert.ok(!row?.text.includes(String(secret).slice(6)))
  })
})
