import { profileEtag } from '../../contract/etag.ts'
import { Failure } from '../../contract/failure.ts'
import { MALFORMED_ID, type Template } from './template.fields.ts'

/** What every operation on one template answers alike. */
export const ONE_TEMPLATE = {
  targetParam: 'templateId',
  notFound: 'RESOURCE_002',
  malformedId: MALFORMED_ID,
} as const

/** The strong tag of what a client can edit. */
export const templateEtag: (template: Pick<Template, 'id' | 'version'>) => string = profileEtag

/** @throws Failure PROVIDER_001 where a template would wait for reviewers that this server has not. */
export function checkReviewer(
  { providers }: { providers: { templateReview: boolean } },
  template: Template,
  isSubmitted: boolean,
): void {
  if (!isSubmitted || template.status !== 'PENDING' || providers.templateReview) return
  throw new Failure('PROVIDER_001', {
    details: { submit_for_review: ['The review of WhatsApp templates is not configured on this server'] },
  })
}
