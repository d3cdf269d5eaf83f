import { maskCards } from '../contract/cards/card-text.ts'
import { Failure } from '../contract/failure.ts'
import { acceptsJson, readContentType } from '../contract/media-type.ts'
import type { Endpoint } from './endpoint.ts'
import { formHint } from './transport/hints.ts'

/** A request as the transport hands it over: framed, bounded, not yet read. */
export interface IncomingRequest {
  requestId: string
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  /** One value a name; names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer | null
  /** Whether there is a body, which is not read where the key is refused for what it is. */
  hasBody: boolean
  /** The key was looked up before the body was read, and opens nothing. */
  isKeyRefused: boolean
  remoteAddress: string
}

/** What the headers ask for. Header values are judged later, in the order of checks; here they are only picked up. */
export interface RequestHeaders {
  apiKey: string | undefined
  profileId: string | undefined
  idempotencyKey: string | undefined
  ifMatch: string | undefined
  isStrict: boolean
  merge: boolean
}

const SHOWN_CHARS_MAX = 64

/** A header's words as an answer repeats them: cut, and never with a card number in them. */
function shown(text: string): string {
  return maskCards(text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text).text
}

function whatCame(header: string | undefined): string {
  if (header === undefined) return 'the request has a body and no Content-Type'
  if (header.trim() === '') return 'the Content-Type is empty'
  const type = readContentType(header)
  if (type.kind === 'charset') return `the charset is ${shown(type.charset)}, but JSON is UTF-8`
  if (type.kind === 'malformed') return `the Content-Type ${shown(header)} cannot be read`
  return type.kind === 'other' ? `the Content-Type is ${shown(header)}` : 'a merge patch is not taken by this operation'
}

/** The refusal of a Content-Type, which says what came and what is taken. */
export function unsupportedType(header: string | undefined, takesMergePatch: boolean): Failure {
  const taken = takesMergePatch ? 'application/json or application/merge-patch+json' : 'application/json'
  return new Failure('REQUEST_415', {
    message: `Unsupported media type: ${whatCame(header)}. Send ${taken}`,
    hint: formHint(header),
  })
}

/** The refusal of a Content-Encoding. */
export function unsupportedEncoding(encoding: string): Failure {
  return new Failure('REQUEST_415', {
    message: `Unsupported media type: the Content-Encoding is ${shown(encoding)}. Send the body without one`,
  })
}

/**
 * Refuses what the route cannot read at all: the first of the checks (decision 14).
 *
 * @throws Failure REQUEST_400, REQUEST_406, REQUEST_415.
 */
export function readRequestHeaders(
  endpoint: Pick<Endpoint, 'kind' | 'method' | 'document'> & { writesNothing?: boolean },
  incoming: IncomingRequest,
): RequestHeaders {
  const { headers, hasBody } = incoming
  if (!acceptsJson(headers.accept)) throw new Failure('REQUEST_406')
  if (hasBody && endpoint.kind === 'read')
    throw new Failure('REQUEST_400', {
      message: `${endpoint.method} takes no body`,
      hint: 'Leave the body out. What a list is narrowed by goes into the query.',
    })
  const type = headers['content-type']
  const kind = hasBody || type !== undefined ? readContentType(type).kind : 'json'
  const merge = kind === 'merge-patch'
  const takesMergePatch = endpoint.document.mergePatch === true
  if (endpoint.kind === 'write' && kind !== 'json' && !(merge && takesMergePatch))
    throw unsupportedType(type, takesMergePatch)
  return {
    apiKey: headers['x-api-key'],
    profileId: headers['x-profile-id'],
    idempotencyKey: endpoint.writesNothing === true ? undefined : headers['idempotency-key'],
    ifMatch: headers['if-match'],
    isStrict: /(^|[,;\s])handling\s*=\s*"?strict"?($|[,;\s])/i.test(headers.prefer ?? ''),
    merge,
  }
}
