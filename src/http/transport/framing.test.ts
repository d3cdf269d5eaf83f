import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Failure } from '../../contract/failure.ts'
import { checkFraming, respondToBrokenRequest } from './framing.ts'

/** A request as Node's parser hands it over: raw header lines, of which it keeps the first Host and Content-Type. */
function arrived(url: string, lines: [string, string][]): IncomingMessage {
  const headers: Record<string, string> = {}
  for (const [name, value] of lines) headers[name.toLowerCase()] ??= value
  return { url, headers, rawHeaders: lines.flat() } as unknown as IncomingMessage
}

const HOST: [string, string] = ['Host', 'api.example.com']

function refusal(url: string, lines: [string, string][], allowed: string[] = []): string | null {
  try {
    checkFraming(arrived(url, lines), allowed)
    return null
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.code
  }
}

const HOSTS: [string, string | null][] = [
  ['api.example.com', null],
  ['API.Example.com:8080', null],
  ['localhost', null],
  ['127.0.0.1:1', null],
  ['[::1]:8080', null],
  ['[2001:db8::1]', null],
  ['', 'REQUEST_400'],
  ['a b', 'REQUEST_400'],
  ['api.example.com/evil', 'REQUEST_400'],
  ['user@api.example.com', 'REQUEST_400'],
  ['api.example.com:', 'REQUEST_400'],
  ['api.example.com:123456', 'REQUEST_400'],
  ['a,b', 'REQUEST_400'],
  ['<script>', 'REQUEST_400'],
  ['x'.repeat(254), 'REQUEST_400'],
]
for (const [host, code] of HOSTS) {
  test(`Host ${JSON.stringify(host.slice(0, 40))} is ${code === null ? 'taken' : 'refused'}`, () => {
    assert.equal(refusal('/v3/me', [['Host', host]]), code)
  })
}

test('a request without Host, or with two, is refused', () => {
  assert.equal(refusal('/v3/me', []), 'REQUEST_400')
  assert.equal(refusal('/v3/me', [HOST, HOST]), 'REQUEST_400')
  assert.equal(refusal('/v3/me', [HOST, ['host', 'other.example.com']]), 'REQUEST_400')
})

test('where hosts are listed, only those are answered for, in any letter case', () => {
  const allowed = ['api.example.com']
  assert.equal(refusal('/v3/me', [['Host', 'API.example.com']], allowed), null)
  assert.equal(refusal('/v3/me', [['Host', 'other.example.com']], allowed), 'REQUEST_400')
})

test('a target that is no path is refused, and one of more than 2 KiB', () => {
  for (const url of ['*', 'http://api.example.com/v3/me', 'api.example.com:443', '']) {
    assert.equal(refusal(url, [HOST]), 'REQUEST_400', url)
  }
  assert.equal(refusal(`/${'a'.repeat(2047)}`, [HOST]), null)
  assert.equal(refusal(`/${'a'.repeat(2048)}`, [HOST]), 'REQUEST_414')
})

test('a second Content-Type is refused, because Node would silently take the first', () => {
  const one: [string, string] = ['Content-Type', 'application/json']
  assert.equal(refusal('/v3/me', [HOST, one]), null)
  assert.equal(refusal('/v3/me', [HOST, one, ['content-type', 'text/plain']]), 'REQUEST_400')
})

test('an encoded body is refused; identity is none', () => {
  for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip', '']) {
    assert.equal(refusal('/v3/me', [HOST, ['Content-Encoding', encoding]]), 'REQUEST_415', encoding)
  }
  assert.equal(refusal('/v3/me', [HOST, ['Content-Encoding', 'Identity']]), null)
})

function answered(error: Error & { code?: string }): string {
  const socket = new PassThrough()
  respondToBrokenRequest(error, socket, 'https://api.example.com')
  return String(socket.read() ?? '')
}

const BROKEN: [string, number, string][] = [
  ['HPE_INVALID_METHOD', 400, 'REQUEST_400'],
  ['HPE_HEADER_OVERFLOW', 431, 'REQUEST_431'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'REQUEST_408'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413, 'REQUEST_413'],
]
for (const [code, status, expected] of BROKEN) {
  test(`what the parser gives up on (${code}) gets ${status} with the envelope, and the connection ends`, () => {
    const text = answered(Object.assign(new Error('Parse Error: secret bytes'), { code }))
    const [head = '', body = ''] = text.split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `))
    assert.match(head, /^connection: close$/m)
    assert.equal(Number(/^content-length: (\d+)$/m.exec(head)?.[1]), Buffer.byteLength(body))
    const envelope = JSON.parse(body) as { error: { code: string; doc_url: string }; meta: { request_id: string } }
    assert.equal(envelope.error.code, expected)
    assert.equal(envelope.error.doc_url, `https://api.example.com/docs/errors/${expected}`)
    assert.equal(/^x-request-id: (\S+)$/m.exec(head)?.[1], envelope.meta.request_id)
    assert.doesNotMatch(text, /secret/)
  })
}

test('a connection that the client reset, or that cannot be written to, is closed without a word', () => {
  assert.equal(answered(Object.assign(new Error('reset'), { code: 'ECONNRESET' })), '')
  const socket = new PassThrough()
  socket.end()
  respondToBrokenRequest(Object.assign(new Error('broken'), { code: 'HPE_INVALID_METHOD' }), socket, '')
  assert.equal(socket.destroyed, true)
})
