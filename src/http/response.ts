import { maskCards } from '../contract/cards/card-text.ts'
import { CATALOGUE, docUrl } from '../contract/errors.ts'
import type { Details, Failure } from '../contract/failure.ts'
import type { JsonValue } from '../contract/fields/json-value.ts'
import { nowWireTimestamp } from '../contract/timestamp.ts'
import type { FailPhrase } from './endpoint.ts'

/** What goes back to the client. `body` is the exact text; null for 204. */
export interface HttpResponse {
  status: number
  headers: Record<string, string>
  body: string | null
}

const VERSION = 'v3'
const NAME_CHARS_MAX = 64

function meta(requestId: string) {
  return { request_id: requestId, timestamp: nowWireTimestamp(), version: VERSION }
}

/** The headers that every answer of the API carries, whoever writes it, and those of its body. */
export function responseHeaders(requestId: string, body: string | null): Record<string, string | number> {
  return {
    'x-request-id': requestId,
    'x-api-version': VERSION,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(body === null
      ? {}
      : { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }),
  }
}

/** The success envelope (contract 1.5); member order is part of the contract. */
export function successBody(requestId: string, data: JsonValue): string {
  return JSON.stringify({ success: true, data, error: null, meta: meta(requestId) })
}

/** The names of unknown members are the client's words: they are repeated cut, and never with a card number in them. */
function shown(details: Details | null): Details | null {
  if (details === null) return null
  return Object.fromEntries(
    Object.entries(details).map(([path, says]) => {
      const cut = path.length > NAME_CHARS_MAX ? `${path.slice(0, NAME_CHARS_MAX)}…` : path
      const { text } = maskCards(cut)
      return [text, text === path ? says : says.map((sentence) => sentence.replaceAll(path, () => text))]
    }),
  )
}

/** What a 500 says (contract 2.4). */
export function unexpectedSentence(failPhrase: FailPhrase, requestId: string): string {
  if (typeof failPhrase !== 'string' && 'whole' in failPhrase) return failPhrase.whole
  const sentence = typeof failPhrase === 'string' ? `Failed to ${failPhrase}` : failPhrase.sentence
  return `${sentence}. Please contact support with request ID: ${requestId}`
}

export interface Wording {
  /** Instead of what the failure says of itself. */
  message?: string
  hint?: string | undefined
  /** Where clients reach this server's own pages; '' for a path on the server that answers. */
  docsOrigin?: string
}

/** The failure envelope and its headers. Permanent conflicts tell the SDKs not to retry; retryable ones say when to. */
export function failureResponse(requestId: string, failure: Failure, wording: Wording = {}): HttpResponse {
  return failureResponses(failure, wording)(requestId)
}

/** The same for many requests, by their ids: what does not differ between them is made once. */
export function failureResponses(
  failure: Failure,
  { message = failure.message, hint = failure.hint, docsOrigin = '' }: Wording = {},
): (requestId: string) => HttpResponse {
  const { code } = failure
  const { status, retry } = CATALOGUE[code]
  const headers: Record<string, string> = { ...failure.headers }
  if (retry === 'later' && (status === 409 || status === 429 || status === 503)) headers['retry-after'] ??= '1'
  if (retry === 'never' && (status === 409 || status >= 500)) headers['x-should-retry'] = 'false'
  const error = { code, message, details: shown(failure.details), doc_url: docUrl(code, docsOrigin), hint }
  const [before, after] = JSON.stringify({ success: false, data: null, error, meta: null }).split(/null(?=\}$)/)
  return (requestId) => ({ status, headers, body: `${before}${JSON.stringify(meta(requestId))}${after}` })
}
