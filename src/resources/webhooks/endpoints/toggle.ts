import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { toggleRequest, type Webhook, webhookResponse } from '../webhook.fields.ts'
import { shownWebhook } from '../webhook.rules.ts'
import { type StoredWebhook, toggleWebhook as save, webhookTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const check = compileCheck(toggleRequest)

function decide(call: Call<StoredWebhook>): Plan {
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const { encryptedSecret: _encrypted, ...stored } = call.target
  const isActive = reading.values.is_active === true
  const fresh = isActive ? { consecutive_failures: 0, disabled_at: null } : {}
  const webhook: Webhook = { ...stored, ...fresh, is_active: isActive, updated_at: call.now }
  return {
    data: shownWebhook(webhook, null),
    etag: null,
    write: (db, _forwarded, kept) => save(db, call.caller, webhook, kept),
  }
}

/** `PATCH /v3/webhooks/{id}/toggle-status` (contract 12.2). */
export const toggleWebhook: WriteEndpoint<StoredWebhook, undefined> = {
  kind: 'write',
  operation: 'toggleWebhook',
  method: 'PATCH',
  path: '/v3/webhooks/:webhookId/toggle-status',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_008'],
  failPhrase: 'update webhook',
  document: {
    tag: 'Webhooks',
    summary: 'Switch a webhook on or off',
    description:
      'Switched on, its failures are forgotten. Events of the time in which it was off are not delivered by themselves; replay them.',
    body: toggleRequest,
    answer: webhookResponse,
  },
  takesBody: 'required',
  ...ONE_WEBHOOK,
  target: webhookTarget,
  decide,
}
