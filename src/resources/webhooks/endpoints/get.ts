import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { webhookResponse } from '../webhook.fields.ts'
import { shownWebhook } from '../webhook.rules.ts'
import { type StoredWebhook, webhookOrEndedTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

/** `GET /v3/webhooks/{id}` (contract 12.2). */
export const getWebhook: ReadEndpoint<StoredWebhook> = {
  kind: 'read',
  operation: 'getWebhook',
  method: 'GET',
  path: '/v3/webhooks/:webhookId',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001', 'RESOURCE_008'],
  failPhrase: 'retrieve webhook',
  document: {
    tag: 'Webhooks',
    summary: 'Get a webhook',
    description: 'Answers the webhook; its signing secret is null.',
    answer: webhookResponse,
  },
  ...ONE_WEBHOOK,
  target: webhookOrEndedTarget,
  read: async (_db, { target: { encryptedSecret: _encrypted, ...webhook } }) => ({ data: shownWebhook(webhook, null) }),
}
