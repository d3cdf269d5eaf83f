import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Sent, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from '@sentdm/sentdm'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { simulatedPayments } from '../../src/adapters/simulator/payments.ts'
import { newId } from '../../src/contract/new-id.ts'
import { newKeyText } from '../../src/contract/tokens/key-text.ts'
import type { Payments } from '../../src/ports/payments.ts'
import { aBillingContact, aBrand, aCampaign, aCard, aTemplate, withOwnCampaigns } from '../kit/builders/requests.ts'
import { CALLBACK_URL, completableProfile, settle } from '../kit/completion.ts'
import { tokenIn } from '../kit/fakes/recorded-mail.ts'
import { Receiver } from '../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import { Client, type Envelope } from '../kit/servers/client.ts'

/** The vendor's own client, unmodified: it knows this server's address and a key, and nothing else (contract 16). */

function sdk({ url, apiKey }: Client, options: { maxRetries?: number } = {}): Sent {
  return new Sent({ baseURL: url, apiKey: apiKey ?? 'none', logLevel: 'off', ...options })
}

/** The error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<APIError> {
  try {
    await call
  } catch (error) {
    assert.ok(error instanceof APIError, String(error))
    return error
  }
  assert.fail('the call succeeded')
}

const envelopeOf = (error: APIError) => error.error as unknown as Envelope

interface Attempt {
  status: number
  startedMs: number
  endedMs: number
}

/** The requests of one operation, as the log has them. */
function attemptsAt(app: TestApp, method: string, route: string): Attempt[] {
  return app.lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.event === 'request' && line.method === method && line.route === route)
    .map((line) => {
      const endedMs = Date.parse(String(line.time))
      return { status: Number(line.status), startedMs: endedMs - Number(line.duration_ms), endedMs }
    })
}

const ONE = '/v3/profiles/:profileId'

test('B5: after ten wrong keys a call with one ends at once, though the server names a minute to wait', async () => {
  await using app = await testApp()
  const client = sdk(new Client(app.url, { apiKey: newKeyText('live', newId()), keyId: '', userId: '' }), {
    maxRetries: 2,
  })
  for (let count = 0; count < 10; count += 1) {
    assert.ok((await errorOf(client.profiles.list())) instanceof AuthenticationError)
  }
  const startedMs = performance.now()
  const error = await errorOf(client.profiles.list())
  assert.ok(error instanceof RateLimitError)
  assert.deepEqual([error.headers?.get('retry-after'), error.headers?.get('x-should-retry')], ['60', 'false'])
  assert.ok(performance.now() - startedMs < 10_000)
  assert.equal(attemptsAt(app, 'GET', '/v3/profiles').length, 11, 'none is sent again')
})

test('profiles are created, read, listed, updated with brand and card, and deleted', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin)
  const created = await client.profiles.create({ name: 'SDK', short_name: 'SDK', billing_model: 'organization' })
  assert.equal(created.success, true)
  const id = created.data?.id ?? ''
  assert.deepEqual((await client.profiles.retrieve(id)).data, created.data)
  const list = await client.profiles.list()
  assert.deepEqual(list.data?.profiles, [created.data])

  const { brand, billing } = { brand: aBrand(), billing: aBillingContact() }
  const params = {
    name: 'SDK 2',
    billing_model: 'profile',
    billing_contact: billing,
    payment_details: aCard(),
    inherit_tcr_brand: false,
    brand,
  } as unknown as Sent.ProfileUpdateParams
  const updated = await client.profiles.update(id, params)
  assert.equal(updated.data?.name, 'SDK 2')
  assert.equal(updated.data?.short_name, 'SDK')
  assert.equal(updated.data?.brand?.business?.legal_name, 'Acme Corporation LLC')
  assert.equal(updated.data?.billing_contact?.email, billing.email)
  assert.deepEqual(
    app.payments.calls.map(({ operation, outcome }) => `${operation} ${outcome}`),
    ['attachCard done'],
  )
  assert.deepEqual((await client.profiles.retrieve(id)).data, updated.data)

  assert.equal((await client.me.retrieve()).data?.type, 'organization')
  assert.equal((await client.me.retrieve({ 'x-profile-id': id })).data?.type, 'profile')
  await client.profiles.delete(id, {})
  assert.ok((await errorOf(client.profiles.retrieve(id))) instanceof NotFoundError)
})

