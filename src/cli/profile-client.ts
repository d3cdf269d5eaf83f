import { isJsonObject, type JsonObject, type JsonValue } from '../contract/fields/json-value.ts'
import { CommandFailure, EXIT, usage } from './command-failure.ts'

/** The profile commands use the HTTP API and nothing else, so they can do what a customer can do, and no more. */

const TIMEOUT_MS = 60_000

export interface Client {
  url: string
  apiKey: string
}

export interface Request {
  method: 'GET' | 'PATCH'
  path: string
  query?: URLSearchParams
  headers?: Record<string, string>
  body?: JsonObject
}

export interface HttpResponse {
  data: JsonValue
  etag: string | null
  /** Of the headers of an answer, what a person should know. */
  notes: string[]
}

/** The base URL without a slash at its end. Fails when it is not one of http or https without credentials. */
export function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw usage('--url must be an http or https URL without credentials.')
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** Sends one request. Fails with the API's own code, message and details when it is refused. */
export async function send(client: Client, request: Request): Promise<HttpResponse> {
  const query = request.query === undefined || request.query.size === 0 ? '' : `?${request.query.toString()}`
  let response: Response
  let text: string
  try {
    response = await fetch(`${client.url}${request.path}${query}`, {
      method: request.method,
      headers: { 'x-api-key': client.apiKey, accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // A redirect would carry the key to another server.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    text = await response.text()
  } catch {
    throw new CommandFailure('UNREACHABLE', `No answer from ${client.url}: is the server running there?`)
  }
  const envelope = readEnvelope(text, client.url)
  if (!response.ok) throw refusal(response.status, envelope)
  return { data: envelope.data ?? null, etag: response.headers.get('etag'), notes: notesOf(response.headers) }
}

function readEnvelope(text: string, url: string): JsonObject {
  try {
    const envelope = JSON.parse(text) as JsonValue
    if (isJsonObject(envelope)) return envelope
  } catch {
    // Told below: what answered is not Letterhead.
  }
  throw new CommandFailure('UNREACHABLE', `What answers at ${url} is not the API.`)
}

function refusal(status: number, { error }: JsonObject): CommandFailure {
  const { code, message, details } = isJsonObject(error) ? error : {}
  return new CommandFailure(
    typeof code === 'string' ? code : `HTTP_${status}`,
    typeof message === 'string' ? message : `The API answered ${status}.`,
    {
      exitCode: status === 404 ? EXIT.notFound : EXIT.failed,
      details: isJsonObject(details) ? (details as Record<string, string[]>) : null,
    },
  )
}

function notesOf(headers: Headers): string[] {
  const replayed = headers.get('idempotent-replayed')
  return [
    headers.get('x-sandbox') === 'true' ? 'Sandbox: nothing was changed.' : null,
    replayed === 'true' ? 'This is the kept answer of an earlier request with the same Idempotency-Key.' : null,
  ].filter((note) => note !== null)
}
