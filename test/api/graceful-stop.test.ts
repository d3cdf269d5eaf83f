import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { aBillingContact, aCard } from '../kit/builders/requests.ts'
import { testApp } from '../kit/servers/app.ts'

const SLOW_CARD = '4000000000003006'

test('a server that is told to stop answers what runs, asks for the connection to close, and takes nothing new', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const profile = await org.profile()
  const running = org.admin.patch(`/v3/profiles/${profile.id}`, {
    name: 'Changed while stopping',
    billing_model: 'profile',
    billing_contact: aBillingContact(),
    payment_details: { ...aCard(), card_number: SLOW_CARD },
  })
  await sleep(500)
  let isClosed = false
  const closing = app.app.close().then(() => {
    isClosed = true
  })
  assert.equal(app.app.isDraining(), true)
  // Connections that were made by now are still taken in, one in each turn of the event loop.
  const asked = () => org.admin.at(app.url).request('GET', '/v3/me', { headers: { connection: 'close' } })
  const refusal = async (): Promise<string> => {
    for (let tries = 0; tries < 50; tries += 1) {
      const error = await asked().then(
        () => null,
        (cause: unknown) => cause,
      )
      if (error !== null) return String(error)
      await sleep(50)
    }
    return 'still answered'
  }
  assert.match(await refusal(), /ECONNREFUSED|ECONNRESET/)
  assert.equal(isClosed, false, 'the stop waits for the request that runs')
  const reply = await running
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.connection, 'close')
  await closing
  const [row] = await app.sql<{ name: string }>('select name from profiles where id = $1', [profile.id])
  assert.equal(row?.name, 'Changed while stopping')
})

test('while it drains it takes requests, on kept and on new connections, and asks each client to go elsewhere', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const agent = new Agent({ keepAlive: true })
  const ask = (kept: Agent | undefined) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        headers: { 'x-api-key': org.admin.apiKey ?? '' },
        ...(kept === undefined ? {} : { agent: kept }),
      }
      get(`${app.url}/v3/me`, options, (reply) => reply.resume().on('end', () => resolve(reply))).on('error', reject)
    })
  const before = await ask(agent)
  assert.deepEqual([before.statusCode, before.headers.connection], [200, 'keep-alive'])
  app.app.drain()
  assert.equal(app.app.isDraining(), true)
  for (const kept of [agent, undefined, agent, undefined]) {
    const reply = await ask(kept)
    assert.deepEqual([reply.statusCode, reply.headers.connection], [200, 'close'])
  }
  await app.app.close()
  await assert.rejects(ask(undefined), /ECONNREFUSED|ECONNRESET/)
  agent.destroy()
})

/** Connects and sends requests from a thread of its own, while the server's thread stands still. */
const CLIENT = `
  const { workerData, parentPort } = require('node:worker_threads')
  const { connect } = require('node:net')
  const { port, count, signal } = workerData
  const answers = []
  let sent = 0
  for (let n = 0; n < count; n += 1) {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    const end = () => { if (answers.push(text.slice(9, 12)) === count) parentPort.postMessage(answers) }
    socket.setEncoding('latin1').on('data', (chunk) => { text += chunk }).on('error', () => {}).on('close', end)
    socket.write('GET /v3/me HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n', () => {
      sent += 1
      if (sent === count) { Atomics.store(signal, 0, 1); Atomics.notify(signal, 0) }
    })
  }`

test('a request that was sent and not yet read when the stop began is answered', async () => {
  await using app = await testApp()
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const port = Number(new URL(app.url).port)
  const client = new Worker(CLIENT, { eval: true, workerData: { port, count: 20, signal } })
  assert.notEqual(Atomics.wait(signal, 0, 0, 10_000), 'timed-out')
  const closing = app.app.close()
  const [answers] = await once(client, 'message')
  assert.deepEqual(
    (answers as string[]).filter((status) => status !== '401'),
    [],
  )
  await closing
})

const SILENT: [says: string, bytes: string][] = [
  ['that never sends a byte', ''],
  ['with half a header', 'PATCH /v3/profiles HTTP/1.1\r\nHost: a\r\nConten'],
  [
    'with half a body',
    'PATCH /v3/profiles/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  ],
]
for (const [says, bytes] of SILENT) {
  test(`a connection ${says} does not hold the stop`, async () => {
    await using app = await testApp()
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.on('error', () => undefined)
    if (bytes !== '') socket.write(bytes)
    await sleep(200)
    const startedMs = performance.now()
    await app.app.close()
    assert.ok(performance.now() - startedMs < 4_000, `closed after ${Math.round(performance.now() - startedMs)} ms`)
  })
}
