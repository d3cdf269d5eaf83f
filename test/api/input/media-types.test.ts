import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../kit/servers/app.ts'
import { assertRefusal } from './refusal.ts'

/** Which forms of a request and of an answer are spoken (IN-4, decision 13). */

const TAKEN = [
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON;charset="UTF-8"',
  'application/json;',
  'application/json; charset=utf8',
  'application/json; charset="UTF8"',
  'application/json; charset=us-ascii',
  'application/json; q=1',
  'application/json; version=1; charset=utf-8',
  'application/json; profile="https://example.com/a;b"',
]
const MERGE = [
  'application/merge-patch+json',
  'application/merge-patch+json; charset=utf-8',
  'application/merge-patch+json; charset=UTF8; v=2',
]
const NOT_TAKEN = [
  'text/plain',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json-patch+json',
  'application/vnd.api+json',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; charset=utf-16',
  'application/json; charset',
  'application/merge-patch+json; charset=latin1',
  'application/json, application/json',
  'application/json x',
  'application',
  'json',
  '*/*',
  ';;',
  '',
]

test('a body is taken as JSON in UTF-8, with PATCH also as a merge patch, and as nothing else', async () => {
  await using app = await testApp()
  const { admin, profile } = await app
    .organization()
    .then((org) => ({ admin: org.admin, profile: () => org.profile() }))
  const path = `/v3/profiles/${(await profile()).id}`
  const send = (method: string, target: string, type: string) =>
    admin.request(method, target, { body: '{"name":"Media"}', headers: { 'content-type': type } })
  for (const type of TAKEN) {
    assert.equal((await send('PATCH', path, type)).status, 200, type)
    assert.equal((await send('POST', '/v3/profiles', type)).status, 201, type)
  }
  for (const type of MERGE) {
    assert.equal((await send('PATCH', path, type)).status, 200, type)
    for (const [method, target] of [
      ['POST', '/v3/profiles'],
      ['DELETE', path],
      ['POST', `${path}/keys`],
    ] as const) {
      assert.equal(assertRefusal(await send(method, target, type), '', `${method} ${type}`), 'REQUEST_415')
    }
  }
  for (const type of NOT_TAKEN) {
    for (const [method, target] of [
      ['PATCH', path],
      ['POST', '/v3/profiles'],
      ['DELETE', path],
    ] as const) {
      assert.equal(assertRefusal(await send(method, target, type), '', `${method} ${type}`), 'REQUEST_415')
    }
  }
  const untyped = await admin.request('DELETE', path, { headers: { 'content-type': 'text/plain' } })
  assert.equal(untyped.status, 415, 'a type without a body is judged too')
  assert.equal((await admin.get(path)).status, 200, 'nothing was deleted')
})

test('C10: a 415 says what came and what is taken', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const path = `/v3/profiles/${(await org.profile()).id}`
  const said = async (method: string, target: string, headers: Record<string, string>) => {
    const reply = await org.admin.request(method, target, { body: '{"name":"Media"}', headers })
    assert.equal(assertRefusal(reply, '', JSON.stringify(headers)), 'REQUEST_415')
    return reply.error.message
  }
  const both = 'Send application/json or application/merge-patch+json'
  const cases: [method: string, target: string, type: string, message: string][] = [
    ['PATCH', path, 'text/plain', `the Content-Type is text/plain. ${both}`],
    [
      'POST',
      '/v3/profiles',
      'text/plain; charset=utf-8',
      'the Content-Type is text/plain; charset=utf-8. Send application/json',
    ],
    ['PATCH', path, 'application/json; charset=UTF-16', `the charset is UTF-16, but JSON is UTF-8. ${both}`],
    ['PATCH', path, 'application/json; charset', `the Content-Type application/json; charset cannot be read. ${both}`],
    [
      'POST',
      '/v3/profiles',
      'application/merge-patch+json',
      'a merge patch is not taken by this operation. Send application/json',
    ],
    ['PATCH', path, 'json', `the Content-Type json cannot be read. ${both}`],
    ['PATCH', path, `text/${'x'.repeat(500)}`, `the Content-Type is text/${'x'.repeat(59)}…. ${both}`],
    ['PATCH', path, 'text/4111111111111111', `the Content-Type is text/[card]. ${both}`],
  ]
  for (const [method, target, type, message] of cases) {
    assert.equal(await said(method, target, { 'content-type': type }), `Unsupported media type: ${message}`)
  }
  assert.equal(
    await said('PATCH', path, { 'content-type': 'application/json', 'content-encoding': 'br' }),
    'Unsupported media type: the Content-Encoding is br. Send the body without one',
  )
})

test('an encoded body is refused, whatever it is encoded with', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const path = `/v3/profiles/${(await org.profile()).id}`
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'x']) {
    const reply = await org.admin.patch(path, { name: 'x' }, { 'content-encoding': encoding })
    assert.equal(assertRefusal(reply, '', encoding), 'REQUEST_415')
  }
})

test('an answer is JSON: a client that excludes it is told so before anything else, on every operation', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const path = `/v3/profiles/${id}`
  const operations = [
    ['GET', '/v3/profiles'],
    ['GET', path],
    ['GET', '/v3/me'],
    ['PATCH', path],
    ['POST', '/v3/profiles'],
    ['DELETE', path],
  ] as const
  for (const [method, target] of operations) {
    for (const accept of ['text/html', 'application/xml', 'application/json;q=0', 'text/*, image/*']) {
      const reply = await org.admin.request(method, target, { headers: { accept } })
      assert.equal(assertRefusal(reply, '', `${method} ${accept}`), 'REQUEST_406')
    }
  }
  for (const accept of ['*/*', 'application/*', 'text/html, */*;q=0.1', 'application/json', 'nonsense', '']) {
    const reply = await org.admin.get(path, { accept })
    assert.equal(reply.status, 200, accept)
    assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8')
  }
  assert.equal((await org.admin.get(path)).headers.etag, `"${id}.1"`)
})
