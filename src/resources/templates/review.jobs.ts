import type { Database } from '../../db/database.ts'
import { backoffMs, notAskedMs } from '../../jobs/backoff.rules.ts'
import type { Job } from '../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../jobs/worker.ts'
import type { Log } from '../../observability/log.ts'
import type { Outcome } from '../../ports/outcome.ts'
import type { TemplateReviewer } from '../../ports/template-review.ts'
import type { Whatsapp } from '../../ports/whatsapp.ts'
import { contentFor } from './placeholder.rules.ts'
import type { Template } from './template.fields.ts'
import { reviewEvent } from './template.rules.ts'
import { findSubmitted } from './template.store.ts'
import { settleReview } from './template-write.store.ts'

export interface ReviewJobOptions {
  db: Database
  whatsapp: Whatsapp | null
  log: Log
  /** For one call. */
  providerMs: number
}

const FINISHED: Next = { kind: 'finished' }
/** Just after a template was handed in there is nothing to see yet. */
const FIRST_LOOK_MS = 250
/** A provider that is not configured may be configured by the next start. */
const UNCONFIGURED_MS = 600_000

/**
 * Brings a template through its review. It looks for the review first and hands the template in only where there is none, so an
 * answer that got lost never hands it in twice. A template that was changed, deleted or decided about meanwhile is left alone.
 */
export function reviewTemplateJob(options: ReviewJobOptions): JobHandler {
  return async (job) => {
    const template = await findSubmitted(options.db, job.organization_id, job.subject_id, job.id)
    if (template === null) return FINISHED
    const reviewer = options.whatsapp?.templates ?? null
    if (reviewer === null) {
      options.log.warn('template_not_reviewed', { template: template.id, reason: 'provider_not_configured' })
      return { kind: 'postponed', delayMs: UNCONFIGURED_MS, isAttempt: false }
    }
    return look(options, reviewer, job, template)
  }
}

async function look(
  options: ReviewJobOptions,
  reviewer: TemplateReviewer,
  job: Job,
  template: Template,
): Promise<Next> {
  const signal = () => AbortSignal.timeout(options.providerMs)
  const found = await reviewer.findReview({ reference: job.id, signal: signal() })
  if (found.kind !== 'done') return later(job, found)
  if (found.value === null) {
    const taken = await reviewer.submitTemplate({ template: forReview(job.id, template), signal: signal() })
    if (taken.kind === 'done') return { kind: 'postponed', delayMs: FIRST_LOOK_MS, isAttempt: false }
    if (taken.kind !== 'refused') return later(job, taken)
    const reason = taken.refusals.map(({ says }) => says).join(' ')
    return settle(options, job, { ...template, status: 'REJECTED', reviewReason: reason })
  }
  const { templateId, review } = found.value
  if (review.state === 'pending') return { kind: 'postponed', delayMs: review.lookAgainMs, isAttempt: false }
  const reviewed = { ...template, whatsappTemplateId: templateId }
  return review.state === 'approved'
    ? settle(options, job, { ...reviewed, status: 'APPROVED', reviewReason: null })
    : settle(options, job, { ...reviewed, status: 'REJECTED', reviewReason: review.reason })
}

function forReview(reference: string, { name, category, language, definition }: Template) {
  return { reference, name, category, language, text: contentFor(definition, 'whatsapp')?.template ?? '' }
}

/** A call that came to nothing is made again; one that a breaker did not let out is no attempt. */
function later(job: Job, outcome: Exclude<Outcome<unknown>, { kind: 'done' }>): Next {
  if (outcome.kind === 'not_asked')
    return { kind: 'postponed', delayMs: notAskedMs(outcome.retryAfterSeconds, Math.random()), isAttempt: false }
  return { kind: 'postponed', delayMs: backoffMs(job.attempts, Math.random()), isAttempt: true }
}

async function settle(
  { db }: ReviewJobOptions,
  { organization_id: organizationId }: Job,
  template: Template,
): Promise<Next> {
  await db.transaction(organizationId, (tx) => settleReview(tx, organizationId, template, reviewEvent(template)))
  return FINISHED
}
