import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'

export type Json = { [member: string]: unknown }

export interface Envelope {
  success: boolean
  data: Json | null
  error: {
    code: string
    message: string
    details: Record<string, string[]> | null
    doc_url: string
    hint: string
  } | null
  meta: { request_id: string; timestamp: string; version: string }
}

/** What came back, as text and read as an envelope. */
export interface Reply {
  status: number
  headers: Record<string, string | undefined>
  text: string
  /** Fails when the body is not JSON, so a test cannot overlook it. */
  readonly json: Envelope
  /** `json.data`, which must be there. */
  readonly data: Json
  /** `json.error`, which must be there. */
  readonly error: NonNullable<Envelope['error']>
}

export interface Sending {
  headers?: Record<string, string>
  /** A string or Buffer goes out as it is; anything else as JSON. */
  body?: unknown
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 })

function present<T>(value: T | null | undefined, what: string, text: string): T {
  if (value === null || value === undefined) throw new Error(`the answer has no ${what}: ${text.slice(0, 500)}`)
  return value
}

function toReply(response: IncomingMessage, text: string): Reply {
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  return {
    status: response.statusCode ?? 0,
    headers,
    text,
    get json() {
      return JSON.parse(text) as Envelope
    },
    get data() {
      return present(this.json.data, 'data', text)
    },
    get error() {
      return present(this.json.error, 'error', text)
    },
  }
}

/** Sends one request over real HTTP. */
function send(url: string, method: string, path: string, { headers = {}, body }: Sending = {}): Promise<Reply> {
  const payload =
    body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const all: Record<string, string> = { ...headers }
  if (payload !== undefined) {
    all['content-type'] ??= 'application/json'
    all['content-length'] = String(Buffer.byteLength(payload))
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${url}${path}`, { method, headers: all, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(toReply(response, Buffer.concat(chunks).toString('utf8'))))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}

/** Somebody with, or without, an API key. */
export class Client {
  readonly url: string
  readonly apiKey: string | null
  readonly keyId: string | null
  readonly userId: string | null

  constructor(url: string, key: { apiKey: string; keyId: string; userId: string } | null) {
    this.url = url
    this.apiKey = key?.apiKey ?? null
    this.keyId = key?.keyId ?? null
    this.userId = key?.userId ?? null
  }

  /** The same caller at another instance. */
  at(url: string): Client {
    return new Client(
      url,
      this.apiKey === null ? null : { apiKey: this.apiKey, keyId: this.keyId ?? '', userId: this.userId ?? '' },
    )
  }

  request(method: string, path: string, sending: Sending = {}): Promise<Reply> {
    const key: Record<string, string> = this.apiKey === null ? {} : { 'x-api-key': this.apiKey }
    return send(this.url, method, path, { ...sending, headers: { ...key, ...sending.headers } })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('GET', path, { headers })
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('POST', path, { body, headers })
  }

  patch(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('PATCH', path, { body, headers })
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('PUT', path, { body, headers })
  }

  /** A JSON merge patch, in which null clears. */
  mergePatch(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('PATCH', path, {
      body,
      headers: { 'content-type': 'application/merge-patch+json', ...headers },
    })
  }

  delete(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('DELETE', path, body === undefined ? { headers } : { body, headers })
  }
}
