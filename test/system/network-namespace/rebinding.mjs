/**
 * Runs in a network of its own (`harness/namespace.mjs`): a server that calls webhooks, a receiver on an address that counts
 * as public, listeners on private ones, and a name server that says now one and now the other. The database is outside, and
 * reached by its socket.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FakeNames } from '../fakes/name-server.mjs'
import { Instance, repository } from '../harness/servers/instance.mjs'
import { listen } from '../harness/servers/network.mjs'
import { endAll, run } from '../harness/servers/processes.mjs'
import { send } from '../harness/traffic/http.mjs'
import { until } from '../harness/traffic/retry.mjs'

const { folder, env, alterations, databaseSocket, databaseUrl, key, webhooks, events } = JSON.parse(
  process.env.PROVE_TASK ?? '{}',
)

/** Of ranges that are the internet's; here they lead nowhere but to this network. Nobody listens on the second. */
const publicAddress = '45.33.10.20'
const silentAddress = '45.33.10.21'
const inner = ['127.0.0.1', '10.1.2.3', '192.168.7.7', '169.254.169.254', '::1', 'fd00::7']

/** Half of the answers let a delivery through. The others are private ones alone, before, behind, and beside what is dead. */
const answers = {
  v4: [
    [publicAddress],
    ['127.0.0.1'],
    [publicAddress],
    [publicAddress, '10.1.2.3'],
    [publicAddress],
    ['192.168.7.7', publicAddress],
    [publicAddress],
    [silentAddress, '10.1.2.3'],
    [publicAddress],
    ['169.254.169.254'],
  ],
  v6: [[], [], [], [], ['::1'], [], [], [], [], [], ['fd00::7'], [], []],
}

async function command(program, ...args) {
  const { code, stderr } = await run(program, args, { env: process.env })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code} ${stderr}`)
}

async function makeNetwork() {
  await command('ip', 'link', 'set', 'lo', 'up')
  for (const address of [publicAddress, silentAddress, ...inner.filter((one) => !['127.0.0.1', '::1'].includes(one))])
    await command('ip', 'address', 'add', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', 'lo')
  const resolvConf = join(folder, 'resolv.conf')
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n')
  await command('mount', '--bind', resolvConf, '/etc/resolv.conf')
}

/** Counts connections; the protocol does not matter. */
async function openListener(host) {
  const listener = { host, seen: 0 }
  const server = createServer((socket) => {
    listener.seen += 1
    socket.on('error', () => undefined)
    socket.destroy()
  })
  await new Promise((resolve, reject) =>
    server.once('error', reject).listen({ host, port: 443 }, () => resolve(undefined)),
  )
  return listener
}

/** The control: each listener sees who comes, so that none is overlooked. */
async function tryListeners(listeners) {
  for (const listener of listeners) {
    const socket = connect({ host: listener.host, port: 443 })
    socket.on('error', () => undefined)
    await until(() => listener.seen > 0, 5_000)
    socket.destroy()
  }
  const blind = listeners.filter(({ seen }) => seen !== 1).map(({ host }) => host)
  for (const listener of listeners) listener.seen = 0
  return blind
}

const tls = (name) => join(repository, 'test', 'fixtures', 'tls', name)

async function openReceiver() {
  const receiver = { ids: new Set() }
  const server = createTlsServer(
    { key: readFileSync(tls('receiver.key')), cert: readFileSync(tls('receiver.cert')) },
    (incoming, outgoing) => {
      receiver.ids.add(`${incoming.url} ${incoming.headers['webhook-id']}`)
      incoming.resume()
      outgoing.writeHead(204).end()
    },
  )
  await new Promise((resolve) => server.listen({ host: publicAddress, port: 443 }, () => resolve(undefined)))
  return receiver
}

/** The way to the database, which is outside. */
async function openDatabase() {
  const server = createServer((socket) => {
    const other = connect(databaseSocket)
    for (const [one, next] of [
      [socket, other],
      [other, socket],
    ]) {
      one.on('error', () => next.destroy())
      one.pipe(next)
    }
  })
  const url = new URL(databaseUrl)
  url.port = String(await listen(server))
  return url.href
}

async function deliver(instance) {
  for (let n = 0; n < webhooks; n += 1) {
    const body = {
      display_name: `Rebinding ${n}`,
      endpoint_url: `https://receiver.example/${n}`,
      event_types: ['profile'],
      retry_count: 1,
      timeout_seconds: 10,
    }
    const { status, text } = await send(instance.url, 'POST', '/v3/webhooks', { key, body })
    if (status !== 201) throw new Error(`no webhook: ${status} ${text}`)
  }
  for (let n = 0; n < events; n += 1) {
    const { status, text } = await send(instance.url, 'POST', '/v3/profiles', { key, body: { name: `Event ${n}` } })
    if (status !== 201) throw new Error(`no profile: ${status} ${text}`)
  }
}

async function main() {
  await makeNetwork()
  const listeners = await Promise.all(inner.map(openListener))
  const blind = await tryListeners(listeners)
  const receiver = await openReceiver()
  const names = await new FakeNames(answers).open(53)
  const instance = new Instance({
    name: 'inside',
    folder,
    alterations,
    env: { ...env, DATABASE_URL: await openDatabase(), NODE_EXTRA_CA_CERTS: tls('receiver.cert') },
  })
  await instance.startPatiently()
  await deliver(instance)
  // Each delivery asks once, and what failed is tried again in a minute.
  const isQuiet = () => names.asked.v4 >= webhooks * events && performance.now() - names.lastAt > 3_000
  await until(isQuiet, 50_000 + webhooks * events * 60)
  await sleep(500)
  const result = {
    blind,
    asked: names.asked.v4,
    delivered: receiver.ids.size,
    reached: listeners.filter(({ seen }) => seen > 0).map(({ host, seen }) => `${host} ${seen} times`),
    connections: listeners.reduce((sum, { seen }) => sum + seen, 0),
    wasAltered: readFileSync(instance.logPath, 'utf8').includes('prove: altered egress/exchange.js'),
  }
  console.log(`RESULT ${JSON.stringify(result)}`)
}

let code = 0
try {
  await main()
} catch (error) {
  console.error(error)
  code = 1
}
await endAll()
process.exit(code)
