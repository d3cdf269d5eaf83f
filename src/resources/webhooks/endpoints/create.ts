import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newSigningSecret } from '../../../contract/tokens/signing-secret.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { createWebhookRequest, type Webhook, webhookResponse } from '../webhook.fields.ts'
import { readSettings, refusal, settingProblems, shownWebhook, WEBHOOKS_MAX } from '../webhook.rules.ts'
import { countWebhooks, insertWebhook } from '../webhook.store.ts'

const check = compileCheck(createWebhookRequest)

function decide(call: Call<null>, count: number): Plan {
  const { caller } = call
  const { reading } = call
  const checked = check(reading.values)
  const details = {
    ...checked,
    ...settingProblems(call.body, reading.values, call.urlProblem, checked),
    ...call.earlyProblems,
    ...addUnknown(reading, call.isStrict),
  }
  if (Object.keys(details).length > 0) throw refusal(details, call.body)
  if (count >= WEBHOOKS_MAX)
    throw new Failure('VALIDATION_001', { message: `An account has at most ${WEBHOOKS_MAX} webhooks` })
  const webhook: Webhook = {
    id: call.newId,
    ...readSettings(reading.values),
    is_active: true,
    last_delivery_attempt_at: null,
    last_successful_delivery_at: null,
    consecutive_failures: 0,
    created_at: call.now,
    updated_at: null,
    disabled_at: null,
    profile_id: caller.actingProfileId,
  }
  const secret = newSigningSecret()
  return {
    data: shownWebhook(webhook, secret),
    etag: null,
    write: (db, _forwarded, kept) => insertWebhook(db, caller, webhook, secret, kept),
  }
}

/** `POST /v3/webhooks` (contract 12.2). */
export const createWebhook: WriteEndpoint<null, number> = {
  kind: 'write',
  operation: 'createWebhook',
  method: 'POST',
  path: '/v3/webhooks',
  rateClass: 'standard',
  status: 201,
  errors: [],
  failPhrase: 'create webhook',
  document: {
    tag: 'Webhooks',
    summary: 'Create a webhook',
    description:
      'Makes a webhook of the account that the key acts as: the organization hears of all its profiles, a profile of itself. The signing secret is shown in this answer only; a replay of the same Idempotency-Key shows it again for 24 hours.',
    body: createWebhookRequest,
    answer: webhookResponse,
  },
  takesBody: 'required',
  bindsReplayToUser: true,
  facts: (db, call) => countWebhooks(db, call.caller, { search: null, isActive: null, isEnded: false }),
  decide,
}
