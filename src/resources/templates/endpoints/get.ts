import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { readInclude } from '../query.rules.ts'
import { type FoundTemplate, includeQuery, templateResponse } from '../template.fields.ts'
import { presentTemplate } from '../template.rules.ts'
import { templateTarget } from '../template.store.ts'
import { ONE_TEMPLATE, templateEtag } from '../template-endpoint.rules.ts'

/** `GET /v3/templates/{id}`. */
export const getTemplate: ReadEndpoint<FoundTemplate> = {
  kind: 'read',
  operation: 'getTemplate',
  method: 'GET',
  path: '/v3/templates/:templateId',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001', 'RESOURCE_002'],
  failPhrase: { whole: 'An unexpected error occurred while retrieving the template' },
  document: {
    tag: 'Templates',
    summary: 'Get a template',
    description:
      'Answers a template of the account, or one that is shared with it. include adds its definition, the size of its text message, what reviewers of WhatsApp will refuse, and what came of its review.',
    query: includeQuery,
    answer: templateResponse,
  },
  ...ONE_TEMPLATE,
  target: templateTarget,
  read: async (_db, { target, query }) => ({
    data: presentTemplate(target, readInclude(query)),
    etag: templateEtag(target),
  }),
}
