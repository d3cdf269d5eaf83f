import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newSigningSecret } from '../../src/contract/tokens/signing-secret.ts'
import { type Signing, signedHeaders } from '../../src/resources/webhooks/signature.rules.ts'
import { type Block, blocksOf, documentPages, isReceiver, readPage } from './document-blocks.ts'
import { INTERPRETERS, isInstalled, workFolder, writeProgram } from './document-session.ts'

/** Each receiver that a page shows is started and gets deliveries, signed as the server signs them and otherwise. */

const START_MS_MAX = 60_000
const receivers = documentPages().flatMap((page) => blocksOf(page, readPage(page)).filter(isReceiver))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

interface Running extends AsyncDisposable {
  url: string
  printed(): string
}

async function start(block: Block, secret: string): Promise<Running> {
  const folder = workFolder()
  const port = await freePort()
  const child = spawn(INTERPRETERS[block.language] as string, [writeProgram(folder.path, block)], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '', HOME: folder.path, WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const take = (chunk: Buffer) => {
    printed += chunk.toString('utf8')
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const running = {
    url: `http://127.0.0.1:${port}/hook`,
    printed: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      folder[Symbol.dispose]()
    },
  }
  const until = Date.now() + START_MS_MAX
  while (child.exitCode === null && Date.now() < until) {
    if (await answers(running.url)) return running
    await sleep(50)
  }
  await running[Symbol.asyncDispose]()
  throw new Error(`the receiver does not listen:\n${printed}`)
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'POST', body: '{}' })
    return true
  } catch {
    return false
  }
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers, body })
  await response.arrayBuffer()
  return response.status
}

for (const block of receivers) {
  test(`the receiver of ${block.page}, line ${block.line}, takes what the server signs, once, and nothing else`, async (t) => {
    const command = INTERPRETERS[block.language] ?? ''
    if (!isInstalled(command)) {
      t.diagnostic(`it was not run: ${command} is not installed`)
      return
    }
    const [secret, other] = [newSigningSecret(), newSigningSecret()]
    const body = '{"field":"profile","sub_type":"profile.updated","payload":{"profile_id":"p","note":"ä"}}'
    const signing: Omit<Signing, 'eventId'> = {
      endpointId: 'endpoint',
      field: 'profile',
      body,
      secret,
      previousSecret: null,
      at: new Date(),
    }
    const signed = (eventId: string, changes: Partial<Signing> = {}) =>
      signedHeaders({ ...signing, ...changes, eventId })
    await using receiver = await start(block, secret)
    const { url } = receiver

    assert.equal(await post(url, signed('first'), body), 204)
    assert.equal(await post(url, signed('first'), body), 204, 'a repetition is answered with success')
    assert.equal(await post(url, signed('rotated', { secret: other, previousSecret: secret }), body), 204)
    assert.equal(await post(url, signed('new', { previousSecret: other }), body), 204)

    assert.equal(await post(url, signed('foreign', { secret: other }), body), 401)
    assert.equal(await post(url, signed('changed'), `${body} `), 401)
    for (const seconds of [-302, 302])
      assert.equal(await post(url, signed('late', { at: new Date(Date.now() + seconds * 1000) }), body), 401)
    const { 'webhook-signature': _signature, ...unsigned } = signed('unsigned')
    assert.equal(await post(url, unsigned, body), 401)
    assert.equal(await post(url, { ...unsigned, 'webhook-signature': 'v1,' }, body), 401)
    const { 'webhook-timestamp': _time, ...timeless } = signed('timeless')
    assert.equal(await post(url, timeless, body), 401)

    const handled = [...receiver.printed().matchAll(/^handled (\S+)/gm)].map(([, id]) => id)
    assert.deepEqual(handled, ['first', 'rotated', 'new'], receiver.printed())
  })
}

test('the pages show a receiver in three languages', () => {
  assert.deepEqual([...new Set(receivers.map(({ language }) => language))].sort(), ['java', 'js', 'py'])
})
