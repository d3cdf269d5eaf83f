import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { CATALOGUE, docUrl, type ErrorCode } from '../../../src/contract/errors.ts'
import { packageRoot } from '../../../src/package-root.ts'
import type { Envelope } from '../../kit/servers/client.ts'

/** What every refusal looks like, whatever was sent (IN-8). */

const INSIDE: readonly RegExp[] = [
  /\bat .{1,200}:\d+:\d+/,
  /\.[cm]?[jt]s\b/,
  /node_modules|node:internal/,
  /\b(?:select|insert|update|delete)\b[^"]{1,80}\b(?:from|into|set|where)\b/i,
  /syntax error|violates|relation "|column "|SQLSTATE|\b(?:22|23|42)\d{3}\b/,
  /\b(?:HPE|FST_ERR|ERR|ECONN)_?[A-Z]/,
  /Unexpected (?:token|end|non-whitespace)|in JSON at position/,
]
const ECHO_CHARS_MAX = 64

interface Refused {
  status: number
  headers: Record<string, string | undefined>
  text: string
}

/**
 * Fails unless the answer is the failure envelope, member for member, with a request id that is also its header, and
 * tells nothing of the inside and no longer piece of what was sent.
 */
export function assertRefusal(reply: Refused, sent: string, about: string): ErrorCode {
  const say = `${about}: ${reply.status} ${reply.text.slice(0, 300)}`
  const envelope = JSON.parse(reply.text) as Envelope
  const { error, meta } = envelope
  assert.deepEqual(Object.keys(envelope), ['success', 'data', 'error', 'meta'], say)
  assert.equal(envelope.success, false, say)
  assert.equal(envelope.data, null, say)
  assert.ok(error !== null, say)
  assert.deepEqual(Object.keys(error), ['code', 'message', 'details', 'doc_url', 'hint'], say)
  assert.deepEqual(Object.keys(meta), ['request_id', 'timestamp', 'version'], say)
  const code = error.code as ErrorCode
  assert.equal(CATALOGUE[code]?.status, reply.status, say)
  assert.match(error.doc_url, /^https?:\/\//, say)
  assert.ok(error.doc_url.endsWith(docUrl(code, '')), say)
  assert.match(error.hint, /^\S.*\.$/s, say)
  assertDetails(error.details, say)
  assert.match(meta.request_id, /^req_[A-Za-z0-9]{10}$/, say)
  assert.match(meta.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\+00:00$/, say)
  assert.equal(meta.version, 'v3', say)
  assertHeaders(reply, meta.request_id, say)
  // The address of this server has a port that may look like one of PostgreSQL's codes.
  const words = JSON.stringify({ ...error, doc_url: '' })
  for (const pattern of INSIDE) assert.doesNotMatch(words, pattern, say)
  for (const word of [packageRoot, hostname()]) assert.ok(word.length < 4 || !reply.text.includes(word), say)
  assertNoEcho(reply.text, sent, say)
  return code
}

function assertDetails(details: unknown, say: string): void {
  if (details === null) return
  assert.ok(typeof details === 'object' && !Array.isArray(details), say)
  for (const sentences of Object.values(details as object)) {
    assert.ok(Array.isArray(sentences) && sentences.length > 0, say)
    for (const sentence of sentences) assert.equal(typeof sentence, 'string', say)
  }
}

function assertHeaders({ headers }: Refused, requestId: string, say: string): void {
  assert.equal(headers['x-request-id'], requestId, say)
  assert.equal(headers['x-api-version'], 'v3', say)
  assert.equal(headers['content-type'], 'application/json; charset=utf-8', say)
  assert.equal(headers['cache-control'], 'no-store', say)
  assert.equal(headers['x-content-type-options'], 'nosniff', say)
  assertNoCors({ headers }, say)
}

/** Other origins are told nothing, which is how a browser keeps them out (IN-7). */
export function assertNoCors({ headers }: Pick<Refused, 'headers'>, about: string): void {
  const found = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
  assert.deepEqual(found, [], about)
}

function assertNoEcho(text: string, sent: string, say: string): void {
  for (let at = 0; at + ECHO_CHARS_MAX < text.length; at += 1) {
    const piece = text.slice(at, at + ECHO_CHARS_MAX + 1)
    if (sent.includes(piece)) assert.fail(`repeats what was sent: ${say}`)
  }
}
