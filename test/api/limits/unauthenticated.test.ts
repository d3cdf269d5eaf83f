import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { newId } from '../../../src/contract/new-id.ts'
import { newKeyText } from '../../../src/contract/tokens/key-text.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { kindOf, until } from '../../kit/tally.ts'
import { exchange } from '../input/wire.ts'

/** What clients that have shown no valid key can take of a server, and that others lose nothing by it. */

const LENGTH = 125_000

function head(app: TestApp, method: string, path: string, headers: Record<string, string> = {}): string {
  const all = { host: new URL(app.url).host, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

const unfinished = (app: TestApp, method: string, path: string, headers: Record<string, string> = {}) =>
  head(app, method, path, { 'content-type': 'application/json', 'content-length': String(LENGTH), ...headers }) +
  'x'.repeat(LENGTH - 1)

function dial(app: TestApp): Socket {
  const { hostname, port } = new URL(app.url)
  return connect({ host: hostname, port: Number(port) }).on('error', () => {})
}

const isOpen = (socket: Socket) => !socket.destroyed && socket.readyState === 'open'

const shedOf = async (app: TestApp, reason: string) => {
  const text = await app.app.context.metrics.render()
  return Number(new RegExp(`letterhead_load_shed_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

test('A3: without a valid key no body is waited for: the answer comes at once, and the connection ends', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const path = `/v3/profiles/${(await org.profile()).id}`
  const wrong = newKeyText('live', org.id)
  const cases: [what: string, bytes: string, status: number, code: string][] = [
    ['no key', unfinished(app, 'PATCH', path), 401, 'AUTH_001'],
    ['an empty key', unfinished(app, 'POST', '/v3/profiles', { 'x-api-key': '' }), 401, 'AUTH_001'],
    ['a malformed key', unfinished(app, 'PATCH', path, { 'x-api-key': 'nonsense' }), 401, 'AUTH_002'],
    ['a key that opens nothing', unfinished(app, 'PATCH', path, { 'x-api-key': wrong }), 401, 'AUTH_002'],
    ['another media type', unfinished(app, 'PATCH', path, { 'content-type': 'text/plain' }), 415, 'REQUEST_415'],
    ['no such route', unfinished(app, 'POST', '/v3/nothing'), 404, 'REQUEST_404'],
    ['an operation that is not served', unfinished(app, 'POST', '/v3/messages'), 501, 'ROUTE_001'],
    ['a method that is not taken', unfinished(app, 'POST', '/v3/me'), 405, 'REQUEST_405'],
    ['a provider that nobody listens to', unfinished(app, 'POST', '/callbacks/meta'), 404, 'REQUEST_404'],
  ]
  const exchanges = await Promise.all(cases.map(([, bytes]) => exchange(app.url, [bytes], 2)))
  for (const [index, [what, , status, code]] of cases.entries()) {
    const { replies, isClosed } = exchanges[index] ?? { replies: [], isClosed: false }
    assert.deepEqual(
      replies.map((reply) => [reply.status, JSON.parse(reply.text).error.code]),
      [[status, code]],
      what,
    )
    assert.equal(isClosed, true, what)
  }
  assert.equal((await org.admin.patch(path, { description: 'Served' })).status, 200)
})

test('A3: who is refused and has sent all of its body keeps the connection', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const body = JSON.stringify({ description: 'Kept' })
  const change = (key: string) =>
    head(app, 'PATCH', `/v3/profiles/${id}`, {
      'x-api-key': key,
      'content-type': 'application/json',
      'content-length': String(body.length),
    }) + body
  const keys = [newKeyText('live', newId()), 'nonsense', org.admin.apiKey ?? '', newKeyText('live', org.id)]
  const { replies, isClosed } = await exchange(app.url, [keys.map(change).join('')], 4)
  assert.deepEqual(
    replies.map(({ status }) => status),
    [401, 401, 200, 401],
  )
  assert.equal(isClosed, false)
})

test('A3: a key is looked up when it is first used, and what it sends then is done; revoked, it is refused with its next request', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const key = await org.key(org.admin.userId ?? '')
  assert.equal((await key.patch(`/v3/profiles/${id}`, { description: 'First' })).status, 200)
  assert.equal((await key.get(`/v3/profiles/${id}`)).data.description, 'First')
  await app.sql('update api_keys set revoked_at = now() where id = $1', [key.keyId])
  for (let count = 0; count < 2; count += 1) {
    assert.equal(kindOf(await key.patch(`/v3/profiles/${id}`, { description: 'Late' })), '401 AUTH_002')
  }
  assert.equal((await org.admin.get(`/v3/profiles/${id}`)).data.description, 'First')
})

test('A3: a flood of wrong keys from one address takes no place of valid ones, and no connection brings more than sixteen at a time', async () => {
  await using app = await testApp({ env: { REQUESTS_MAX: '4', UNAUTHENTICATED_REQUESTS_MAX: '4' } })
  const { admin } = await app.organization()
  assert.equal((await admin.get('/v3/me')).status, 200)
  const guesses = () =>
    Array.from({ length: 100 }, () => head(app, 'GET', '/v3/me', { 'x-api-key': newKeyText('live', newId()) })).join('')
  let isOver = false
  const statuses: number[] = []
  const flood = async () => {
    while (!isOver) {
      const { replies, isClosed } = await exchange(app.url, [guesses()], 101)
      assert.ok(replies.length <= 17, `${replies.length} answers`)
      assert.equal(isClosed, true)
      statuses.push(...replies.map(({ status }) => status))
    }
  }
  const floods = Array.from({ length: 6 }, flood)
  const valid: string[] = []
  for (let count = 0; count < 100; count += 1) valid.push(kindOf(await admin.get('/v3/me')))
  isOver = true
  await Promise.all(floods)
  assert.deepEqual([...new Set(valid)], ['200'])
  assert.deepEqual(
    [...new Set(statuses)].sort(),
    [401, 429, 503].filter((status) => statuses.includes(status)),
  )
  assert.ok((await shedOf(app, 'pipelined')) > 0)
  assert.ok((await shedOf(app, 'unauthenticated')) > 0)
  assert.equal(await shedOf(app, 'requests'), 0)
})

test('A3: many requests that bring a key for the first time at once are all served', async () => {
  await using app = await testApp({ env: { UNAUTHENTICATED_REQUESTS_MAX: '2' } })
  const org = await app.organization()
  const key = await org.key(org.admin.userId ?? '')
  const replies = await Promise.all(Array.from({ length: 60 }, () => key.get('/v3/me')))
  assert.deepEqual([...new Set(replies.map(kindOf))], ['200'])
})

test('A3: of connections that show no key the oldest gives way; those with valid keys are as many as they like', async () => {
  await using app = await testApp({ env: { UNAUTHENTICATED_CONNECTIONS_PER_ADDRESS: '10' } })
  const { admin } = await app.organization()
  const ask = head(app, 'GET', '/v3/me', { 'x-api-key': admin.apiKey ?? '' })
  const served: Socket[] = []
  for (let count = 0; count < 40; count += 1) {
    const socket = dial(app)
    await new Promise<void>((resolve) => socket.once('data', () => resolve()).write(ask))
    served.push(socket)
  }
  const silent: Socket[] = []
  for (let count = 0; count < 15; count += 1) {
    const socket = dial(app)
    await new Promise((resolve) => socket.once('connect', resolve))
    silent.push(socket.resume())
  }
  await until('five gave way', async () => (await shedOf(app, 'connections')) === 5)
  await until('they are told', () => silent.filter(isOpen).length === 10)
  assert.deepEqual(silent.slice(0, 5).filter(isOpen), [], 'those that came first')
  assert.equal(served.filter(isOpen).length, 40)
  for (const socket of [...served, ...silent]) socket.destroy()
})

test('A3: connections of a trusted proxy are not counted, nor what comes together on one', async () => {
  await using app = await testApp({
    env: {
      UNAUTHENTICATED_CONNECTIONS_PER_ADDRESS: '10',
      TRUST_PROXY: '127.0.0.0/8',
      UNAUTHENTICATED_REQUESTS_MAX: '4',
    },
  })
  const sockets: Socket[] = []
  for (let count = 0; count < 20; count += 1) {
    const socket = dial(app)
    await new Promise((resolve) => socket.once('connect', resolve))
    sockets.push(socket.resume())
  }
  const asks = Array.from({ length: 40 }, (_, at) =>
    head(app, 'GET', '/v3/me', { 'x-api-key': 'nonsense', 'x-forwarded-for': `203.0.113.${at}` }),
  )
  const { replies, isClosed } = await exchange(app.url, [asks.join('')], 40)
  assert.deepEqual(
    [replies.length, new Set(replies.map(({ status }) => status)), isClosed],
    [40, new Set([401]), false],
  )
  assert.equal(sockets.filter(isOpen).length, 20)
  for (const socket of sockets) socket.destroy()
})

test('A3: bodies of one key that stay unfinished have a quarter of the room, and give way when they are slow', async () => {
  await using app = await testApp({ env: { BODIES_MAX_MIB: '1' } })
  const org = await app.organization()
  const other = await app.organization()
  const { id } = await org.profile()
  assert.equal((await org.admin.get('/v3/me')).status, 200)
  const key = { 'x-api-key': org.admin.apiKey ?? '' }
  const text = unfinished(app, 'PATCH', `/v3/profiles/${id}`, { ...key, 'content-length': '131000' })
  const answers: string[] = []
  const slow = Array.from({ length: 3 }, () =>
    dial(app)
      .setEncoding('latin1')
      .on('data', (chunk: string) => void answers.push(chunk.slice(0, 12))),
  )
  for (const socket of slow) socket.write(text)
  await until('there is no room for the third', () => answers.length === 1)
  assert.deepEqual(answers, ['HTTP/1.1 503'])
  assert.ok((await shedOf(app, 'bodies')) > 0)
  // Another customer has pool of its own.
  const profile = await other.profile()
  assert.equal((await other.admin.patch(`/v3/profiles/${profile.id}`, { description: 'Room' })).status, 200)
  const small = () => org.admin.patch(`/v3/profiles/${id}`, { description: 'x'.repeat(400) })
  await until('the slow give way', async () => (await small()).status === 200)
  await until('who gave way is told', () => answers.length === 2)
  assert.equal(answers[1], 'HTTP/1.1 408')
  for (const socket of slow) socket.destroy()
})
