import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Executor } from '../../db/database.ts'
import { type Param, statement } from '../../db/statement.ts'

/** Rows of idempotency_keys: stored responses, and claims of requests that call a provider (decisions 16 and 18). */

/** A new row with an answer to replay. */
export interface StoredResponse {
  id: string
  customerId: string
  mode: 'live' | 'test'
  key: string
  operation: string
  target: string
  fingerprint: string
  requestId: string
  isSandbox: boolean
  status: number
  etag: string | null
  /** The exact body, encrypted; null for 204. */
  answer: string | null
}

/** What the firstRead statement reads of the row, if there is one. */
export interface StoredResponseColumns {
  i_id: string | null
  i_state: 'claimed' | 'kept'
  i_operation: string
  i_target: string
  i_fingerprint: string
  i_request_id: string
  i_is_sandbox: boolean
  i_status: number
  i_etag: string | null
  i_answer: string | null
  i_payment_method: JsonObject | null
  i_attempt: number
  i_fence: number
  i_is_leased: boolean
  i_is_expired: boolean
}

export const KEPT_COLUMNS = `i.id as i_id, i.state as i_state, i.operation as i_operation, i.target as i_target,
         i.fingerprint as i_fingerprint, i.request_id as i_request_id, i.is_sandbox as i_is_sandbox,
         i.status as i_status, i.etag as i_etag, i.answer as i_answer, i.payment_method as i_payment_method,
         i.attempt as i_attempt, i.fence as i_fence, coalesce(i.lease_until > statement_timestamp(), false) as i_is_leased,
         coalesce(i.expires_at <= statement_timestamp(), false) as i_is_expired`

export const KEPT_PARAMS = 12

/**
 * The INSERT of a stored response as one cte of a larger statement, taking one row from `source`, which has the columns
 * organization_id and at. Plain, without ON CONFLICT: a taken key must undo the whole statement (decision 8).
 *
 * @param first number of the first of KEPT_PARAMS parameters.
 */
export function storedResponseCte(source: string, first: number): string {
  const p = (offset: number) => `$${first + offset}`
  return `insert into idempotency_keys (organization_id, id, customer_id, mode, key, state, operation, target, fingerprint,
      request_id, is_sandbox, status, etag, answer, attempt, fence, created_at, expires_at)
    select s.organization_id, ${p(0)}, ${p(1)}, ${p(2)}, ${p(3)}, 'kept', ${p(4)}, ${p(5)}, ${p(6)},
           ${p(7)}, ${p(8)}::boolean, ${p(9)}::integer, ${p(10)}, ${p(11)}, 1, 1, now(), now() + interval '24 hours'
      from ${source} s`
}

export function storedResponseParams(row: StoredResponse): Param[] {
  return [
    row.id,
    row.customerId,
    row.mode,
    row.key,
    row.operation,
    row.target,
    row.fingerprint,
    row.requestId,
    row.isSandbox,
    row.status,
    row.etag,
    row.answer,
  ]
}

const insertStoredResponse = statement<object>(
  'insert_kept',
  storedResponseCte('(select $1::uuid as organization_id)', 2),
)

/** Keeps an answer that came with no other write: a sandbox answer, or a change that changes nothing. */
export async function storeResponse(db: Executor, organizationId: string, row: StoredResponse): Promise<void> {
  await db.run(organizationId, insertStoredResponse, [organizationId, ...storedResponseParams(row)])
}

const deleteExpired = statement<object>(
  'delete_expired_key',
  `delete from idempotency_keys i
    where i.organization_id = $1 and i.customer_id = $2 and i.mode = $3 and i.key = $4 and i.expires_at <= now()
      and not exists (select 1 from jobs j where j.organization_id = i.organization_id and j.id = i.id)`,
)

/** Makes room where an expired row of the same key has not been swept yet. A claim that a job still looks after stays. */
export async function deleteExpiredKey(
  db: Executor,
  organizationId: string,
  { customerId, mode, key }: Pick<StoredResponse, 'customerId' | 'mode' | 'key'>,
): Promise<void> {
  await db.run(organizationId, deleteExpired, [organizationId, customerId, mode, key])
}
