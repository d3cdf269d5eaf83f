import assert from 'node:assert/strict'
import { Resolver } from 'node:dns/promises'
import { test } from 'node:test'
import { resolveByServers, resolveBySystem } from './resolve.ts'

type Answers = () => Promise<string[]>
const nothing: Answers = () => Promise.reject(new Error('no such name'))

/** Asks with name servers that answer so, and tells for which names they were asked and how often all was called off. */
async function asked(name: string, v4: Answers, v6: Answers, ended = new AbortController()) {
  const { resolve4, resolve6, cancel } = Resolver.prototype
  const seen = { names: [] as string[], cancelled: 0 }
  const answering = (answers: Answers) => async (hostname: string) => {
    seen.names.push(hostname)
    return await answers()
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

test('the operating system knows this machine', async () => {
  const addresses = await resolveBySystem('localhost', new AbortController().signal)
  assert.ok(addresses.some((address) => address === '127.0.0.1' || address === '::1'))
})
