import type { Endpoint } from '../../http/endpoint.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { END_CAMPAIGN_JOB } from '../campaigns/index.ts'
import { ADVANCE_JOB } from '../profiles/index.ts'
import { completeProfile } from './endpoints/complete.ts'
import { previewProfile } from './endpoints/preview.ts'
import { getRegistration } from './endpoints/registration.ts'
import { advanceRegistrationJob } from './workflow/advance.job.ts'
import { endCampaignJob } from './workflow/end-campaign.job.ts'
import type { RegistrationOptions } from './workflow/load.ts'

export { reviewProfile } from './review.store.ts'
export { wake } from './workflow/wake.ts'

export const registrationEndpoints: readonly Endpoint[] = [completeProfile, getRegistration, previewProfile]

/** The background work of registrations, by kind of job. */
export function registrationHandlers(options: RegistrationOptions): Readonly<Record<string, JobHandler>> {
  return {
    [ADVANCE_JOB]: advanceRegistrationJob(options),
    [END_CAMPAIGN_JOB]: endCampaignJob(options),
  }
}
