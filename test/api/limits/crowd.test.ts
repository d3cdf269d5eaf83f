import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf, until } from '../../kit/tally.ts'

describe('more requests at a time than an instance works on', () => {
  let app: TestApp
  let org: TestOrganization
  let ids: string[]

  before(async () => {
    app = await testApp({ env: { REQUESTS_MAX: '2' } })
    app.expectErrors('request_failed')
    org = await app.organization()
    ids = [(await org.profile()).id, (await org.profile()).id]
  })
  after(() => app[Symbol.asyncDispose]())

  /** Two requests are inside and wait for a row each, while `work` is done. */
  async function whileFull<T>(work: () => Promise<T>): Promise<{ done: T; inside: string[] }> {
    await using holder = await ownerSession(app)
    await holder.query('begin')
    for (const id of ids) await holder.query(`select version from profiles where id = '${id}' for update`)
    const waiting = ids.map((id) => org.admin.patch(`/v3/profiles/${id}`, { description: 'Let in' }))
    await untilBlocked(app, 2)
    const done = await work()
    await holder.query('rollback')
    return { done, inside: (await Promise.all(waiting)).map(kindOf) }
  }

  test('one more is refused at once with 503 and Retry-After, and counted; those inside are answered, and their places are free', async () => {
    const { done, inside } = await whileFull(async () => {
      const startedMs = performance.now()
      const change = await org.admin.patch(`/v3/profiles/${ids[0]}`, { description: 'Too many' })
      const read = await org.admin.get('/v3/profiles')
      return { change, read, tookMs: performance.now() - startedMs }
    })
    assert.deepEqual(inside, ['200', '200'])
    assert.ok(done.tookMs < 1_000, `${done.tookMs} ms`)
    for (const reply of [done.change, done.read]) {
      assert.equal(kindOf(reply), '503 INTERNAL_005')
      assert.ok(Number(reply.headers['retry-after']) >= 1)
      assert.equal(reply.headers['x-request-id'], reply.json.meta.request_id)
    }
    assert.match(await app.app.context.metrics.render(), /letterhead_load_shed_total\{reason="requests"\} 2\n/)
    for (let round = 0; round < 4; round += 1) assert.equal((await org.admin.get('/v3/profiles')).status, 200)
    const { data } = await org.admin.get(`/v3/profiles/${ids[0]}`)
    assert.equal(data.description, 'Let in')
  })

  test('clients that never finish their requests take no place', async () => {
    const { hostname, port } = new URL(app.url)
    const head = `PATCH /v3/profiles/${ids[0]} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 9`
    const slow = Array.from({ length: 5 }, () => connect({ host: hostname, port: Number(port) }))
    for (const socket of slow) socket.write(`${head}\r\n\r\n{`)
    await sleep(300)
    assert.equal((await org.admin.get('/v3/profiles')).status, 200)
    for (const socket of slow) socket.destroy()
  })

  test('a client that sends several at once and goes away leaves no place taken', { timeout: 20_000 }, async () => {
    const { hostname, port } = new URL(app.url)
    const body = '{"description":"Gone"}'
    const change = [
      `PATCH /v3/profiles/${ids[0]} HTTP/1.1`,
      `host: ${hostname}`,
      `x-api-key: ${org.admin.apiKey}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ]
    for (let round = 0; round < 2; round += 1) {
      await using holder = await ownerSession(app)
      await holder.query('begin')
      await holder.query(`select version from profiles where id = '${ids[0]}' for update`)
      const socket = connect({ host: hostname, port: Number(port) })
      socket.write(`${change.join('\r\n')}\r\n\r\n${body}`.repeat(2))
      await untilBlocked(app, 2)
      socket.destroy()
      await holder.query('rollback')
    }
    const readBoth = () => Promise.all(ids.map((id) => org.admin.get(`/v3/profiles/${id}`)))
    await until('both places are free', async () => (await readBoth()).every(({ status }) => status === 200))
  })

  test('a request that nobody may serve is refused for what it is', async () => {
    const { done } = await whileFull(() => org.admin.get('/v3/profiles', { host: 'two hosts' }))
    assert.equal(kindOf(done), '400 REQUEST_400')
    assert.equal(done.headers.connection, 'close')
  })
})
