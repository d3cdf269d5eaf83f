import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { readTemplate, updatedTemplate } from '../change.rules.ts'
import { readInclude } from '../query.rules.ts'
import { type FoundTemplate, includeQuery, templateResponse, updateTemplateRequest } from '../template.fields.ts'
import { presentTemplate, reviewEvent } from '../template.rules.ts'
import { templateTarget } from '../template.store.ts'
import { checkReviewer, ONE_TEMPLATE, templateEtag } from '../template-endpoint.rules.ts'
import { updateTemplate } from '../template-write.store.ts'

const check = compileCheck(updateTemplateRequest)

function decide(call: Call<FoundTemplate>): Plan {
  const { caller, target } = call
  const sent = readTemplate(call, check, target)
  const include = readInclude(call.query)
  const template = updatedTemplate(target, sent, call)
  const isSubmitted = sent.submit_for_review === true
  checkReviewer(call, template, isSubmitted)
  const event = isSubmitted && template.status === 'APPROVED' ? reviewEvent(template) : null
  const { organization_id: organizationId } = caller.organization
  return {
    data: presentTemplate(template, include),
    etag: templateEtag(template),
    write:
      template === target
        ? null
        : (tx, _results, kept) => updateTemplate(tx, organizationId, { template, isSubmitted, event, kept }),
  }
}

/** `PUT /v3/templates/{id}`: what is null or left out stays; a definition replaces the whole stored one. */
export const updateTemplateEndpoint: WriteEndpoint<FoundTemplate, undefined> = {
  kind: 'write',
  operation: 'updateTemplate',
  method: 'PUT',
  path: '/v3/templates/:templateId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_002', 'PRECONDITION_001', 'PROVIDER_001'],
  failPhrase: { whole: 'An unexpected error occurred while updating the template' },
  document: {
    tag: 'Templates',
    summary: 'Update a template',
    description:
      'Changes the members that are sent. The name may change at any time, all else in DRAFT and REJECTED alone; a rejected template whose content changes is a draft again. A template that belongs to another account cannot be changed.',
    query: includeQuery,
    body: updateTemplateRequest,
    answer: templateResponse,
  },
  takesBody: 'optional',
  ...ONE_TEMPLATE,
  target: templateTarget,
  etagOf: templateEtag,
  noun: 'template',
  // The change is several statements, which belong together.
  locksOrganization: () => true,
  decide,
}
