import { newId } from '../../contract/new-id.ts'
import type { Database } from '../../db/database.ts'
import type { Egress } from '../../egress/index.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import type { Job } from '../../jobs/queue.store.ts'
import { extendLease } from '../../jobs/receiver-claim.store.ts'
import type { JobHandler, Next } from '../../jobs/worker.ts'
import type { Log } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import { FAILURES_MAX, judge } from './attempt.rules.ts'
import {
  DELIVER_WEBHOOK,
  type DueDelivery,
  dropDelivery,
  type EventToTell,
  fanOut,
  findDelivery,
  findEventToTell,
  settleDelivery,
} from './delivery.store.ts'
import { eventBody } from './event-body.rules.ts'
import { signedHeaders } from './signature.rules.ts'
import { hears, partsOf } from './subscription.rules.ts'
import { openSecrets } from './webhook.store.ts'

export interface DeliveryOptions {
  db: Database
  keys: KeyRing
  egress: Egress
  log: Log
  metrics: Pick<Metrics, 'delivered' | 'webhookDisabled'>
  /** How long a claimed delivery is this worker's, where its webhook's timeout does not need longer. */
  leaseMs: number
}

const FINISHED: Next = { kind: 'finished' }
const SETTLED: Next = { kind: 'settled' }
const TOLD: Next = { kind: 'settled', wakes: [DELIVER_WEBHOOK] }

/** For the statements around the call. */
const AROUND_MS = 15_000

/** Turns an event into a delivery for each webhook that hears of it. A suspended account hears of nothing (contract 12.5). */
export function fanOutJob({ db }: Pick<DeliveryOptions, 'db'>): JobHandler {
  return async (job: Job) => {
    const rows = await findEventToTell(db, job)
    const [event] = rows
    if (event === undefined) return FINISHED
    const heard = event.account_state === 'SUSPENDED' ? [] : rows.filter((row) => isTold(row))
    const body = eventBody(event)
    const made = await fanOut(
      db,
      job,
      heard.map(({ webhook_id }) => ({
        id: newId(),
        webhook_id: webhook_id ?? '',
        event_id: job.id,
        type: event.type,
        body,
        is_test: false,
      })),
    )
    return made > 0 ? TOLD : SETTLED
  }
}

function isTold(row: EventToTell): boolean {
  return row.webhook_id !== null && hears(row, row.type)
}

/**
 * Makes one attempt at a delivery: the stored bytes, signed anew. The attempt is at least once: a process that dies between
 * the receiver's answer and the write makes it again, with the same bytes under the same `webhook-id`.
 */
export function deliverWebhookJob(options: DeliveryOptions): JobHandler {
  const { db, leaseMs } = options
  return async (job: Job) => {
    const found = await findDelivery(db, job)
    if (found === null || found.state === 'DELIVERED' || found.state === 'FAILED') return FINISHED
    const obstacle = obstacleTo(found)
    if (obstacle !== null) {
      await dropDelivery(db, job, obstacle)
      return SETTLED
    }
    const needsMs = found.timeout_seconds * 1000 + AROUND_MS
    if (needsMs > leaseMs && !(await extendLease(db, job, needsMs))) return SETTLED
    await attempt(options, job, found)
    return SETTLED
  }
}

/** What has happened since the delivery was made. Its event stays replayable. */
function obstacleTo({ account_state, is_active, is_test }: DueDelivery): string | null {
  if (account_state === 'SUSPENDED') return 'The account is suspended'
  return is_active || is_test ? null : 'The webhook is not active'
}

async function attempt(options: DeliveryOptions, job: Job, due: DueDelivery): Promise<void> {
  const { db, keys, egress, log, metrics } = options
  const { url, secret, previousSecret } = openSecrets(due, job.subject_id, keys.open(due.data_key, job.organization_id))
  const headers = signedHeaders({
    endpointId: job.subject_id,
    eventId: due.event_id,
    field: partsOf(due.event_type).parent,
    body: due.body,
    secret,
    previousSecret,
    at: new Date(),
  })
  const posted = await egress.post({ url, headers, body: due.body, timeoutMs: due.timeout_seconds * 1000 })
  const verdict = judge(posted, {
    attempt: due.attempts + 1,
    retryCount: due.is_test ? 0 : due.retry_count,
    nowMs: Date.now(),
    random: Math.random(),
  })
  metrics.delivered('webhook', verdict.state)
  const settled = await settleDelivery(db, job, {
    ...verdict,
    durationMs: posted.durationMs,
    isCounted: !due.is_test,
    failuresMax: FAILURES_MAX,
  })
  if (settled?.is_disabled !== true) return
  const reason = verdict.isGone ? 'gone' : 'failures'
  metrics.webhookDisabled(reason)
  log.warn('webhook_disabled', { webhook: job.subject_id, organization: job.organization_id, delivery: job.id, reason })
}
