import { ATTEMPTS_MAX, backoffMs, notAskedMs } from '../../../jobs/backoff.rules.ts'
import type { Job } from '../../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../../jobs/worker.ts'
import { findEndingCampaign, noteCampaignEnded, unlockCampaign } from '../../campaigns/index.ts'
import type { RegistrationOptions } from './load.ts'

const FINISHED: Next = { kind: 'finished' }
const UNTIL_KNOWN_MS = 60_000
const NOT_CONFIGURED_MS = 3_600_000

/**
 * Ends a deleted campaign at the registry, which goes on charging for it otherwise. Ending may be repeated, so a call without
 * an answer is simply made again. A campaign whose submission is still open is ended when it is known what became of it.
 */
export function endCampaignJob({ db, ports, log, metrics, providerMs }: RegistrationOptions): JobHandler {
  return async (job: Job) => {
    const { organization_id: organizationId, subject_id: id } = job
    const campaign = await findEndingCampaign(db, organizationId, id)
    if (campaign === null) return FINISHED
    const ids = { tcrCampaignId: campaign.tcr_campaign_id, telnyxCampaignId: campaign.telnyx_campaign_id }
    const key = { organizationId, ownerId: campaign.owner_id, id }
    if ((ids.tcrCampaignId ?? ids.telnyxCampaignId) === null) {
      if (campaign.lock !== 'submitting') return FINISHED
      if (!campaign.is_run_going) {
        await unlockCampaign(db, key, null)
        return FINISHED
      }
      return { kind: 'postponed', delayMs: UNTIL_KNOWN_MS, isAttempt: false }
    }
    const registry = ports.brandRegistry
    if (registry === null) return { kind: 'postponed', delayMs: NOT_CONFIGURED_MS, isAttempt: false }
    const outcome = await registry.deactivateCampaign({ campaign: ids, signal: AbortSignal.timeout(providerMs) })
    if (outcome.kind === 'done') {
      await noteCampaignEnded(db, key)
      return FINISHED
    }
    if (outcome.kind === 'not_asked') {
      return { kind: 'postponed', delayMs: notAskedMs(outcome.retryAfterSeconds, Math.random()), isAttempt: false }
    }
    const isOver = outcome.kind === 'refused' || job.attempts >= ATTEMPTS_MAX
    if (!isOver) return { kind: 'postponed', delayMs: backoffMs(job.attempts, Math.random()), isAttempt: true }
    return {
      kind: 'parked',
      report: () => {
        metrics.registrationParked('end_campaign')
        log.error('campaign_left_behind', { organization: organizationId, campaign: id, reason: outcome.kind })
      },
    }
  }
}
