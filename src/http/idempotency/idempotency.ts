import { Failure } from '../../contract/failure.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import type { EncryptionContext, KeyRing } from '../../encryption/key-ring.ts'
import type { Caller } from '../caller.ts'
import type { ChangeRow } from '../first-read.store.ts'
import type { HttpResponse } from '../response.ts'

/**
 * Idempotency-Key (contract 3, decision 16). A key belongs to a customer and a mode. Its row is written in the same
 * statement as the change, so there is an answer to replay exactly when there was an effect; only 2xx are kept, encrypted,
 * for 24 hours of the database's clock. A request that calls a provider writes a claim first and turns it into the kept
 * answer at its end; its duplicates wait. A replay needs the same operation and target and a caller who may do it now.
 */

/** What makes two requests the same one. */
export interface Identity {
  operation: string
  target: string
  fingerprint: string
}

/** The same value with the members of each object in one order, however they were sent. */
function inOneOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOneOrder)
  if (!isJsonObject(value)) return value
  const ordered: JsonObject = {}
  for (const name of Object.keys(value).sort()) ordered[name] = inOneOrder(value[name] ?? null)
  return ordered
}

/** A keyed hash of the body. A card leaves no trace in it but that there was one: not even a hash of it is kept. */
export function fingerprint(keys: KeyRing, body: JsonObject, extra: { merge: boolean; hasCard: boolean }): string {
  const text = `${extra.merge ? 'merge' : 'json'} ${extra.hasCard ? 'card' : ''} ${JSON.stringify(inOneOrder(body))}`
  return keys.digest('fingerprint', text).toString('base64url')
}

/** Where a stored response is encrypted: it opens for no other row. */
export function responsePlace(rowId: string): EncryptionContext {
  return { table: 'idempotency_keys', column: 'answer', row: rowId }
}

/** @throws Failure CONFLICT_002 when the key was used for another operation or target. */
export function checkSameRequest(row: ChangeRow, identity: Identity): void {
  if (row.i_operation !== identity.operation || row.i_target !== identity.target) throw new Failure('CONFLICT_002')
}

/**
 * The stored response, byte for byte, marked as a replay.
 *
 * @throws Failure CONFLICT_002 for another operation or target; in strict mode STRICT_001 for another body and
 *   STRICT_002 for a sandbox answer to a live call (decision 22).
 */
export function replay(
  row: ChangeRow,
  caller: Caller,
  request: { identity: Identity; isStrict: boolean; isSandbox: boolean },
): HttpResponse {
  checkSameRequest(row, request.identity)
  const isMismatch = row.i_fingerprint !== request.identity.fingerprint
  if (request.isStrict && row.i_is_sandbox && !request.isSandbox) throw new Failure('STRICT_002')
  if (request.isStrict && isMismatch) throw new Failure('STRICT_001')
  const headers: Record<string, string> = {
    'idempotent-replayed': 'true',
    'x-original-request-id': row.i_request_id,
  }
  if (isMismatch) headers['idempotent-payload-mismatch'] = 'true'
  if (row.i_is_sandbox) headers['x-sandbox'] = 'true'
  if (row.i_etag !== null) headers.etag = row.i_etag
  const body =
    row.i_answer === null || row.i_id === null ? null : caller.cipher.decrypt(row.i_answer, responsePlace(row.i_id))
  return { status: row.i_status, headers, body }
}
