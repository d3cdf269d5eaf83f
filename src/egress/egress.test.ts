import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../package-root.ts'
import { exchange } from './exchange.ts'
import { HOSTILE_NAMES, HOSTILE_URLS } from './hostile-urls.ts'
import { createEgress, type EgressPolicy, type Posted } from './index.ts'

const DEVELOPMENT: EgressPolicy = { allowsPrivate: true, ports: [443] }

interface Listening extends AsyncDisposable {
  port: number
  connections: number
}

async function listening<S extends Server | TcpServer>(server: S, host: string): Promise<Listening & { server: S }> {
  const sockets = new Set<Socket>()
  const held = {
    server,
    port: 0,
    connections: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  server.on('connection', (socket: Socket) => {
    held.connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  held.port = (server.address() as AddressInfo).port
  return held
}

const receiver = (answer: RequestListener) => listening(createServer(answer), '127.0.0.1')
const tcp = (onConnection: (socket: Socket) => void) => listening(createTcpServer(onConnection), '127.0.0.1')

function post(url: string, options: { timeoutMs?: number } = {}): Promise<Posted> {
  return createEgress({ policy: DEVELOPMENT }).post({
    url,
    headers: { 'content-type': 'application/json' },
    body: '{"a":"ä"}',
    timeoutMs: 5_000,
    ...options,
  })
}

const outcome = ({ durationMs: _, ...rest }: Posted) => rest
const failed = (reason: string) => ({ kind: 'failed', reason })

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

test('a POST arrives byte for byte on a connection of its own, and its status and Retry-After come back', async () => {
  const seen: { asked: string; headers: IncomingMessage['headers']; body: string }[] = []
  await using server = await receiver(async (request, response) => {
    seen.push({ asked: `${request.method} ${request.url}`, headers: request.headers, body: await read(request) })
    response.writeHead(503, { 'retry-after': '7', 'set-cookie': 'a=b' }).end('secret of the receiver')
  })
  for (let turn = 0; turn < 2; turn += 1) {
    const posted = await post(`http://127.0.0.1:${server.port}/hook?x=1`)
    assert.deepEqual(outcome(posted), { kind: 'answered', status: 503, retryAfter: '7' })
    assert.ok(posted.durationMs < 5_000)
  }
  assert.equal(server.connections, 2)
  assert.deepEqual(seen[0], seen[1])
  assert.equal(seen[0]?.asked, 'POST /hook?x=1')
  assert.equal(seen[0]?.body, '{"a":"ä"}')
  assert.deepEqual(Object.keys(seen[0]?.headers ?? {}).sort(), ['connection', 'content-length', 'content-type', 'host'])
  assert.equal(seen[0]?.headers.connection, 'close')
})

test('a redirect is an answer, and its target is never visited', async () => {
  await using target = await receiver((_request, response) => response.end())
  await using server = await receiver((_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end(),
  )
  assert.deepEqual(outcome(await post(`http://127.0.0.1:${server.port}/`)), {
    kind: 'answered',
    status: 307,
    retryAfter: null,
  })
  assert.equal(target.connections, 0)
})

test('no proxy of the environment is used', async () => {
  await using proxy = await receiver((_request, response) => response.end())
  await using server = await receiver((_request, response) => response.writeHead(204).end())
  const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy.port}`
  try {
    assert.equal((await post(`http://127.0.0.1:${server.port}/`)).kind, 'answered')
  } finally {
    for (const name of names) delete process.env[name]
  }
  assert.equal(proxy.connections, 0)
})

test('of a long answer 16 KiB are read, compressed or not, and the status counts', async () => {
  let written = 0
  await using server = await receiver((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const more = () => {
      while (written < 64 * 1024 * 1024 && !response.destroyed) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536))) return response.once('drain', more)
      }
      return response
    }
    more()
  })
  assert.deepEqual(outcome(await post(`http://127.0.0.1:${server.port}/`)), {
    kind: 'answered',
    status: 200,
    retryAfter: null,
  })
  assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken`)
})

test('one deadline covers a receiver that says nothing, sends headers byte by byte, or a body byte by byte', async () => {
  const drip = (socket: Socket, text: string) => {
    let at = 0
    const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 20)
    socket.on('close', () => clearInterval(timer))
  }
  await using silent = await tcp(() => {})
  await using slowHeaders = await tcp((socket) => drip(socket, `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(1_000)}`))
  await using slowBody = await tcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n')
    drip(socket, 'a')
  })
  for (const { port } of [silent, slowHeaders, slowBody]) {
    const posted = await post(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })
    assert.deepEqual(outcome(posted), failed('timeout'))
    assert.ok(posted.durationMs >= 290 && posted.durationMs < 2_000, `${posted.durationMs} ms`)
  }
})

test('a reset, no listener, half an answer, garbage, endless headers and an upgrade are failures with a word of our own', async () => {
  await using reset = await tcp((socket) => socket.resetAndDestroy())
  await using half = await tcp((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'))
  await using garbage = await tcp((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
  await using endless = await tcp((socket) => socket.write(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(40_000)}\r\n\r\n`))
  await using upgrade = await tcp((socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  )
  await using twoLengths = await tcp((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
  )
  const closed = await tcp(() => {})
  await closed[Symbol.asyncDispose]()
  const cases: [Listening, string][] = [
    [reset, 'connection_failed'],
    [half, 'connection_failed'],
    [garbage, 'bad_answer'],
    [endless, 'bad_answer'],
    [upgrade, 'bad_answer'],
    [twoLengths, 'bad_answer'],
    [closed, 'connection_failed'],
  ]
  for (const [{ port }, reason] of cases)
    assert.deepEqual(outcome(await post(`http://127.0.0.1:${port}/`)), failed(reason))
})

