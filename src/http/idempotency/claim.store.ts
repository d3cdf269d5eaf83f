import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { StoredResponse } from './idempotency.store.ts'

/** A claim: the row that stands for a request while a provider is called. `fence` says who owns it, `attempt` names the try. */
export interface Claim {
  id: string
  customerId: string
  mode: 'live' | 'test'
  key: string
  fence: number
  attempt: number
}

export type ClaimRow = Omit<StoredResponse, 'status' | 'etag' | 'answer'>

/** The job that looks after a claim whose owner never came back. */
export const CLAIM_JOB = 'abandoned_claim'

// The job is written with the claim: from the first moment on somebody will look after what the processor may hold.
const insertClaim = statement<object>(
  'insert_claim',
  `with claimed as (
    insert into idempotency_keys (organization_id, id, customer_id, mode, key, state, operation, target, fingerprint,
      request_id, is_sandbox, attempt, fence, lease_until, created_at, expires_at)
    values ($1, $2, $3, $4, $5, 'claimed', $6, $7, $8, $9, false, 1, 1, now() + $10::double precision * interval '1 millisecond',
      now(), now() + interval '24 hours')
    returning organization_id, id, lease_until)
  insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
  select organization_id, id, '${CLAIM_JOB}', id, lease_until, now() from claimed`,
)

/** Claims the request. Fails with a unique violation when the key is taken. */
export async function claimRequest(
  db: Executor,
  organizationId: string,
  row: ClaimRow,
  leaseMs: number,
): Promise<Claim> {
  const { id, customerId, mode, key, operation, target, fingerprint, requestId } = row
  await db.run(organizationId, insertClaim, [
    organizationId,
    id,
    customerId,
    mode,
    key,
    operation,
    target,
    fingerprint,
    requestId,
    leaseMs,
  ])
  return { id, customerId, mode, key, fence: 1, attempt: 1 }
}

const takeOver = statement<{ fence: number; attempt: number }>(
  'take_over_claim',
  `with taken as (
    update idempotency_keys
       set fence = fence + 1, request_id = $6, fingerprint = $7,
           lease_until = now() + $8::double precision * interval '1 millisecond'
     where organization_id = $1 and customer_id = $2 and mode = $3 and key = $4 and state = 'claimed' and fence = $5
       and lease_until <= now()
    returning organization_id, id, fence, attempt, lease_until),
  postponed as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select organization_id, id, '${CLAIM_JOB}', id, lease_until, now() from taken
    on conflict (organization_id, id) do update
       set due_at = excluded.due_at, lease_until = null, fence = jobs.fence + 1, attempts = 0)
  select fence, attempt from taken`,
)

/** Takes over a claim whose lease has ended. Null when somebody else was faster. */
export async function takeOverClaim(
  db: Executor,
  organizationId: string,
  claim: Claim,
  by: { requestId: string; fingerprint: string; leaseMs: number },
): Promise<Claim | null> {
  const { customerId, mode, key, fence } = claim
  const [taken] = await db.run(organizationId, takeOver, [
    organizationId,
    customerId,
    mode,
    key,
    fence,
    by.requestId,
    by.fingerprint,
    by.leaseMs,
  ])
  return taken === undefined ? null : { ...claim, ...taken }
}

const record = statement<{ id: string }>(
  'record_payment_method',
  `update idempotency_keys set payment_method = $5
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and key = $4
   returning id`,
)

/** Writes down what the processor gave, before it is used. False when the claim has been taken over. */
export async function recordPaymentMethod(
  db: Executor,
  organizationId: string,
  claim: Claim,
  method: JsonObject,
): Promise<boolean> {
  const rows = await db.run(organizationId, record, [organizationId, claim.id, claim.fence, claim.key, method])
  return rows.length === 1
}

// Where the processor holds nothing there is nothing to look after: the job goes, and a claim that no client can name expires.
// Where it holds a method the attempt stays until the job has detached it: a retry that is faster gets that same method.
const release = statement<object>(
  'release_claim',
  `with released as (
    update idempotency_keys
       set lease_until = now(), attempt = attempt + case when payment_method is null then 1 else 0 end,
           expires_at = case when key like '~%' and payment_method is null then now() else expires_at end
     where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and key = $4
    returning organization_id, id, payment_method),
  hastened as (
    update jobs j set due_at = now() from released r
     where j.organization_id = r.organization_id and j.id = r.id and r.payment_method is not null)
  delete from jobs j using released r
   where j.organization_id = r.organization_id and j.id = r.id and r.payment_method is null`,
)

const releaseUnknown = statement<object>(
  'release_claim_unknown',
  `update idempotency_keys set lease_until = now()
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and key = $4`,
)

/**
 * Gives the claim free without an answer, so that the same request may be sent again.
 *
 * @param next `retry` keeps the once-key and the job, because the outcome is unknown. `corrected` (the provider refused) and
 *   `undo` (the change was refused after the provider had done its part) let the once-key advance; what the processor holds,
 *   the job takes back at once.
 */
export async function releaseClaim(
  db: Executor,
  organizationId: string,
  claim: Claim,
  next: 'retry' | 'corrected' | 'undo',
): Promise<void> {
  const named = [organizationId, claim.id, claim.fence, claim.key]
  await db.run(organizationId, next === 'retry' ? releaseUnknown : release, named)
}

const close = statement<{ id: string }>(
  'close_claim',
  `with closed as (
    update idempotency_keys
       set state = 'kept', status = $5, etag = $6, answer = $7, lease_until = null, request_id = $8, fingerprint = $9,
           expires_at = case when $10::boolean then now() else expires_at end
     where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and key = $4
    returning organization_id, id),
  looked_after as (
    delete from jobs j using closed c where j.organization_id = c.organization_id and j.id = c.id)
  select id from closed`,
)

/**
 * Closes the claim with its answer, in the transaction of the change. A claim without an Idempotency-Key of the client
 * expires at once, since nobody can ask for it again. False when the claim has been taken over: roll back.
 */
export async function closeClaim(
  tx: Executor,
  organizationId: string,
  claim: Claim,
  answer: {
    status: number
    etag: string | null
    answer: string | null
    requestId: string
    fingerprint: string
    isKeyless: boolean
  },
): Promise<boolean> {
  const rows = await tx.run(organizationId, close, [
    organizationId,
    claim.id,
    claim.fence,
    claim.key,
    answer.status,
    answer.etag,
    answer.answer,
    answer.requestId,
    answer.fingerprint,
    answer.isKeyless,
  ])
  return rows.length === 1
}
