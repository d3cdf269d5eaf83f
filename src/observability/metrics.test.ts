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
    'letterhead_idempotency_requests_total{outcome="replay"} 1',
    'letterhead_idempotency_abandoned_total 1',
    'letterhead_auth_failures_total{reason="revoked"} 1',
    'letterhead_rate_limited_total 1',
    'letterhead_load_shed_total{reason="waiters"} 1',
    'letterhead_provider_calls_total{provider="payments",outcome="timeout"} 1',
    'letterhead_provider_calls_refused_total{provider="carrier",reason="breaker_open"} 1',
    'letterhead_provider_calls_refused_total{provider="carrier",reason="bulkhead_full"} 1',
    'letterhead_provider_breaker_open{provider="carrier"} 1',
    'letterhead_callback_events_total{provider="tcr",outcome="repeated"} 1',
    'letterhead_crypto_decrypt_failures_total 1',
    'letterhead_card_leak_blocked_total 2',
    'letterhead_log_lines_dropped_total 1',
    'letterhead_tenant_violation_total 1',
    'letterhead_outbox_pending 3',
    'letterhead_outbox_oldest_seconds 1.5',
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
  assert.match(await metrics.render(), /^letterhead_db_pool_in_use 2$/m)
  inUse = 4
  assert.match(await metrics.render(), /^letterhead_db_pool_in_use 4$/m)
  assert.match(await metrics.render(), /^letterhead_db_pool_waiting 5$/m)
})

test('two servers in one process count apart, each with the lag of its event loop', async () => {
  const [one, other] = [createMetrics({ version: '1' }), createMetrics({ version: '1' })]
  one.rateLimited()
  assert.match(await one.render(), /^letterhead_rate_limited_total 1$/m)
  assert.match(await other.render(), /^letterhead_rate_limited_total 0$/m)
  assert.match(await one.render(), /^nodejs_eventloop_lag_seconds /m)
})

test('E8: each series has our prefix, and for this release its old name too with the same values', async () => {
  const metrics = createMetrics({ version: '1' })
  metrics.outboxSeen({ pending: 3, oldestSeconds: 1.5 })
  metrics.providerCalled('payments', 'timeout')
  metrics.watchPool({ inUse: () => 2, waiting: () => 5 })
  metrics.requestStarted()
  metrics.requestEnded({ method: 'GET', route: '/v3/profiles', status: 200, seconds: 0.01 })
  const text = await metrics.render()
  const families = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name)
  assert.equal(new Set(families).size, families.length, 'no family is declared twice')
  const ours = families.filter((name) => name.startsWith('letterhead_') && name !== 'letterhead_build_info')
  assert.equal(ours.length, 20)
  const samples = (name: string) => text.split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line))
  for (const name of ours) {
    const old = name.slice('letterhead_'.length)
    assert.deepEqual(
      samples(old),
      samples(name).map((line) => line.slice('letterhead_'.length)),
      name,
    )
    assert.match(text, new RegExp(`^# HELP ${old} Old name of ${name}\\.$`, 'm'))
  }
  assert.deepEqual(samples('outbox_pending'), ['outbox_pending 3'])
  assert.deepEqual(samples('db_pool_waiting'), ['db_pool_waiting 5'])
  const old = ours.map((name) => name.slice('letterhead_'.length))
  const others = families.filter((name) => !ours.includes(name) && !old.includes(name))
  for (const name of others) assert.match(name, /^(letterhead_build_info|(process|nodejs|http_server)_\w+)$/)
})
