import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DESCRIBED_EVENTS } from '../../../../src/contract/events.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

const SETTINGS = { display_name: 'Orders', endpoint_url: 'https://hooks.acme.com/a', event_types: ['profile'] }

describe('one webhook', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  async function webhook(members: Json = {}): Promise<{ path: string; data: Json }> {
    const { data } = await org.admin.post('/v3/webhooks', { ...SETTINGS, ...members })
    return { path: `/v3/webhooks/${data.id}`, data }
  }

  test('an id that is none is a 400 with the contract’s sentence on every route, an unknown one a 404', async () => {
    const routes: [string, string, Json?][] = [
      ['GET', ''],
      ['PUT', '', SETTINGS],
      ['DELETE', ''],
      ['GET', '/events'],
      ['PATCH', '/toggle-status', { is_active: true }],
      ['POST', '/rotate-secret', {}],
      ['POST', '/test', {}],
      ['POST', '/replay', { from: new Date().toISOString() }],
    ]
    for (const [method, suffix, body] of routes) {
      const sending = body === undefined ? {} : { body }
      const malformed = await org.admin.request(method, `/v3/webhooks/nonsense${suffix}`, sending)
      assert.equal(malformed.status, 400, `${method} ${suffix}`)
      assert.deepEqual(
        [malformed.error.code, malformed.error.message, malformed.error.details],
        ['VALIDATION_001', 'Invalid webhook ID format.', null],
      )
      const unknown = await org.admin.request(
        method,
        `/v3/webhooks/d4f5a6b7-c8d9-4e0f-a1b2-c3d4e5f6a7b8${suffix}`,
        sending,
      )
      assert.deepEqual(
        [unknown.status, unknown.error.code, unknown.error.message],
        [404, 'RESOURCE_008', 'Webhook not found'],
        `${method} ${suffix}`,
      )
    }
  })

  test('PUT replaces the settings: what is left out has its default, secret and is_active stay', async () => {
    const { path, data } = await webhook({
      retry_count: 5,
      timeout_seconds: 60,
      event_filters: { profile: ['deleted'] },
    })
    const { status, data: changed } = await org.developer.request('PUT', path, {
      body: { display_name: 'Renamed', endpoint_url: 'https://hooks.acme.com/b', event_types: ['brand'] },
    })
    assert.equal(status, 200)
    assert.deepEqual(
      { ...changed, updated_at: 0 },
      {
        ...data,
        signing_secret: null,
        display_name: 'Renamed',
        endpoint_url: 'https://hooks.acme.com/b',
        event_types: ['brand'],
        event_filters: null,
        retry_count: 3,
        timeout_seconds: 30,
        updated_at: 0,
      },
    )
    assert.deepEqual((await org.admin.get(path)).data, changed)
    for (const member of ['display_name', 'endpoint_url', 'event_types'] as const) {
      const { [member]: _left, ...rest } = SETTINGS
      const refused = await org.admin.request('PUT', path, { body: rest })
      assert.deepEqual(Object.keys(refused.error.details ?? {}), [member])
    }
    const dry = await org.admin.request('PUT', path, { body: { ...SETTINGS, sandbox: true } })
    assert.deepEqual([dry.status, dry.data.display_name], [200, 'Orders'])
    assert.deepEqual((await org.admin.get(path)).data, changed)
  })

  test('DELETE needs no body, takes any, and is always real with a live key; with a test key it is a dry run', async () => {
    const first = await webhook()
    const dry = await (await org.key(org.admin.userId ?? '', { mode: 'test' })).delete(first.path)
    assert.deepEqual([dry.status, dry.headers['x-sandbox']], [204, 'true'])
    assert.equal((await org.admin.get(first.path)).status, 200)
    const real = await org.admin.delete(first.path, { sandbox: true })
    assert.deepEqual(
      [real.status, real.text, real.headers['x-sandbox'], real.headers['x-unknown-fields']],
      [204, '', undefined, 'sandbox'],
    )
    assert.equal((await org.admin.get(first.path)).status, 404)
    const second = await webhook()
    assert.equal((await org.admin.delete(second.path)).status, 204)
    assert.equal((await org.admin.delete(second.path)).status, 404)
  })

  test('toggle-status switches it off and on, sets updated_at and forgets the failures', async () => {
    const { path, data } = await webhook()
    await app.sql('update webhooks set consecutive_failures = 7 where id = $1', [data.id])
    const off = await org.admin.patch(`${path}/toggle-status`, { is_active: false })
    assert.deepEqual(
      [off.status, off.data.is_active, off.data.consecutive_failures, off.data.signing_secret],
      [200, false, 7, null],
    )
    assert.ok(off.data.updated_at !== null)
    const on = await org.admin.patch(`${path}/toggle-status`, { is_active: true })
    assert.deepEqual([on.data.is_active, on.data.consecutive_failures], [true, 0])
    assert.deepEqual((await org.admin.get(path)).data, on.data)
    assert.deepEqual(Object.keys((await org.admin.patch(`${path}/toggle-status`, {})).error.details ?? {}), [
      'is_active',
    ])
    const dry = await org.admin.patch(`${path}/toggle-status`, { is_active: false, sandbox: true })
    assert.equal(dry.data.is_active, false)
    assert.equal((await org.admin.get(path)).data.is_active, true)
  })

  test('rotate-secret answers a new secret once; two at once leave one of the two in force', async () => {
    const { path, data } = await webhook()
    const rotated = await org.admin.post(`${path}/rotate-secret`, {})
    assert.deepEqual([rotated.status, Object.keys(rotated.data)], [200, ['signing_secret']])
    assert.match(String(rotated.data.signing_secret), /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.notEqual(rotated.data.signing_secret, data.signing_secret)
    assert.equal((await org.admin.post(`${path}/rotate-secret`, undefined)).status, 200)
    const dry = await org.admin.post(`${path}/rotate-secret`, { sandbox: true })
    assert.match(String(dry.data.signing_secret), /^whsec_/)
    const both = await Promise.all([1, 2, 3].map(() => org.admin.post(`${path}/rotate-secret`, {})))
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200, 200],
    )
    assert.equal(new Set(both.map((reply) => reply.data.signing_secret)).size, 3)
  })

  test('test queues one event; an unknown type is refused', async () => {
    const { path } = await webhook()
    for (const body of [undefined, {}, { event_type: 'message.sent' }, { event_type: 'brand.submitted' }]) {
      const { status, data } = await org.admin.post(`${path}/test`, body)
      assert.deepEqual([status, Object.keys(data), data.success], [200, ['success', 'message'], true])
    }
    assert.deepEqual(
      Object.keys((await org.admin.post(`${path}/test`, { event_type: 'profile.exploded' })).error.details ?? {}),
      ['event_type'],
    )
    const { data } = await org.admin.get(`${path}/events?page=1&page_size=100`)
    assert.deepEqual(
      (data.events as Json[]).map(({ event_type, delivery_status }) => `${event_type} ${delivery_status}`),
      ['brand.submitted PENDING', 'message.sent PENDING', 'profile.updated PENDING', 'profile.updated PENDING'],
    )
    await org.admin.post(`${path}/test`, { sandbox: true })
    assert.equal(((await org.admin.get(`${path}/events`)).data.pagination as Json).total_count, 4)
    assert.equal(((await org.admin.get(`${path}/events?search=brand`)).data.pagination as Json).total_count, 1)
    assert.equal(
      (await org.admin.get(`${path}/events?page=1&page_size=101`)).error.message,
      'Page size must be between 1 and 100',
    )
  })

  test('event-types lists what is emitted, and what is only named as inactive', async () => {
    const { status, data } = await org.billing.get('/v3/webhooks/event-types')
    assert.equal(status, 200)
    const types = data.event_types as Json[]
    assert.deepEqual(
      types.map(({ name }) => name),
      DESCRIBED_EVENTS.map(({ type }) => type),
    )
    for (const type of types)
      assert.deepEqual(Object.keys(type), ['name', 'display_name', 'description', 'is_active', 'event_type'])
    assert.deepEqual(
      types.find(({ name }) => name === 'profile.status_changed')?.display_name,
      'Profile status changed',
    )
    const inactive = types.filter(({ is_active }) => is_active === false)
    assert.ok(inactive.length > 0 && inactive.every(({ event_type }) => event_type === 'message'))
  })
})
