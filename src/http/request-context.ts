import { toUnknownFieldsHeader, type UnknownName } from '../contract/fields/unknown-fields.ts'

/** What one request leaves behind beside its answer: headers that every answer carries, and facts for the log line. */
export interface RequestContext {
  headers: Record<string, string>
  organizationId: string | null
  keyId: string | null
  profileId: string | null
  idempotency: 'new' | 'replay' | 'wait_replay' | 'conflict' | 'mismatch' | 'resumed' | 'fenced' | null
  isSandbox: boolean
}

export function newRequestContext(): RequestContext {
  return { headers: {}, organizationId: null, keyId: null, profileId: null, idempotency: null, isSandbox: false }
}

/** Whatever the answer is, also a refusal: what of the request the operation does not know. */
export function nameUnknown(requestContext: RequestContext, unknown: readonly UnknownName[]): void {
  const header = toUnknownFieldsHeader(unknown)
  if (header !== null) requestContext.headers['x-unknown-fields'] = header
}
