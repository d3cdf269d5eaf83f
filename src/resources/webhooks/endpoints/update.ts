import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { updateWebhookRequest, webhookResponse } from '../webhook.fields.ts'
import { readSettings, refusal, settingProblems, shownWebhook } from '../webhook.rules.ts'
import { type StoredWebhook, updateWebhook as save, webhookTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const check = compileCheck(updateWebhookRequest)

function decide(call: Call<StoredWebhook>): Plan {
  const { reading } = call
  const checked = check(reading.values)
  const details = {
    ...checked,
    ...settingProblems(call.body, reading.values, call.urlProblem, checked),
    ...call.earlyProblems,
    ...addUnknown(reading, call.isStrict),
  }
  if (Object.keys(details).length > 0) throw refusal(details, call.body)
  const { encryptedSecret: _encrypted, ...stored } = call.target
  const webhook = { ...stored, ...readSettings(reading.values), updated_at: call.now }
  return {
    data: shownWebhook(webhook, null),
    etag: null,
    write: (db, _forwarded, kept) => save(db, call.caller, webhook, kept),
  }
}

/** `PUT /v3/webhooks/{id}` (contract 12.2). */
export const updateWebhook: WriteEndpoint<StoredWebhook, undefined> = {
  kind: 'write',
  operation: 'updateWebhook',
  method: 'PUT',
  path: '/v3/webhooks/:webhookId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_008'],
  failPhrase: 'update webhook',
  document: {
    tag: 'Webhooks',
    summary: 'Replace the settings of a webhook',
    description:
      'Replaces the settings: event_filters, retry_count and timeout_seconds that are left out get their default. Secret and is_active have operations of their own. Deliveries that wait go to the new address.',
    body: updateWebhookRequest,
    answer: webhookResponse,
  },
  takesBody: 'required',
  ...ONE_WEBHOOK,
  target: webhookTarget,
  decide,
}