test('the receiver must prove its name, whatever the environment says about certificates', async () => {
  const fixture = (name: string) => readFileSync(join(packageRoot, 'test', 'fixtures', 'tls', name), 'utf8')
  const [key, cert] = [fixture('receiver.key'), fixture('receiver.cert')]
  const secure = createTlsServer({ key, cert }, (_request, response) => response.writeHead(204).end())
  await using server = await listening(secure as unknown as Server, '127.0.0.1')
  const resolve = async () => ['127.0.0.1']
  const request = { headers: {}, body: '{}', timeoutMs: 5_000 }
  const trusting = createEgress({ policy: DEVELOPMENT, resolve, ca: cert })
  const url = `https://receiver.example:${server.port}/`
  assert.equal((await trusting.post({ ...request, url })).kind, 'answered')
  assert.equal((await trusting.post({ ...request, url: `https://127.0.0.1:${server.port}/` })).kind, 'answered')
  assert.deepEqual(
    outcome(await trusting.post({ ...request, url: `https://other.example:${server.port}/` })),
    failed('tls_failed'),
  )
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    assert.deepEqual(
      outcome(await createEgress({ policy: DEVELOPMENT, resolve }).post({ ...request, url })),
      failed('tls_failed'),
    )
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  }
})

test('a name that does not resolve, or never does, is a failure within the deadline', async () => {
  const request = { url: 'https://hooks.example/', headers: {}, body: '{}', timeoutMs: 200 }
  const none = createEgress({ policy: DEVELOPMENT, resolve: () => Promise.reject(new Error('no such name')) })
  assert.deepEqual(outcome(await none.post(request)), failed('name_not_resolved'))
  const empty = createEgress({ policy: DEVELOPMENT, resolve: async () => [] })
  assert.deepEqual(outcome(await empty.post(request)), failed('name_not_resolved'))
  const never = createEgress({ policy: DEVELOPMENT, resolve: () => new Promise(() => {}) })
  assert.deepEqual(outcome(await never.post(request)), failed('timeout'))
})

test('what has ended leaves no timer behind, however long its deadline is', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const resolve = () => Promise.reject(new Error('no such name'))
  const egress = createEgress({ policy: DEVELOPMENT, resolve })
  const before = timers()
  await egress.post({ url: 'https://hooks.example/', headers: {}, body: '{}', timeoutMs: 60_000 })
  // A process that is asked to end would otherwise wait for the deadline of each request that it made.
  assert.equal(timers(), before)
})