test('campaigns are created, listed, updated and deleted', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin).profiles.campaigns
  const { id: profileId } = await org.profile(withOwnCampaigns())
  const whole = aCampaign() as unknown as Sent.Profiles.CampaignData
  const created = await client.create(profileId, { campaign: whole, 'Idempotency-Key': 'sdk-campaign' })
  assert.equal(created.success, true)
  assert.deepEqual([created.data?.customerId, created.data?.submittedToTCR], [profileId, false])
  assert.deepEqual((await client.list(profileId)).data, [created.data])
  const id = created.data?.id ?? ''
  const updated = await client.update(id, { profileId, campaign: { ...whole, name: 'Renamed', helpMessage: null } })
  assert.deepEqual([updated.data?.name, updated.data?.helpMessage], ['Renamed', null])
  assert.deepEqual(updated.data?.useCases, created.data?.useCases)
  const dry = await client.delete(id, { profileId, sandbox: true }).asResponse()
  assert.equal(dry.headers.get('x-sandbox'), 'true')
  assert.deepEqual((await client.list(profileId)).data, [updated.data])
  await client.delete(id, { profileId })
  assert.deepEqual((await client.list(profileId)).data, [])
  const gone = await errorOf(client.delete(id, { profileId }))
  assert.ok(gone instanceof NotFoundError)
  assert.equal(envelopeOf(gone).error?.code, 'RESOURCE_010')
})

test('contacts are created, read, found, listed, changed and deleted, also as a profile', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin)
  const created = await client.contacts.create({ phone_number: '+12025551234', 'Idempotency-Key': 'sdk-contact' })
  assert.equal(created.success, true)
  assert.deepEqual(
    [created.data?.format_international, created.data?.format_national, created.data?.format_rfc],
    ['+1 202-555-1234', '(202) 555-1234', 'tel:+1-202-555-1234'],
  )
  const id = created.data?.id ?? ''
  assert.deepEqual((await client.contacts.retrieve(id)).data, created.data)
  const pages = { page: 1, page_size: 20 }
  assert.deepEqual((await client.contacts.list(pages)).data?.contacts, [created.data])
  assert.deepEqual((await client.contacts.list({ ...pages, phone: '+12025551234' })).data?.contacts, [created.data])
  assert.deepEqual((await client.contacts.list({ ...pages, channel: 'sms', search: '(202) 555-1234' })).data, {
    contacts: [created.data],
    pagination: { ...pages, total_count: 1, total_pages: 1, has_more: false, cursors: null },
  })
  const missing = await errorOf(client.contacts.list({ ...pages, phone: '+12025551235' }))
  assert.ok(missing instanceof NotFoundError)
  assert.equal(envelopeOf(missing).error?.code, 'RESOURCE_001')
  const { id: profileId } = await org.profile()
  const inherited = await client.contacts.retrieve(id, { 'x-profile-id': profileId })
  assert.deepEqual(inherited.data, { ...created.data, is_inherited: true })
  const readOnly = await errorOf(client.contacts.update(id, { opt_out: true, 'x-profile-id': profileId }))
  assert.ok(readOnly instanceof BadRequestError)
  const updated = await client.contacts.update(id, { opt_out: true, default_channel: 'sms' })
  assert.equal(updated.data?.opt_out, true)
  const taken = await errorOf(client.contacts.create({ phone_number: '+1 202 555 1234' }))
  assert.ok(taken instanceof ConflictError)
  await client.contacts.delete(id, { sandbox: true })
  await client.contacts.delete(id, {})
  assert.ok((await errorOf(client.contacts.retrieve(id))) instanceof NotFoundError)
  assert.equal((await client.contacts.create({ phone_number: '+12025551234' })).data?.opt_out, true)
})

test('a number is looked up', async () => {
  await using app = await testApp()
  const { admin } = await app.organization()
  const found = await sdk(admin).numbers.lookup('+12025550020')
  assert.deepEqual(found.data, {
    phone_number: '+12025550020',
    is_valid: true,
    carrier_name: 'Simulated carrier',
    line_type: 'mobile',
    country_code: 'US',
    mobile_country_code: '001',
    mobile_network_code: '01',
    is_ported: false,
    is_voip: false,
  })
  const missing = await errorOf(sdk(admin).numbers.lookup('phoneNumber'))
  assert.ok(missing instanceof NotFoundError)
  assert.equal(envelopeOf(missing).error?.code, 'RESOURCE_013')
})

