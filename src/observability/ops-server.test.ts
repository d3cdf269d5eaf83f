import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createMetrics } from './metrics.ts'
import { startOpsServer } from './ops-server.ts'
import type { ReadyReport } from './readiness.ts'

const ready: ReadyReport = {
  isReady: true,
  checks: { database: true },
  providers: { payments: { name: 'stripe', isSimulated: false }, whatsapp: { name: 'simulator', isSimulated: true } },
}

async function start(t: TestContext, check: () => Promise<ReadyReport> = async () => ready) {
  const metrics = createMetrics({ version: '1', withProcess: false })
  const server = await startOpsServer({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: ['metrics.example', 'scrape.example:9090'],
    checks: { ready: check },
    metrics,
  })
  t.after(() => server.close())
  return {
    server,
    get: (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init),
  }
}

test('/livez is 200 whatever else is broken', async (t) => {
  const { get } = await start(t, () => Promise.reject(new Error('down')))
  const response = await get('/livez')
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { status: 'ok' })
})

test('/readyz says each check and names what is simulated', async (t) => {
  const { get } = await start(t)
  const response = await get('/readyz?verbose')
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.deepEqual(await response.json(), {
    status: 'ready',
    checks: { database: 'ok' },
    providers: { payments: 'stripe', whatsapp: 'simulator' },
    simulated: ['whatsapp'],
  })
})

test('/readyz is 503 when a check fails, and no success when the checks themselves break', async (t) => {
  const failed = await start(t, async () => ({ ...ready, isReady: false, checks: { database: false } }))
  const response = await failed.get('/readyz')
  assert.equal(response.status, 503)
  const body = (await response.json()) as { status: string; checks: unknown }
  assert.deepEqual([body.status, body.checks], ['not_ready', { database: 'failed' }])
  const broken = await start(t, () => Promise.reject(new Error('planted')))
  const answer = await broken.get('/readyz')
  assert.equal(answer.status, 500)
  assert.doesNotMatch(await answer.text(), /planted/)
})

test('/metrics is Prometheus text', async (t) => {
  const { get } = await start(t)
  const response = await get('/metrics')
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(await response.text(), /^# TYPE http_server_request_duration_seconds histogram$/m)
})

test('E13: it answers for names of its own and for addresses, and under no name that a page brings along', async (t) => {
  const { server } = await start(t)
  const ask = (path: string, host: string | null, version = '1.1') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: server.port })
      let text = ''
      socket.setEncoding('latin1').on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text)).on('error', reject)
      const named = host === null ? '' : `Host: ${host}\r\n`
      socket.write(`GET ${path} HTTP/${version}\r\n${named}Connection: close\r\n\r\n`)
    })
  const own = [
    'localhost',
    `LOCALHOST:${server.port}`,
    '127.0.0.1',
    '[::1]:9999',
    '10.2.3.4:9090',
    'metrics.example:80',
  ]
  for (const host of [...own, 'scrape.example:9090']) {
    assert.match(await ask('/livez', host), /^HTTP\/1\.1 200 /, host)
  }
  for (const host of [
    'rebound.example',
    `rebound.example:${server.port}`,
    'localhost.rebound.example',
    'scrape.example',
    '',
  ]) {
    for (const path of ['/livez', '/readyz', '/metrics', '/other']) {
      const text = await ask(path, host)
      assert.match(text, /^HTTP\/1\.1 421 /, `${path} under ${host}`)
      assert.doesNotMatch(text, /http_server|simulat/)
    }
  }
  // Probes that speak HTTP/1.0 send none.
  assert.match(await ask('/livez', null, '1.0'), /^HTTP\/1\.1 200 /)
})

test('any other path is 404, any other method 405, and HEAD has no body', async (t) => {
  const { get } = await start(t)
  assert.equal((await get('/')).status, 404)
  assert.equal((await get('/v3/profiles')).status, 404)
  const post = await get('/livez', { method: 'POST' })
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
  const head = await get('/metrics', { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

test('a taken port refuses the start, and a closed server frees its port', async (t) => {
  const { server } = await start(t)
  const again = () =>
    startOpsServer({
      host: '127.0.0.1',
      port: server.port,
      allowedHosts: [],
      checks: { ready: async () => ready },
      metrics: createMetrics({ version: '1', withProcess: false }),
    })
  await assert.rejects(again, { code: 'EADDRINUSE' })
  await server.close()
  const second = await again()
  assert.equal(second.port, server.port)
  await second.close()
})