test('where the first address of a name does not answer, the next one is dialled', async () => {
  await using server = await receiver((_request, response) => response.writeHead(204).end())
  const egress = createEgress({ policy: DEVELOPMENT, resolve: async () => ['::1', '127.0.0.1'] })
  const request = { url: `http://two.example:${server.port}/`, headers: {}, body: '', timeoutMs: 5_000 }
  assert.equal((await egress.post(request)).kind, 'answered')
})

test('a connection that was made where it must not be is ended before anything is sent', async () => {
  let sent = 0
  await using server = await receiver((_request, response) => {
    sent += 1
    response.end()
  })
  // A literal address, as if nobody had judged it before: Node asks no lookup for it.
  const url = new URL(`http://127.0.0.1:${server.port}/`)
  const literal = { kind: 'target', url, hostname: url.hostname, isLiteral: true, port: server.port } as const
  const request = { target: literal, resolve: async () => [], headers: {}, body: Buffer.from('{}') }
  const { signal } = new AbortController()
  assert.deepEqual(
    await exchange({ ...request, signal, policy: { allowsPrivate: false, ports: [443] } }),
    failed('address_refused'),
  )
  assert.equal(sent, 0)
  assert.equal((await exchange({ ...request, signal, policy: DEVELOPMENT })).kind, 'answered')
})

test('why an address would never be called is told without asking a name server', () => {
  const resolve = () => assert.fail('nobody is asked')
  const egress = createEgress({ policy: { allowsPrivate: false, ports: [443] }, resolve })
  assert.equal(egress.problemOf('https://hooks.example/'), null)
  assert.equal(egress.problemOf('http://hooks.example/'), 'must use https')
  assert.equal(egress.problemOf('hooks.example'), 'not_a_url')
})

/** Listens on every address of this machine, IPv4 and IPv6, and lets requests name its port. */
async function everywhere() {
  const server = await listening(
    createTcpServer((socket) => socket.end()),
    '::',
  )
  const policy: EgressPolicy = { allowsPrivate: false, ports: [server.port, 443] }
  return { server, policy }
}

test('no hostile URL leads to a connection', async () => {
  const { server, policy } = await everywhere()
  await using held = server
  assert.ok(HOSTILE_URLS.length + HOSTILE_NAMES.length >= 120, `${HOSTILE_URLS.length} URLs`)
  const egress = createEgress({ policy, resolve: async () => ['127.0.0.1'] })
  const request = { headers: {}, body: '{}', timeoutMs: 2_000 }
  for (const template of HOSTILE_URLS) {
    const url = template.replaceAll('{port}', String(held.port))
    assert.notEqual(egress.problemOf(url), null, url)
    assert.deepEqual(outcome(await egress.post({ ...request, url })), failed('address_refused'), url)
  }
  for (const [hostname, addresses] of HOSTILE_NAMES) {
    const named = createEgress({ policy, resolve: async () => addresses })
    const posted = await named.post({ ...request, url: `https://${hostname}:${held.port}/` })
    assert.deepEqual(outcome(posted), failed('address_refused'), hostname)
  }
  assert.equal(held.connections, 0)
  const control = createEgress({ policy: { ...policy, allowsPrivate: true } })
  await control.post({ ...request, url: `http://127.0.0.1:${held.port}/` })
  assert.equal(held.connections, 1, 'control: a connection would have been seen')
})

test('a name that changes its mind between two questions is dialled only where it was just looked at', async () => {
  const { server, policy } = await everywhere()
  await using held = server
  let asked = 0
  const answers = [
    ['192.0.2.1'],
    ['127.0.0.1'],
    ['::1', '192.0.2.1'],
    ['192.0.2.1', '127.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['10.0.0.1', '8.8.8.8'],
  ]
  const egress = createEgress({
    policy,
    resolve: async () => {
      asked += 1
      return answers[asked % answers.length] ?? []
    },
  })
  const posts = Array.from({ length: 1_000 }, () =>
    egress.post({ url: `https://rebinding.example:${held.port}/`, headers: {}, body: '{}', timeoutMs: 5_000 }),
  )
  for (const posted of await Promise.all(posts)) assert.deepEqual(outcome(posted), failed('address_refused'))
  assert.deepEqual([asked, held.connections], [1_000, 0])
})