test('templates are created, listed, read, changed, handed in and deleted', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin).templates
  const params = aTemplate() as unknown as Sent.TemplateCreateParams
  const created = await client.create({ ...params, 'Idempotency-Key': 'sdk-template' })
  assert.deepEqual([created.data?.status, created.data?.variables], ['DRAFT', ['name', 'company']])
  const id = created.data?.id ?? ''
  assert.deepEqual((await client.list({ page: 1, page_size: 20 })).data?.templates, [created.data])
  const renamed = await client.update(id, { name: 'Welcome Message', definition: null, submit_for_review: true })
  assert.deepEqual([renamed.data?.name, renamed.data?.status], ['Welcome Message', 'PENDING'])
  assert.deepEqual((await client.retrieve(id)).data, renamed.data)
  await client.delete(id, { delete_from_meta: false })
  const gone = await errorOf(client.retrieve(id))
  assert.ok(gone instanceof NotFoundError)
  assert.equal(envelopeOf(gone).error?.code, 'RESOURCE_002')
})

test('users are invited, listed, read, given a role and removed', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin)
  const jane = { email: 'jane@example.com', name: 'Jane Doe', role: 'developer' }
  const invited = await client.users.invite({ ...jane, 'Idempotency-Key': 'sdk-invite' })
  const id = invited.data?.id ?? ''
  assert.deepEqual(
    [invited.data?.email, invited.data?.status, invited.data?.last_login_at],
    ['jane@example.com', 'invited', null],
  )
  assert.deepEqual((await client.users.retrieve(id)).data, invited.data)
  assert.equal((await client.users.list()).data?.users?.length, 4)
  assert.equal((await client.users.updateRole(id, { role: 'billing' })).data?.role, 'billing')
  await app.app.jobs.runDue()
  const token = tokenIn(app.mail.sent[0] as (typeof app.mail.sent)[0])
  await app.nobody.post(`/v3/users/invitations/${token}/accept`, {})
  assert.equal((await client.users.retrieve(id)).data?.status, 'active')
  const taken = await errorOf(client.users.invite(jane))
  assert.ok(taken instanceof ConflictError)
  // A user and a refusal: the client knows that the same invitation cannot succeed.
  assert.deepEqual(
    attemptsAt(app, 'POST', '/v3/users').map(({ status }) => status),
    [201, 409],
  )
  await client.users.remove(id, {})
  assert.ok((await errorOf(client.users.retrieve(id))) instanceof NotFoundError)
  const own = await errorOf(client.users.remove(org.admin.userId ?? '', {}))
  assert.ok(own instanceof BadRequestError)
  assert.equal(envelopeOf(own).error?.message, 'You cannot remove yourself from the organization')
  assert.equal((await client.users.invite({ ...jane, sandbox: true })).data?.status, 'invited')
})

test('a sandbox call and an Idempotency-Key pass through', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin)
  const sandbox = await client.profiles.create({ name: 'Dry', sandbox: true }).withResponse()
  assert.equal(sandbox.response.headers.get('x-sandbox'), 'true')
  const create = () => client.profiles.create({ name: 'Once', 'Idempotency-Key': 'sdk-key-1' }).withResponse()
  const [first, second] = [await create(), await create()]
  assert.deepEqual(second.data, first.data)
  assert.equal(first.response.headers.get('idempotent-replayed'), null)
  assert.equal(second.response.headers.get('idempotent-replayed'), 'true')
  assert.equal((await client.profiles.list()).data?.profiles?.length, 1)
})

