import type { Database } from '../../db/database.ts'
import { ATTEMPTS_MAX, backoffMs, notAskedMs } from '../../jobs/backoff.rules.ts'
import type { Job } from '../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../jobs/worker.ts'
import type { Log } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Payments } from '../../ports/payments.ts'
import {
  type AbandonedClaim,
  abandonClaim,
  clearClaim,
  findClaim,
  giveClaimBack,
  type HeldClaim,
  holdClaim,
  takeClaim,
} from './abandoned-claim.store.ts'

export interface AbandonedClaimOptions {
  db: Database
  payments: Payments | null
  log: Log
  metrics: Pick<Metrics, 'idempotency'>
  leaseMs: number
  providerMs: number
}

const FINISHED: Next = { kind: 'finished' }
const CHANGED_HANDS: Next = { kind: 'postponed', delayMs: 1_000, isAttempt: true }
const UNTIL_EXPIRY_MS = 24 * 3_600_000

/**
 * Looks after a claim whose owner may never have come back (decision 18). What the processor holds for it is detached;
 * where that cannot be done, the job is parked and the method's reference reported. No transaction is open during the call.
 *
 * While a detachment is in doubt the claim stays leased: a client's retry would get, under the old once-key, a method that
 * may be detached already.
 */
export function abandonedClaimJob(options: AbandonedClaimOptions): JobHandler {
  return async (job) => {
    const claim = await findClaim(options.db, job)
    if (claim === null) return FINISHED
    if (claim.is_leased && !claim.is_detaching) {
      return { kind: 'postponed', delayMs: claim.leased_ms, isAttempt: false }
    }
    return claim.payment_method === null ? abandon(options, job, claim) : undo(options, job, claim)
  }
}

/** Nothing is recorded: either nothing happened at the processor, or its answer never arrived. */
async function abandon({ db, log, metrics }: AbandonedClaimOptions, job: Job, claim: AbandonedClaim): Promise<Next> {
  if (!(await abandonClaim(db, job, claim))) return CHANGED_HANDS
  metrics.idempotency('abandoned')
  log.warn('claim_abandoned', { claim: claim.id, operation: claim.operation })
  return FINISHED
}

async function undo(options: AbandonedClaimOptions, job: Job, claim: AbandonedClaim): Promise<Next> {
  const { db, payments, log, leaseMs, providerMs } = options
  const reference = claim.payment_method?.reference
  if (typeof reference !== 'string') return leftBehind(options, claim, 'reference_missing')
  if (payments === null) return leftBehind(options, claim, 'provider_not_configured')
  if (payments.name !== claim.payment_method?.processor) return leftBehind(options, claim, 'other_provider_configured')
  // Twice the job's lease: should this worker die, the next one comes before a client's retry can.
  const held = await takeClaim(db, job, claim, 2 * leaseMs)
  if (held === null) return CHANGED_HANDS
  const onceKey = `${claim.id}-detach-${held.attempt}`
  const outcome = await payments.detachCard({ onceKey, reference, signal: AbortSignal.timeout(providerMs) })
  const mine = { id: claim.id, fence: held.fence }
  switch (outcome.kind) {
    case 'done':
      if (!(await clearClaim(db, job, { ...mine, isKeyless: claim.is_keyless }))) {
        log.warn('abandoned_claim_fenced', { claim: claim.id, reference })
      }
      return FINISHED
    case 'refused':
    case 'mismatch':
      await giveClaimBack(db, job, mine)
      return leftBehind(options, claim, outcome.kind)
    case 'unavailable':
      return again(options, job, { claim, held, hintMs: outcome.retryAfterSeconds * 1_000 }, outcome.kind)
    case 'not_asked': {
      const delayMs = notAskedMs(outcome.retryAfterSeconds, Math.random())
      await holdClaim(db, job, mine, delayMs + 2 * leaseMs)
      return { kind: 'postponed', delayMs, isAttempt: false }
    }
    case 'timeout':
      return again(options, job, { claim, held, hintMs: 0 }, outcome.kind)
  }
}

async function again(
  options: AbandonedClaimOptions,
  job: Job,
  { claim, held, hintMs }: { claim: AbandonedClaim; held: HeldClaim; hintMs: number },
  reason: string,
): Promise<Next> {
  const mine = { id: claim.id, fence: held.fence }
  if (job.attempts >= ATTEMPTS_MAX) {
    await holdClaim(options.db, job, mine, UNTIL_EXPIRY_MS)
    return leftBehind(options, claim, reason)
  }
  // Behind the wait that was asked for, which is the same for everybody that was turned away.
  const delayMs = hintMs + backoffMs(job.attempts, Math.random())
  await holdClaim(options.db, job, mine, delayMs + 2 * options.leaseMs)
  return { kind: 'postponed', delayMs, isAttempt: true }
}

/** The processor's own names for the method are all that an operator needs to detach it by hand. */
function leftBehind({ log, metrics }: AbandonedClaimOptions, claim: AbandonedClaim, reason: string): Next {
  const name = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    kind: 'parked',
    report: () => {
      metrics.idempotency('abandoned')
      log.error('payment_method_left_behind', {
        claim: claim.id,
        reason,
        processor: name(claim.payment_method?.processor),
        reference: name(claim.payment_method?.reference),
      })
    },
  }
}
