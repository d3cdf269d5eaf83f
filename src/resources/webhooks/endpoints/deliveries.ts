import { instant, oneOf, optional, text, uuid } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { type LoggedDelivery, listDeliveries } from '../delivery-log.store.ts'
import { pagination, readPages, readSearch } from '../page.rules.ts'
import { type StoredWebhook, webhookOrEndedTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const query = Type.Object({
  page: optional(Type.Integer({ minimum: 1, description: 'Page, counted from 1.', example: 1 })),
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries a page, 20 unless told.', example: 20 }),
  ),
  search: optional(
    text(
      { max: 255 },
      { description: 'Only events whose type contains this text, or the event of this id.', example: 'profile' },
    ),
  ),
})

const whole = (description: string, example: number, nullable: boolean) =>
  Type.Integer({ description, example, ...(nullable ? { nullable } : {}) })
const time = (description: string) =>
  instant({ description, example: '2026-03-25T10:43:34.58912+00:00', nullable: true })

const entry = Type.Object({
  id: uuid({ description: 'Identifies the delivery.', example: '0190a0b0-0000-7000-8000-000000000008' }),
  event_type: text({ max: 100 }, { description: 'The event.', example: 'profile.updated' }),
  event_data: Type.Unknown({ description: 'The body that is sent.', example: { field: 'profile' } }),
  http_status_code: whole('The status of the last answer.', 200, true),
  response_body: text(
    { max: 1 },
    { description: 'Always null: what an endpoint answers is read and dropped.', example: null, nullable: true },
  ),
  delivery_status: oneOf(['PENDING', 'RETRYING', 'DELIVERED', 'FAILED'], {
    description: 'Where the delivery stands.',
    example: 'DELIVERED',
  }),
  delivery_attempts: whole('How often it was tried.', 1, false),
  error_message: text(
    { max: 300 },
    { description: 'Why the last attempt failed.', example: 'The endpoint answered with status 500', nullable: true },
  ),
  created_at: instant({ description: 'When it was to be made.', example: '2026-03-25T10:43:34.58912+00:00' }),
  processing_started_at: time('When it was first tried.'),
  processing_completed_at: time('When it had an end.'),
  event_id: uuid({
    description: 'The event, as webhook-id names it; for a replay.',
    example: '0190a0b0-0000-7000-8000-000000000009',
  }),
  duration_ms: whole('How long the last attempt took, in milliseconds.', 120, true),
})

function shown(delivery: LoggedDelivery) {
  return {
    id: delivery.id,
    event_type: delivery.event_type,
    event_data: JSON.parse(delivery.body),
    http_status_code: delivery.http_status_code,
    response_body: null,
    delivery_status: delivery.state,
    delivery_attempts: delivery.attempts,
    error_message: delivery.error_message,
    created_at: delivery.created_at,
    processing_started_at: delivery.processing_started_at,
    processing_completed_at: delivery.processing_completed_at,
    event_id: delivery.event_id,
    duration_ms: delivery.duration_ms,
  }
}

/** `GET /v3/webhooks/{id}/events` (contract 12.2). `response_body` stays null: what an address answers is shown to nobody, or it could be used to read inner hosts (SSRF). */
export const listWebhookDeliveries: ReadEndpoint<StoredWebhook> = {
  kind: 'read',
  operation: 'listWebhookDeliveries',
  method: 'GET',
  path: '/v3/webhooks/:webhookId/events',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001', 'RESOURCE_008'],
  failPhrase: 'retrieve webhook events',
  document: {
    tag: 'Webhooks',
    summary: 'List deliveries of a webhook',
    description: 'Answers the deliveries of the last 7 days, newest first, with status and timing of the last attempt.',
    query,
    answer: Type.Object({
      events: Type.Array(entry, { description: 'The deliveries, newest first.' }),
      pagination: paginationResponse,
    }),
  },
  ...ONE_WEBHOOK,
  target: webhookOrEndedTarget,
  read: async (db, { caller, target, query: asked }) => {
    const page = readPages(asked)
    const wanted = { search: readSearch(asked), offset: page.offset, limit: page.pageSize }
    const { deliveries, total } = await listDeliveries(db, caller, target.id, wanted)
    return { data: { events: deliveries.map(shown), pagination: pagination(page, total) } }
  },
}