test('each status becomes its error class, with the whole envelope inside', async () => {
  await using app = await testApp({ ports: { payments: null } })
  const org = await app.organization()
  const unconnected = await app.organization({ waba: null })
  const { id } = await org.profile()
  const client = sdk(org.admin)
  const card = { payment_details: aCard() }
  await client.profiles.create({ name: 'x', 'Idempotency-Key': 'taken' })
  const cases: [number, string, { new (...args: never[]): APIError }, () => Promise<unknown>][] = [
    [400, 'VALIDATION_001', BadRequestError, () => client.profiles.update(id, { name: '' })],
    [401, 'AUTH_002', AuthenticationError, () => new Sent({ baseURL: app.url, apiKey: 'wrong' }).profiles.list()],
    [403, 'AUTH_004', PermissionDeniedError, () => sdk(org.developer).profiles.create({ name: 'x' })],
    [404, 'RESOURCE_014', NotFoundError, () => client.profiles.retrieve('profileId')],
    [409, 'CONFLICT_002', ConflictError, () => client.profiles.update(id, { 'Idempotency-Key': 'taken' })],
    [422, 'BUSINESS_009', UnprocessableEntityError, () => sdk(unconnected.admin).profiles.create({ name: 'x' })],
    [501, 'ROUTE_001', InternalServerError, () => client.messages.send({})],
    [503, 'PROVIDER_001', InternalServerError, () => client.profiles.update(id, card)],
  ]
  app.expectErrors('request_failed')
  for (const [status, code, kind, call] of cases) {
    const error = await errorOf(call())
    assert.ok(error instanceof kind, `${code}: ${error.constructor.name}`)
    assert.equal(error.status, status, code)
    const envelope = envelopeOf(error)
    assert.equal(envelope.error?.code, code)
    assert.equal(envelope.meta.request_id, error.headers?.get('x-request-id'))
  }
  // None of them can succeed by being sent again, and the client knows: a request each.
  assert.equal(attemptsAt(app, 'POST', '/v3/messages').length, 1)
  assert.equal(attemptsAt(app, 'PATCH', ONE).length, 3)
})

test('beyond the rate limit the client gets RateLimitError with the seconds to wait', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'on' } })
  const org = await app.organization()
  const client = sdk(org.admin, { maxRetries: 0 })
  const refused: unknown[] = []
  // 200 a minute, and the minute may turn once on the way.
  for (let sent = 0; sent < 450 && refused.length === 0; sent += 25) {
    const calls = await Promise.allSettled(Array.from({ length: 25 }, () => client.profiles.list()))
    for (const call of calls) if (call.status === 'rejected') refused.push(call.reason)
  }
  assert.ok(refused.length > 0)
  for (const error of refused) {
    assert.ok(error instanceof RateLimitError)
    assert.match(error.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.equal(envelopeOf(error).error?.code, 'BUSINESS_002')
  }
})

/** A processor that takes its time. */
function slowPayments(ms: number): Payments {
  const payments = simulatedPayments()
  return { ...payments, attachCard: (request) => sleep(ms).then(() => payments.attachCard(request)) }
}

test('a duplicate of a running call waits, is told when to come again, comes then, and gets the first answer', async () => {
  const env = { ROW_LOCK_MS: '1100', KEY_WAIT_MS: '1200' }
  await using app = await testApp({ env, ports: { payments: slowPayments(2_000) } })
  const org = await app.organization()
  const { id } = await org.profile()
  const client = sdk(org.admin)
  const call = () =>
    client.profiles.update(id, { payment_details: aCard(), 'Idempotency-Key': 'sdk-slow' }).withResponse()
  const first = call()
  await sleep(200)
  const second = await call()
  assert.equal(second.response.headers.get('idempotent-replayed'), 'true')
  assert.deepEqual(second.data, (await first).data)
  const refusedAt = attemptsAt(app, 'PATCH', ONE).find(({ status }) => status === 409)?.endedMs ?? 0
  const again = attemptsAt(app, 'PATCH', ONE).filter(({ startedMs }) => startedMs >= refusedAt)
  assert.equal(again.length, 1)
  assert.ok((again[0]?.startedMs ?? 0) - refusedAt >= 950, 'Retry-After was not obeyed')
  assert.equal(attemptsAt(app, 'PATCH', ONE).length, 3)
})

test('a failure that may pass is sent again, twice at most', async () => {
  const outage = {
    ...simulatedPayments(),
    attachCard: async () => ({ kind: 'unavailable', of: 'service', retryAfterSeconds: 0 }) as const,
  }
  await using app = await testApp({ ports: { payments: outage } })
  app.expectErrors('request_failed')
  const org = await app.organization()
  const { id } = await org.profile()
  const error = await errorOf(sdk(org.admin).profiles.update(id, { payment_details: aCard() }))
  assert.ok(error instanceof InternalServerError)
  assert.equal(error.status, 502)
  assert.deepEqual(
    attemptsAt(app, 'PATCH', ONE).map(({ status }) => status),
    [502, 502, 502],
  )
})

