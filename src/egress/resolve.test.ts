import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { resolveByServers, resolveBySystem } from './resolve.ts'

type Answers = (this: Resolver) => Promise<string[]>
const nothing: Answers = () => Promise.reject(new Error('no such name'))

/** Asks with name servers that answer so, and tells for which names they were asked and how often all was called off. */
async function asked(name: string, v4: Answers, v6: Answers, ended = new AbortController()) {
  const { resolve4, resolve6, cancel } = Resolver.prototype
  const seen = { names: [] as string[], cancelled: 0 }
  const answering = (answers: Answers) =>
    async function (this: Resolver, hostname: string) {
      seen.names.push(hostname)
      return await answers.call(this)
    }
  Object.assign(Resolver.prototype, {
    resolve4: answering(v4),
    resolve6: answering(v6),
    cancel: () => {
      seen.cancelled += 1
    },
  })
  try {
    const addresses = await resolveByServers(name, ended.signal)
    ended.abort()
    return { addresses, seen }
  } catch (error) {
    return { error, seen }
  } finally {
    Object.assign(Resolver.prototype, { resolve4, resolve6, cancel })
  }
}

const V4 = async () => ['192.0.2.1', '192.0.2.2']
const V6 = async () => ['2001:db8::1']

test('a name has the addresses of both families, or of the one that answers', async () => {
  const both = await asked('hooks.example', V4, V6)
  assert.deepEqual(both.addresses, ['192.0.2.1', '192.0.2.2', '2001:db8::1'])
  assert.deepEqual(both.seen, { names: ['hooks.example', 'hooks.example'], cancelled: 0 })
  assert.deepEqual((await asked('a.example', V4, nothing)).addresses, ['192.0.2.1', '192.0.2.2'])
  assert.deepEqual((await asked('a.example', nothing, V6)).addresses, ['2001:db8::1'])
})

test('a name without any address is a failure', async () => {
  for (const none of [nothing, async () => []]) {
    const { error, addresses } = await asked('a.example', none, none)
    assert.equal(addresses, undefined)
    assert.equal((error as Error).message, 'the name has no address')
  }
})

test('who asked may call the questions off, and is not listened to afterwards', async () => {
  const ended = new AbortController()
  const abort: Answers = async () => {
    ended.abort()
    throw new Error('cancelled')
  }
  assert.equal((await asked('a.example', abort, nothing, ended)).seen.cancelled, 1)
  assert.equal((await asked('a.example', V4, V6)).seen.cancelled, 0)
})

/** A name server that points every question to TCP, where it hangs up on each: it fails at once, and not after seconds. */
async function hangingUp() {
  const seen = { questions: 0 }
  const server = createServer((socket) => {
    seen.questions += 1
    socket.on('error', () => {})
    socket.once('data', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve))
  udp.on('message', (question, { port: from, address }) => {
    const truncated = Buffer.from(question)
    truncated.writeUInt8(truncated.readUInt8(2) | 0x82, 2)
    udp.send(truncated, from, address)
  })
  const end = () => new Promise<void>((resolve) => udp.close(() => server.close(() => resolve())))
  return { seen, address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: end }
}

test('a name server that gives no answer is asked three times and no more', async () => {
  // Each further question to a silent one takes twice as long as the one before, out of the one deadline.
  await using server = await hangingUp()
  const resolve4 = Resolver.prototype.resolve4 as (this: Resolver, hostname: string) => Promise<string[]>
  const { error } = await asked(
    'a.example',
    async function (this: Resolver) {
      this.setServers([server.address])
      return await resolve4.call(this, 'a.example')
    },
    nothing,
  )
  assert.equal((error as Error).message, 'the name has no address')
  assert.equal(server.seen.questions, 3)
})

test('the operating system knows this machine', async () => {
  const addresses = await resolveBySystem('localhost', new AbortController().signal)
  assert.ok(addresses.some((address) => address === '127.0.0.1' || address === '::1'))
})
