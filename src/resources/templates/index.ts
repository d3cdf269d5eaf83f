import type { Endpoint } from '../../http/endpoint.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { createTemplate } from './endpoints/create.ts'
import { deleteTemplateEndpoint } from './endpoints/delete.ts'
import { getTemplate } from './endpoints/get.ts'
import { listTemplatesEndpoint } from './endpoints/list.ts'
import { updateTemplateEndpoint } from './endpoints/update.ts'
import { type ReviewJobOptions, reviewTemplateJob } from './review.jobs.ts'
import { REVIEW_TEMPLATE } from './template-write.store.ts'

export const templateEndpoints: readonly Endpoint[] = [
  listTemplatesEndpoint,
  createTemplate,
  getTemplate,
  updateTemplateEndpoint,
  deleteTemplateEndpoint,
]

/** The job that brings templates through their review. */
export function templateHandlers(options: ReviewJobOptions): Record<string, JobHandler> {
  return { [REVIEW_TEMPLATE]: reviewTemplateJob(options) }
}