test('every operation on webhooks, and what they receive', async () => {
  await using app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  await using receiver = await Receiver.open()
  const org = await app.organization()
  const { webhooks } = sdk(org.developer)
  const settings = { display_name: 'SDK', endpoint_url: receiver.url, event_types: ['profile'] }
  const created = await webhooks.create({ ...settings, retry_count: 1, timeout_seconds: 5 })
  const { id = '', signing_secret: first = '' } = created.data ?? {}
  assert.match(first ?? '', /^whsec_/)
  assert.deepEqual((await webhooks.retrieve(id)).data, { ...created.data, signing_secret: null })
  const list = await webhooks.list({ page: 1, page_size: 10, search: 'sdk', is_active: null })
  assert.deepEqual([list.data?.webhooks?.map((webhook) => webhook.id), list.data?.pagination?.total_count], [[id], 1])
  assert.equal((await webhooks.update(id, { ...settings, retry_count: 5 })).data?.retry_count, 5)
  assert.equal((await webhooks.toggleStatus(id, { is_active: false })).data?.is_active, false)
  assert.equal((await webhooks.toggleStatus(id, { is_active: true })).data?.is_active, true)
  const rotated = await webhooks.rotateSecret(id, { body: {} } as Sent.WebhookRotateSecretParams)
  assert.notEqual(rotated.data?.signing_secret, first)
  assert.equal((await webhooks.test(id, { event_type: 'profile.deleted' })).data?.success, true)
  assert.ok((await webhooks.listEventTypes()).data?.event_types?.some(({ name }) => name === 'profile.deleted'))
  await org.profile()
  await app.app.jobs.runDue()
  assert.equal(receiver.received.length, 2)
  for (const told of receiver.received)
    for (const secret of [rotated.data?.signing_secret ?? '', first ?? ''])
      new StandardWebhook(secret).verify(told.body, told.headers)
  const events = await webhooks.listEvents(id, { page: 1, page_size: 10 })
  assert.deepEqual(
    events.data?.events?.map(({ event_type, delivery_status }) => `${event_type} ${delivery_status}`),
    ['profile.created DELIVERED', 'profile.deleted DELIVERED'],
  )
  await webhooks.delete(id)
  assert.ok((await errorOf(webhooks.retrieve(id))) instanceof NotFoundError)
})

const UUID = '660e8400-e29b-41d4-a716-446655440000'
const WEBHOOK = 'd4f5a6b7-c8d9-4e0f-a1b2-c3d4e5f6a7b8'
const campaign = {
  name: 'Campaign',
  description: 'Notifications',
  type: 'App',
  useCases: [{ messagingUseCaseUs: 'ACCOUNT_NOTIFICATION', sampleMessages: ['Hello'] }],
}

