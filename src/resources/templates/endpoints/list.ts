import { flag, oneOf, optional, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { readListing } from '../query.rules.ts'
import { CATEGORIES, includeQuery, STATUSES, templateResponse } from '../template.fields.ts'
import { presentTemplate } from '../template.rules.ts'
import { countTemplates, listTemplates } from '../template.store.ts'

const query = Type.Object({
  page: optional(Type.Integer({ minimum: 1, description: 'Page, counted from 1.', example: 1 })),
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries a page, 20 unless told.', example: 20 }),
  ),
  search: optional(
    text({ max: 255 }, { description: 'Only templates whose name contains this text.', example: 'welcome' }),
  ),
  status: optional(oneOf(STATUSES, { description: 'Only templates of this status.', example: 'APPROVED' })),
  category: optional(oneOf(CATEGORIES, { description: 'Only templates of this category.', example: 'MARKETING' })),
  is_welcome_playground: optional(flag({ description: 'Accepted, and changes nothing.', example: false })),
  ...includeQuery.properties,
})

/** `GET /v3/templates`: those of the account, and those that others share with it. */
export const listTemplatesEndpoint: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'listTemplates',
  method: 'GET',
  path: '/v3/templates',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001'],
  failPhrase: { whole: 'An unexpected error occurred while retrieving templates' },
  document: {
    tag: 'Templates',
    summary: 'List templates',
    description:
      'Answers the templates of the account that the key acts as, newest first, and those that are shared with it: of the organization and of sibling profiles with allow_template_sharing, while the profile has inherit_templates. The organization itself sees those of all its profiles.',
    query,
    answer: Type.Object({
      templates: Type.Array(templateResponse, { description: 'The templates, newest first.' }),
      pagination: paginationResponse,
    }),
  },
  read: async (db, { caller, query: asked }) => {
    const { page, pageSize, filter, include } = readListing(asked)
    const at = { offset: (page - 1) * pageSize, limit: pageSize }
    const templates = await listTemplates(db, caller, filter, at)
    const total = await countTemplates(db, caller, filter)
    const pages = Math.ceil(total / pageSize)
    return {
      data: {
        templates: templates.map((template) => presentTemplate(template, include)),
        pagination: {
          page,
          page_size: pageSize,
          total_count: total,
          total_pages: pages,
          has_more: page < pages,
          cursors: null,
        },
      },
    }
  },
}
