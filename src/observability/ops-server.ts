import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answersFor, type HostPolicy } from '../contract/host.ts'
import type { Metrics } from './metrics.ts'
import type { ReadyReport } from './readiness.ts'

export interface OpsServerOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Names that it answers for, in lower case, beside those of this machine, `host` and every address. */
  allowedHosts: readonly string[]
  checks: { ready(): Promise<ReadyReport> }
  metrics: Pick<Metrics, 'render' | 'contentType'>
}

export interface OpsServer {
  host: string
  port: number
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>
}

interface HttpResponse {
  status: number
  type: string
  body: string
  headers?: Record<string, string>
}

/**
 * Health and metrics on a port of their own, without a key:
 *
 * - `/livez` is 200 while the event loop turns. It asks nobody, so that an outage elsewhere is no reason to restart.
 * - `/readyz` is 200 or 503 with each check, and names the providers that are simulated (decision 23).
 * - `/metrics` is Prometheus text.
 *
 * It asks for no key, so it answers for names that are its own only: a page in a browser on this machine could else read it
 * under a name of the page's that leads here (DNS rebinding).
 *
 * Rejects when the address cannot be listened on.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const hosts: HostPolicy = {
    names: ['localhost', options.host.toLowerCase(), ...options.allowedHosts],
    anyPort: true,
    anyAddress: true,
  }
  const server = createServer((request, response) => {
    // Only HTTP/1.0 has requests without a Host, and no browser speaks that.
    const { host } = request.headers
    if (host !== undefined && !answersFor(host, hosts)) {
      send(request, response, WRONG_HOST)
      return
    }
    answer(options, request).then(
      (found) => send(request, response, found),
      () => send(request, response, json(500, { status: 'error' })),
    )
  })
  server.headersTimeout = 5_000
  server.requestTimeout = 5_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port } = server.address() as AddressInfo
  return {
    host: address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const WRONG_HOST = json(421, {
  status: 'wrong_host',
  message: 'This port does not answer for that Host. Ask by address, or name the host in OPS_ALLOWED_HOSTS',
})

async function answer(options: OpsServerOptions, request: IncomingMessage): Promise<HttpResponse> {
  const path = (request.url ?? '').split('?')[0]
  if (path !== '/livez' && path !== '/readyz' && path !== '/metrics') return json(404, { status: 'not_found' })
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...json(405, { status: 'method_not_allowed' }), headers: { Allow: 'GET, HEAD' } }
  }
  if (path === '/livez') return json(200, { status: 'ok' })
  if (path === '/readyz') return readiness(options)
  return { status: 200, type: options.metrics.contentType, body: await options.metrics.render() }
}

async function readiness(options: OpsServerOptions): Promise<HttpResponse> {
  const report = await options.checks.ready()
  const words = (checks: Record<string, boolean>) =>
    Object.fromEntries(Object.entries(checks).map(([name, holds]) => [name, holds ? 'ok' : 'failed']))
  const providers = Object.entries(report.providers)
  return json(report.isReady ? 200 : 503, {
    status: report.isReady ? 'ready' : 'not_ready',
    checks: words(report.checks),
    providers: Object.fromEntries(providers.map(([port, provider]) => [port, provider.name])),
    simulated: providers.filter(([, provider]) => provider.isSimulated).map(([port]) => port),
  })
}

function json(status: number, body: object): HttpResponse {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}

function send(request: IncomingMessage, response: ServerResponse, found: HttpResponse): void {
  response.writeHead(found.status, {
    'Content-Type': found.type,
    'Content-Length': Buffer.byteLength(found.body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...found.headers,
  })
  response.end(request.method === 'HEAD' ? undefined : found.body)
}