/** The calls of the client's generated tests, and every other operation it has. */
function everyCall(client: Sent): [string, number, Promise<unknown>][] {
  const pages = { page: 0, page_size: 0 }
  const { profiles, users, webhooks, contacts, templates, messages, numbers } = client
  return [
    ['profiles.create', 400, profiles.create({})],
    ['profiles.retrieve', 404, profiles.retrieve('profileId')],
    ['profiles.update', 404, profiles.update('profileId', {})],
    ['profiles.delete', 404, profiles.delete('profileId', {})],
    ['profiles.list', 200, profiles.list()],
    ['me.retrieve', 200, client.me.retrieve()],
    ['profiles.complete', 404, profiles.complete(UUID, { webHookUrl: CALLBACK_URL })],
    ['campaigns.list', 404, profiles.campaigns.list(UUID)],
    [
      'campaigns.create',
      404,
      profiles.campaigns.create(UUID, { campaign } as unknown as Sent.Profiles.CampaignCreateParams),
    ],
    [
      'campaigns.update',
      404,
      profiles.campaigns.update(UUID, { profileId: UUID, campaign } as unknown as Sent.Profiles.CampaignUpdateParams),
    ],
    [
      'campaigns.delete',
      404,
      profiles.campaigns.delete(UUID, { profileId: UUID, body: {} } as Sent.Profiles.CampaignDeleteParams),
    ],
    ['users.list', 200, users.list()],
    ['users.retrieve', 404, users.retrieve('userId')],
    ['users.invite', 400, users.invite({})],
    ['users.updateRole', 404, users.updateRole('userId', {})],
    ['users.remove', 404, users.remove('userId', {})],
    ['webhooks.list', 400, webhooks.list(pages)],
    ['webhooks.create', 400, webhooks.create({})],
    ['webhooks.retrieve', 404, webhooks.retrieve(WEBHOOK)],
    ['webhooks.update', 404, webhooks.update(WEBHOOK, {})],
    ['webhooks.delete', 404, webhooks.delete(WEBHOOK)],
    ['webhooks.listEventTypes', 200, webhooks.listEventTypes()],
    ['webhooks.listEvents', 404, webhooks.listEvents(WEBHOOK, pages)],
    ['webhooks.rotateSecret', 404, webhooks.rotateSecret(WEBHOOK, { body: {} } as Sent.WebhookRotateSecretParams)],
    ['webhooks.test', 404, webhooks.test(WEBHOOK, {})],
    ['webhooks.toggleStatus', 404, webhooks.toggleStatus(WEBHOOK, {})],
    ['contacts.list', 400, contacts.list(pages)],
    ['contacts.create', 200, contacts.create({ phone_number: '+12025551234' })],
    ['contacts.retrieve', 404, contacts.retrieve(UUID)],
    ['contacts.update', 404, contacts.update(UUID, {})],
    ['contacts.delete', 404, contacts.delete(UUID, { body: {} } as Sent.ContactDeleteParams)],
    ['templates.list', 400, templates.list(pages)],
    ['templates.create', 400, templates.create({} as Sent.TemplateCreateParams)],
    ['templates.retrieve', 404, templates.retrieve(UUID)],
    ['templates.update', 404, templates.update(UUID, {})],
    ['templates.delete', 404, templates.delete(UUID, {})],
    ['messages.send', 501, messages.send({})],
    ['messages.retrieveStatus', 501, messages.retrieveStatus(UUID)],
    ['messages.retrieveActivities', 501, messages.retrieveActivities(UUID)],
    ['numbers.lookup', 200, numbers.lookup('+12025551234')],
  ]
}

/** The operations of one part of the client, as it defines them. */
function operationsOf(name: string, resource: object): string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(resource))
    .filter((member) => member !== 'constructor')
    .map((member) => `${name}.${member}`)
}

test('every operation that the client has is called here', async () => {
  const client = new Sent({ baseURL: 'http://127.0.0.1:9', apiKey: 'none', logLevel: 'off', maxRetries: 0 })
  const { profiles, users, webhooks, me, contacts, templates, messages, numbers } = client
  const parts = { profiles, campaigns: profiles.campaigns, users, webhooks, me, contacts, templates, messages, numbers }
  const calls = everyCall(client)
  await Promise.allSettled(calls.map(([, , call]) => call))
  assert.deepEqual(
    calls.map(([name]) => name).toSorted(),
    Object.entries(parts)
      .flatMap(([name, resource]) => operationsOf(name, resource))
      .toSorted(),
  )
})

test('every operation of the client reaches a route, the unserved ones a 501, and none is sent twice', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const calls = everyCall(sdk(org.admin))
  const statuses = await Promise.all(
    calls.map(([name, , call]) =>
      call.then(
        () => `${name} 200`,
        (error: unknown) => `${name} ${error instanceof APIError ? error.status : String(error)}`,
      ),
    ),
  )
  assert.deepEqual(
    statuses,
    calls.map(([name, status]) => `${name} ${status}`),
  )
  await sleep(50)
  assert.equal(app.lines.filter((line) => line.includes('"event":"request"')).length, calls.length)
})

test('a profile is completed; once it is complete nothing is done', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const client = sdk(org.admin)
  const { id } = await completableProfile(org)
  const accepted = await client.profiles.complete(id, { webHookUrl: CALLBACK_URL })
  assert.equal(accepted.success, true)
  assert.equal(accepted.data?.message, 'Profile completion in progress')
  assert.equal((await settle(app, org.admin, id)).state, 'completed')
  const again = await client.profiles.complete(id, { webHookUrl: CALLBACK_URL })
  assert.equal(again.data?.status, 'completed')
  const bare = await org.profile()
  const error = await errorOf(client.profiles.complete(bare.id, { webHookUrl: CALLBACK_URL }))
  assert.ok(error instanceof BadRequestError)
  assert.ok('short_name' in (envelopeOf(error).error?.details ?? {}))
})
