/** Providers' answers are a few KiB; more than this is not an answer. */
const BYTES_MAX = 1024 * 1024

/**
 * What became of one HTTP exchange with a provider. `unreachable` names the system's error code where there is one;
 * `unusable` is a redirect, an answer over 1 MiB, or one that is not UTF-8.
 */
export type Delivery =
  | { kind: 'answer'; status: number; headers: Headers; text: string }
  | { kind: 'unreachable'; code: string }
  | { kind: 'unusable' }
  | { kind: 'timeout' }

export interface BoundedRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: string
  /** Ends the exchange, reading the body included. Its abort is a `timeout`. */
  signal: AbortSignal
}

/**
 * One HTTP exchange that never follows a redirect (it would carry a card or a token to another host), never reads more
 * than 1 MiB and never throws: errors of `fetch` can quote the URL or a header, so none of them leaves this function.
 */
export async function boundedFetch(request: BoundedRequest): Promise<Delivery> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      redirect: 'manual',
      signal: request.signal,
    })
    if (response.status < 200 || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel()
      return { kind: 'unusable' }
    }
    const text = await readBounded(response)
    if (text === null) return { kind: 'unusable' }
    return { kind: 'answer', status: response.status, headers: response.headers, text }
  } catch (error) {
    if (request.signal.aborted) return { kind: 'timeout' }
    return { kind: 'unreachable', code: systemCode(error) }
  }
}

/** The body as text, or null if it is over the bound or not UTF-8. */
async function readBounded(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body !== null) {
    for await (const chunk of response.body) {
      bytes += chunk.byteLength
      if (bytes > BYTES_MAX) return null
      chunks.push(chunk)
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    return null
  }
}

/** Errors that come before a connection stands; whatever else goes wrong may have been executed. */
const UNSENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether the request certainly did not reach the provider. */
export function isUnsent(delivery: Delivery): boolean {
  return delivery.kind === 'unreachable' && UNSENT_CODES.has(delivery.code)
}

/** `ECONNREFUSED` and the like: the one part of a network error that is known to quote nothing. */
function systemCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return typeof code === 'string' && /^[A-Z][A-Z_]{1,40}$/.test(code) ? code : 'UNKNOWN'
}

/**
 * The base URL of a provider, checked: `https`, or `http` to this machine only, because cards and tokens travel over
 * it (PCI DSS 4.2.1). Throws an error that a person who configures the server can act on.
 */
export function providerBaseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) throw new Error(`${name} is not a URL`)
  const isLoopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new Error(`${name} must be https (http is accepted for this machine only)`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Error(`${name} must hold no credentials, query or fragment`)
  }
  return url
}
