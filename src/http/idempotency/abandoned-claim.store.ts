import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Job } from '../../jobs/queue.store.ts'

/** Claims that their owner may have left. Every write carries the claim's fence: whoever raised it last owns the claim. */

export interface AbandonedClaim {
  id: string
  operation: string
  fence: number
  attempt: number
  payment_method: JsonObject | null
  /** Without an Idempotency-Key of the client: nobody can ask for it again. */
  is_keyless: boolean
  is_leased: boolean
  leased_ms: number
  /** A worker has asked the processor to detach the method, and the outcome is not known yet. */
  is_detaching: boolean
}

const find = statement<AbandonedClaim>(
  'find_abandoned_claim',
  `select id, operation, fence, attempt, payment_method, key like '~%' as is_keyless,
          coalesce(lease_until > now(), false) as is_leased,
          coalesce(greatest(extract(epoch from lease_until - now()) * 1000, 0), 0)::double precision as leased_ms,
          coalesce(payment_method ? 'detaching', false) as is_detaching
     from idempotency_keys where organization_id = $1 and id = $2 and state = 'claimed'`,
)

/** The claim that the job looks after; null when it is closed or gone. */
export async function findClaim(db: Executor, job: Job): Promise<AbandonedClaim | null> {
  const [claim] = await db.run(job.organization_id, find, [job.organization_id, job.subject_id])
  return claim ?? null
}

export interface HeldClaim {
  fence: number
  attempt: number
}

// The job's own fence is asked for as well: a client that takes the claim over raises it, so a worker that was slow to
// act on what it read cannot take the claim back from a client that runs.
const take = statement<HeldClaim>(
  'take_abandoned_claim',
  `update idempotency_keys k
      set fence = k.fence + 1, payment_method = k.payment_method || '{"detaching": true}'::jsonb,
          lease_until = now() + $4::double precision * interval '1 millisecond'
     from jobs j
    where k.organization_id = $1 and k.id = $2 and k.fence = $3 and k.state = 'claimed' and k.payment_method is not null
      and (k.lease_until <= now() or k.payment_method ? 'detaching')
      and j.organization_id = k.organization_id and j.id = $5 and j.fence = $6 and j.created_at = $7::timestamptz
   returning k.fence, k.attempt`,
)

/** Takes the claim to undo it: until `leaseMs` from now no client can take it over. Null when it has changed hands. */
export async function takeClaim(
  db: Executor,
  job: Job,
  claim: AbandonedClaim,
  leaseMs: number,
): Promise<HeldClaim | null> {
  const { organization_id: organizationId } = job
  const [held] = await db.run(organizationId, take, [
    organizationId,
    claim.id,
    claim.fence,
    leaseMs,
    job.id,
    job.fence,
    job.created_at,
  ])
  return held ?? null
}

const hold = statement<{ id: string }>(
  'hold_abandoned_claim',
  `update idempotency_keys
      set lease_until = least(expires_at, now() + $4::double precision * interval '1 millisecond')
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed'
   returning id`,
)

/** Keeps the claim out of clients' reach for `leaseMs` more, at most until it expires. */
export async function holdClaim(
  db: Executor,
  job: Job,
  { id, fence }: { id: string; fence: number },
  leaseMs: number,
): Promise<void> {
  await db.run(job.organization_id, hold, [job.organization_id, id, fence, leaseMs])
}

const giveBack = statement<{ id: string }>(
  'give_back_abandoned_claim',
  `update idempotency_keys set lease_until = now(), payment_method = payment_method - 'detaching'
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed'
   returning id`,
)

/** Gives the claim back as it was, method included: the processor did nothing. */
export async function giveClaimBack(
  db: Executor,
  job: Job,
  { id, fence }: { id: string; fence: number },
): Promise<void> {
  await db.run(job.organization_id, giveBack, [job.organization_id, id, fence])
}

const clear = statement<{ id: string }>(
  'clear_undone_claim',
  `update idempotency_keys set payment_method = null, attempt = attempt + 1, lease_until = now()
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed'
   returning id`,
)

const remove = statement<{ id: string }>(
  'delete_undone_claim',
  `delete from idempotency_keys where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' returning id`,
)

/**
 * After the method was detached: a keyed claim is free for the client's retry under the next once-key, since the spent
 * one would answer with the detached method; a keyless one is deleted. False when it has changed hands.
 */
export async function clearClaim(
  db: Executor,
  job: Job,
  { id, fence, isKeyless }: { id: string; fence: number; isKeyless: boolean },
): Promise<boolean> {
  const rows = await db.run(job.organization_id, isKeyless ? remove : clear, [job.organization_id, id, fence])
  return rows.length === 1
}

// A new fence shuts the first owner out: what it might still record would have no job to look after it.
const leave = statement<{ id: string }>(
  'leave_abandoned_claim',
  `update idempotency_keys set fence = fence + 1
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and lease_until <= now()
      and payment_method is null
   returning id`,
)

const forget = statement<{ id: string }>(
  'forget_abandoned_claim',
  `delete from idempotency_keys
    where organization_id = $1 and id = $2 and fence = $3 and state = 'claimed' and lease_until <= now()
      and payment_method is null
   returning id`,
)

/** Gives up a claim with nothing recorded: a keyed one waits for the client's retry, a keyless one is deleted. */
export async function abandonClaim(db: Executor, job: Job, claim: AbandonedClaim): Promise<boolean> {
  const text = claim.is_keyless ? forget : leave
  return (await db.run(job.organization_id, text, [job.organization_id, claim.id, claim.fence])).length === 1
}
