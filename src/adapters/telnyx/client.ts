import type { Log } from '../../observability/log.ts'
import { providerBaseUrl } from '../http-client/bounded-fetch.ts'
import type { JsonClientOptions } from '../http-client/json-client.ts'
import { judgeFor } from './faults.ts'

export interface TelnyxConnection {
  /** With the version; default `https://api.telnyx.com/v2`. */
  baseUrl?: string
  apiKey: string
  log: Log
  /** For all calls of one operation together; default 10 s (the provider step of the timeout ladder). */
  timeoutMs?: number
}

/** @throws Error when the base URL is not safe to send a secret to. */
export function telnyxClient(connection: TelnyxConnection, kind: 'registry' | 'carrier'): JsonClientOptions {
  return {
    provider: 'telnyx',
    area: kind,
    baseUrl: providerBaseUrl('TELNYX_BASE_URL', connection.baseUrl ?? 'https://api.telnyx.com/v2'),
    authorization: `Bearer ${connection.apiKey}`,
    log: connection.log,
    timeoutMs: connection.timeoutMs ?? 10_000,
    judge: judgeFor(kind),
  }
}
