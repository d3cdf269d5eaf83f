import { flag, optional, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { pagination, readFlag, readPages, readSearch } from '../page.rules.ts'
import { webhookResponse } from '../webhook.fields.ts'
import { shownWebhook } from '../webhook.rules.ts'
import { countWebhooks, listWebhooks } from '../webhook.store.ts'

const query = Type.Object({
  page: optional(Type.Integer({ minimum: 1, description: 'Page, counted from 1.', example: 1 })),
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries a page, 20 unless told.', example: 20 }),
  ),
  search: optional(
    text({ max: 255 }, { description: 'Only webhooks whose display_name contains this text.', example: 'order' }),
  ),
  is_active: optional(flag({ description: 'Only webhooks that are switched on, or off.', example: true })),
  is_ended: optional(
    flag({
      description:
        'Instead of the account’s own, those of the organization’s deleted profiles; for a week after the deletion, and for a key of the organization only.',
      example: false,
    }),
  ),
})

/** `GET /v3/webhooks` (contract 12.2). */
export const listWebhooksEndpoint: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'listWebhooks',
  method: 'GET',
  path: '/v3/webhooks',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001'],
  failPhrase: { whole: 'An unexpected error occurred while retrieving webhooks' },
  document: {
    tag: 'Webhooks',
    summary: 'List webhooks',
    description: 'Answers the webhooks of the account that the key acts as, oldest first.',
    query,
    answer: Type.Object({
      webhooks: Type.Array(webhookResponse, { description: 'The webhooks, oldest first.' }),
      pagination: paginationResponse,
    }),
  },
  read: async (db, { caller, query: asked }) => {
    const page = readPages(asked)
    const filter = {
      search: readSearch(asked),
      isActive: readFlag(asked, 'is_active'),
      isEnded: readFlag(asked, 'is_ended') === true,
    }
    const webhooks = await listWebhooks(db, caller, filter, { offset: page.offset, limit: page.pageSize })
    const total = await countWebhooks(db, caller, filter)
    return {
      data: { webhooks: webhooks.map((webhook) => shownWebhook(webhook, null)), pagination: pagination(page, total) },
    }
  },
}
