import type { ErrorCode } from '../contract/errors.ts'
import type { JsonValue } from '../contract/fields/json-value.ts'
import type { Executor } from '../db/database.ts'
import type { EndpointDocument, FailPhrase } from './endpoint.ts'

/** What the path's secret stands for: its organization, and the digest under which it is stored. */
export interface SecretAsk {
  organizationId: string
  digest: string
  /** HttpResponse what would be, and change nothing. */
  isSandbox: boolean
}

/**
 * An operation that asks for no API key: whoever holds the secret in its path may run it, once or as long as it lives.
 * It has no role, no rate class and no Idempotency-Key; wrong secrets are slowed down like wrong keys (decision 25).
 */
export interface OpenEndpoint {
  kind: 'read' | 'write'
  operation: string
  method: 'GET' | 'POST'
  /** The secret is its member `:token`. */
  path: string
  status: 200
  failPhrase: FailPhrase
  /** What a secret that opens nothing answers, whatever the reason. */
  notFound: ErrorCode
  /** The organization that a secret's text names; null for a text that no secret has. */
  organizationOf(secret: string): string | null
  /** Of the keyed digest under which the secret is stored. */
  purpose: 'invitation'
  document: EndpointDocument
  /** Null when the secret opens nothing. */
  act(db: Executor, ask: SecretAsk): Promise<JsonValue | null>
}
