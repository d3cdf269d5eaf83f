import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { openTelemetry } from '../../src/observability/open-telemetry.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { aBillingContact, aBrand, aCard } from '../kit/builders/requests.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const ATTRIBUTES = [
  'db.query.summary',
  'db.system.name',
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'letterhead.job',
  'letterhead.operation',
  'letterhead.outcome',
  'letterhead.provider',
]

describe('spans', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    provider.register()
    app = await testApp({ trace: openTelemetry('0.0.0') })
    org = await app.organization()
    // The first use of a key is noted beside its request, and would end among the spans of the next one.
    await org.profile()
    while (!exporter.getFinishedSpans().some(({ name }) => name === 'touch_api_key')) await sleep(5)
  })
  after(async () => {
    await app[Symbol.asyncDispose]()
    await provider.shutdown()
  })

  async function spansOf(work: () => Promise<unknown>): Promise<ReadableSpan[]> {
    exporter.reset()
    await work()
    return exporter.getFinishedSpans()
  }

  const pay = (id: string, traceparent: string) =>
    org.admin.patch(
      `/v3/profiles/${id}`,
      { billing_model: 'profile', billing_contact: aBillingContact(), payment_details: aCard(), brand: aBrand() },
      { traceparent, 'idempotency-key': 'traced' },
    )

  test('a request is a span of its caller, and its statements and calls to providers are spans of it', async () => {
    const { id } = await org.profile()
    const spans = await spansOf(async () => {
      assert.equal((await pay(id, `00-${TRACE}-${CALLER}-01`)).status, 200)
    })
    const request = spans.find(({ kind }) => kind === SpanKind.SERVER)
    assert.equal(request?.name, 'PATCH /v3/profiles/:profileId')
    assert.equal(request?.parentSpanContext?.spanId, CALLER)
    assert.deepEqual(request?.attributes, {
      'http.request.method': 'PATCH',
      'http.route': '/v3/profiles/:profileId',
      'letterhead.operation': 'updateProfile',
      'http.response.status_code': 200,
    })
    const within = spans.filter((span) => span.parentSpanContext?.spanId === request?.spanContext().spanId)
    assert.ok(within.some(({ name }) => name === 'admit_updateProfile'))
    const payments = within.filter(({ name }) => name === 'payments')
    assert.ok(payments.length > 0)
    for (const { attributes } of payments) {
      assert.deepEqual(attributes, { 'letterhead.provider': 'simulator', 'letterhead.outcome': 'done' })
    }
    for (const span of spans) assert.equal(span.spanContext().traceId, TRACE, span.name)
  })

  test('nothing of a body, a key or an address is in a span', async () => {
    const { id } = await org.profile()
    const spans = await spansOf(() => pay(id, 'not one'))
    const said = JSON.stringify(spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]))
    const secrets = [aCard().card_number, aCard().cvc, aBillingContact().email, aBrand().contact.name, org.admin.apiKey]
    assert.ok(secrets.every((secret) => typeof secret === 'string' && secret !== ''))
    for (const secret of secrets) assert.ok(!said.includes(String(secret)), String(secret))
    const names = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)))
    assert.deepEqual(
      [...names].filter((name) => !ATTRIBUTES.includes(name)),
      [],
    )
  })

  test('a refusal is no error of the server, a failure is one and says its class alone', async () => {
    const refused = await spansOf(() => org.admin.get(`/v3/profiles/${org.id}`))
    const [request] = refused.filter(({ kind }) => kind === SpanKind.SERVER)
    assert.equal(request?.attributes['http.response.status_code'], 404)
    assert.equal(request?.status.code, SpanStatusCode.UNSET)

    app.expectErrors('request_failed')
    const failed = await spansOf(async () => {
      await app.sql('alter table profile_history rename to profile_history_away')
      try {
        const { id } = await org.profile().catch(() => ({ id: org.id }))
        assert.equal(id, org.id, 'the profile cannot be made')
      } finally {
        await app.sql('alter table profile_history_away rename to profile_history')
      }
    })
    const broken = failed.find(({ kind }) => kind === SpanKind.SERVER)
    assert.equal(broken?.attributes['http.response.status_code'], 500)
    assert.equal(broken?.status.code, SpanStatusCode.ERROR)
    const statement = failed.find(({ attributes }) => attributes['error.type'] !== undefined)
    assert.deepEqual(statement?.status, { code: SpanStatusCode.ERROR })
    assert.deepEqual(statement?.events, [])
  })

  test('a job is a span of its own, and what it does are spans of it', async () => {
    const invited = { email: 'traced@example.com', name: 'Traced', role: 'developer' }
    assert.equal((await org.admin.post('/v3/users', invited)).status, 201)
    const spans = await spansOf(() => app.app.jobs.runDue())
    const job = spans.find(({ kind }) => kind === SpanKind.CONSUMER)
    assert.equal(job?.name, 'send_invitation')
    const mail = spans.find(({ name }) => name === 'mail')
    assert.equal(mail?.parentSpanContext?.spanId, job?.spanContext().spanId)
  })
})
