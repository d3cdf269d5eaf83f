import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { deleteWebhook as remove, type StoredWebhook, webhookOrEndedTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

function decide(call: Call<StoredWebhook>): Plan {
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) => remove(db, call.caller, call.target.id, kept),
  }
}

/** `DELETE /v3/webhooks/{id}`: without a body and without a dry run (contract 5 and 12.2). */
export const deleteWebhook: WriteEndpoint<StoredWebhook, undefined> = {
  kind: 'write',
  operation: 'deleteWebhook',
  method: 'DELETE',
  path: '/v3/webhooks/:webhookId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_008'],
  failPhrase: 'delete webhook',
  document: {
    tag: 'Webhooks',
    summary: 'Delete a webhook',
    description:
      'Removes the webhook and its delivery log. There is no body and no sandbox member: with a live key it is always done.',
    answer: null,
  },
  takesBody: 'optional',
  ...ONE_WEBHOOK,
  target: webhookOrEndedTarget,
  decide,
}
