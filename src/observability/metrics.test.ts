import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

const create = () => createMetrics({ version: '1.2.3', withProcess: false })

test('every counter appears under its name', async () => {
  const metrics = create()
  metrics.idempotency('replay')
  metrics.idempotency('abandoned')
  metrics.authFailed('revoked')
  metrics.rateLimited()
  metrics.loadShed('waiters')
  metrics.providerCalled('payments', 'timeout')
  for (const event of ['refused', 'full', 'opened'] as const) metrics.providerGuarded('carrier', event)
  metrics.callbackEvent('tcr', 'repeated')
  metrics.decryptFailed()
  metrics.cardLeakBlocked(2)
  metrics.logLineDropped()
  metrics.tenantViolated()
  metrics.outboxSeen({ pending: 3, oldestSeconds: 1.5 })
  const text = await metrics.render()
  const samples = [
    'letterhead_build_info{version="1.2.3",node="',
    'idempotency_requests_total{outcome="replay"} 1',
    'idempotency_abandoned_total 1',
    'auth_failures_total{reason="revoked"} 1',
    'rate_limited_total 1',
    'load_shed_total{reason="waiters"} 1',
    'provider_calls_total{provider="payments",outcome="timeout"} 1',
    'provider_calls_refused_total{provider="carrier",reason="breaker_open"} 1',
    'provider_calls_refused_total{provider="carrier",reason="bulkhead_full"} 1',
    'provider_breaker_open{provider="carrier"} 1',
    'callback_events_total{provider="tcr",outcome="repeated"} 1',
    'crypto_decrypt_failures_total 1',
    'card_leak_blocked_total 2',
    'log_lines_dropped_total 1',
    'tenant_violation_total 1',
    'outbox_pending 3',
    'outbox_oldest_seconds 1.5',
  ]
  for (const sample of samples) assert.ok(text.includes(`\n${sample}`), sample)
})

test('a request is counted by method, route template and class of status', async () => {
  const metrics = create()
  metrics.requestStarted()
  metrics.requestStarted()
  metrics.requestEnded({ method: 'PATCH', route: '/v3/profiles/:profileId', status: 204, seconds: 0.02 })
  const text = await metrics.render()
  const labels = 'method="PATCH",route="/v3/profiles/:profileId",status="2xx"'
  assert.ok(text.includes(`http_server_request_duration_seconds_count{${labels}} 1`))
  assert.ok(text.includes(`http_server_request_duration_seconds_bucket{le="0.01",${labels}} 0`))
  assert.ok(text.includes(`http_server_request_duration_seconds_bucket{le="0.025",${labels}} 1`))
  assert.ok(text.includes('http_server_active_requests 1'))
})

test('what a client makes up opens no series of its own', async () => {
  const metrics = create()
  for (let i = 0; i < 50; i++) {
    metrics.requestStarted()
    metrics.requestEnded({ method: `MADE${i}`, route: null, status: 404, seconds: 0.001 })
  }
  const text = await metrics.render()
  assert.ok(
    text.includes('http_server_request_duration_seconds_count{method="other",route="unmatched",status="4xx"} 50'),
  )
  assert.doesNotMatch(text, /MADE/)
})

test('the pool is read at each scrape', async () => {
  const metrics = create()
  let inUse = 2
  metrics.watchPool({ inUse: () => inUse, waiting: () => 5 })
  assert.match(await metrics.render(), /^db_pool_in_use 2$/m)
  inUse = 4
  assert.match(await metrics.render(), /^db_pool_in_use 4$/m)
  assert.match(await metrics.render(), /^db_pool_waiting 5$/m)
})

test('two servers in one process count apart, each with the lag of its event loop', async () => {
  const [one, other] = [createMetrics({ version: '1' }), createMetrics({ version: '1' })]
  one.rateLimited()
  assert.match(await one.render(), /^rate_limited_total 1$/m)
  assert.match(await other.render(), /^rate_limited_total 0$/m)
  assert.match(await one.render(), /^nodejs_eventloop_lag_seconds /m)
})
