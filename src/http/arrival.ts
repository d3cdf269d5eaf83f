import { Failure } from '../contract/failure.ts'
import { acceptsJson, parseContentType } from '../contract/media-type.ts'
import type { Endpoint } from './endpoint.ts'

/** A request as the transport hands it over: framed, bounded, not yet read. */
export interface Arrival {
  requestId: string
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  /** One value a name; names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer | null
  remoteAddress: string
}

/** What the headers ask for. Header values are judged later, in the order of checks; here they are only picked up. */
export interface Wishes {
  apiKey: string | undefined
  profileId: string | undefined
  idempotencyKey: string | undefined
  ifMatch: string | undefined
  isStrict: boolean
  merge: boolean
}

/**
 * Refuses what the route cannot read at all: the first of the checks (decision 14).
 *
 * @throws Failure REQUEST_400, REQUEST_406, REQUEST_415.
 */
export function readWishes(endpoint: Pick<Endpoint, 'kind' | 'method' | 'document'>, arrival: Arrival): Wishes {
  const { headers, body } = arrival
  if (!acceptsJson(headers.accept)) throw new Failure('REQUEST_406')
  const hasBody = body !== null && body.length > 0
  if (hasBody && endpoint.kind === 'read')
    throw new Failure('REQUEST_400', { message: `${endpoint.method} takes no body` })
  const media = hasBody || headers['content-type'] !== undefined ? parseContentType(headers['content-type']) : 'json'
  const merge = media === 'merge-patch'
  if (endpoint.kind === 'write' && (media === null || (merge && endpoint.document.mergePatch !== true)))
    throw new Failure('REQUEST_415')
  return {
    apiKey: headers['x-api-key'],
    profileId: headers['x-profile-id'],
    idempotencyKey: headers['idempotency-key'],
    ifMatch: headers['if-match'],
    isStrict: /(^|[,;\s])handling\s*=\s*"?strict"?($|[,;\s])/i.test(headers.prefer ?? ''),
    merge,
  }
}
