import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../kit/servers/app.ts'
import { FRAMING_CASES, type FramingCase } from './framing-cases.ts'
import { assertNoCors, assertRefusal } from './refusal.ts'
import { exchange, type WireReply } from './wire.ts'

/**
 * What the wire may bring (IN-2, IN-7, IN-8). Node's own words never reach a client: what its parser, its CONNECT and its
 * Expect handling would answer by themselves is answered with the envelope too. Two things are Node's alone: the interim
 * 100 Continue, and a body written behind an Upgrade request, which it drops.
 */

const CANARY = 'GET /v3/canary HTTP/1.1\r\nHost: localhost\r\n\r\n'
const AT_ONCE = 12

function assertAnswers({ name, statuses, ends, allow }: FramingCase, replies: WireReply[], sent: string): void {
  const expected = ends ? statuses : [...statuses, 404]
  assert.deepEqual(
    replies.map(({ status }) => status),
    expected,
    `${name}: ${replies.map(({ text }) => text).join('\n')}`,
  )
  for (const reply of replies) {
    if (reply.status >= 400) assertRefusal(reply, sent, name)
    else assertNoCors(reply, name)
  }
  assert.equal(replies[0]?.headers.allow, allow, name)
}

test('every malformed, doubtful or unserved request gets its exact refusal, and nothing behind a doubtful one is served', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  assert.ok(FRAMING_CASES.length >= 100)
  const run = async (framing: FramingCase) => {
    const bytes = framing.bytes
      .replaceAll('{path}', `/v3/profiles/${id}`)
      .replaceAll('{id}', id)
      .replaceAll('{key}', org.admin.apiKey ?? '')
    const { replies, rest, isClosed } = await exchange(app.url, [bytes, CANARY], framing.statuses.length + 1)
    assertAnswers(framing, replies, bytes)
    assert.equal(isClosed, framing.ends, `${framing.name}: the connection ${isClosed ? 'was closed' : 'stays open'}`)
    assert.equal(rest, '', framing.name)
  }
  for (let at = 0; at < FRAMING_CASES.length; at += AT_ONCE) {
    await Promise.all(FRAMING_CASES.slice(at, at + AT_ONCE).map(run))
  }
  const after = await org.admin.get(`/v3/profiles/${id}`)
  assert.equal(after.headers.etag, `"${id}.1"`, 'nothing was written')
  const active = /^http_server_active_requests (.+)$/m.exec(await app.app.context.metrics.render())?.[1]
  assert.equal(active, '0', 'every request has ended, also where its connection was cut')
})

test('HEAD is refused without a body, and says what is allowed', async () => {
  await using app = await testApp()
  const reply = await app.nobody.request('HEAD', '/v3/profiles')
  assert.deepEqual([reply.status, reply.headers.allow, reply.text], [405, 'GET, POST', ''])
})

test('a change before garbage is answered for itself, and made; a change behind a doubtful request is not made', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const change = (name: string) => {
    const body = JSON.stringify({ name })
    return (
      `PATCH /v3/profiles/${id} HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${org.admin.apiKey}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
  }
  const nameNow = async () => (await org.admin.get(`/v3/profiles/${id}`)).data.name

  const before = await exchange(app.url, [`${change('First')}\0garbage\r\n\r\n`], 3)
  assert.deepEqual(
    before.replies.map(({ status }) => status),
    [200, 400],
  )
  assert.equal(before.isClosed, true)
  assert.equal(await nameNow(), 'First')

  const doubtful = `GET /v3/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`
  const behind = await exchange(app.url, [`${doubtful}${change('Second')}`], 3)
  assert.deepEqual(
    behind.replies.map(({ status }) => status),
    [400],
  )
  assert.equal(await nameNow(), 'First')
})

test('a wish to speak another protocol is passed over, and the connection stays usable', async () => {
  await using app = await testApp()
  for (const protocol of ['websocket', 'h2c', 'TLS/1.2']) {
    const wish = `GET /v3/me HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`
    const { replies, isClosed } = await exchange(app.url, [wish], 1)
    assert.deepEqual([replies.map(({ status }) => status), isClosed], [[401], false], protocol)
  }
})

test('no origin is ever let in: a preflight needs no key and tells nothing', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const origin = { origin: 'https://other.example.com', 'access-control-request-method': 'PATCH' }
  const replies = [
    await app.nobody.request('OPTIONS', `/v3/profiles/${id}`, { headers: origin }),
    await app.nobody.request('OPTIONS', '/v3/none', { headers: origin }),
    await org.admin.get(`/v3/profiles/${id}`, origin),
    await org.admin.patch(`/v3/profiles/${id}`, {}, origin),
    await org.admin.delete(`/v3/profiles/${id}`, undefined, origin),
  ]
  assert.deepEqual(
    replies.map(({ status }) => status),
    [405, 404, 200, 200, 204],
  )
  for (const reply of replies) assertNoCors(reply, String(reply.status))
})
