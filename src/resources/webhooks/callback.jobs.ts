import type { Job } from '../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../jobs/worker.ts'
import { judge } from './attempt.rules.ts'
import { findCallback, openCallback, settleCallback } from './callback.store.ts'
import type { DeliveryOptions } from './delivery.jobs.ts'
import { signedHeaders } from './signature.rules.ts'

const TIMEOUT_MS = 30_000
const RETRY_COUNT = 5
const SETTLED: Next = { kind: 'settled' }

/** What `x-webhook-event-type` says of a callback. */
const FIELD = 'profile_completion'

/**
 * Tells one callback how its run ended (contract 8.12). Sent's is sent once and unsigned; ours is signed with a secret of its
 * own and retried as webhooks are (decision 28).
 */
export function deliverCallbackJob(options: DeliveryOptions): JobHandler {
  const { db, keys, egress, log, metrics } = options
  return async (job: Job) => {
    const found = await findCallback(db, job)
    if (found === null || found.state !== 'due' || found.body === null) return { kind: 'finished' }
    if (found.account_state === 'SUSPENDED') {
      await settleCallback(db, job, { state: 'failed', status: null, says: 'The account is suspended', delayMs: null })
      return SETTLED
    }
    const { url, secret } = openCallback(found, job.id, keys.open(found.data_key, job.organization_id))
    const headers = signedHeaders({
      endpointId: job.id,
      eventId: job.id,
      field: FIELD,
      body: found.body,
      secret,
      previousSecret: null,
      at: new Date(),
    })
    const posted = await egress.post({ url, headers, body: found.body, timeoutMs: TIMEOUT_MS })
    const attempt = found.attempts + 1
    const verdict = judge(posted, { attempt, retryCount: RETRY_COUNT, nowMs: Date.now(), random: Math.random() })
    metrics.delivered('callback', verdict.state)
    const state = verdict.state === 'DELIVERED' ? 'delivered' : verdict.state === 'RETRYING' ? 'due' : 'failed'
    const isMine = await settleCallback(db, job, { ...verdict, state })
    if (isMine && state === 'failed')
      log.warn('callback_failed', {
        callback: job.id,
        profile: job.subject_id,
        attempts: attempt,
        reason: verdict.says,
      })
    return SETTLED
  }
}
