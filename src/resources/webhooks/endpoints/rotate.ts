import { Failure } from '../../../contract/failure.ts'
import { text } from '../../../contract/fields/field.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newSigningSecret } from '../../../contract/tokens/signing-secret.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { rotateRequest } from '../webhook.fields.ts'
import { rotateSecret, type StoredWebhook, webhookTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const check = compileCheck(rotateRequest)

function decide(call: Call<StoredWebhook>): Plan {
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const secret = newSigningSecret()
  const change = { webhook: call.target, secret, at: call.now }
  return {
    data: { signing_secret: secret },
    etag: null,
    write: (db, _forwarded, kept) => rotateSecret(db, call.caller, change, kept),
  }
}

/** `POST /v3/webhooks/{id}/rotate-secret` (contract 12.2). */
export const rotateWebhookSecret: WriteEndpoint<StoredWebhook, undefined> = {
  kind: 'write',
  operation: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v3/webhooks/:webhookId/rotate-secret',
  rateClass: 'sensitive',
  status: 200,
  errors: ['RESOURCE_008'],
  failPhrase: { whole: 'An unexpected error occurred while rotating the webhook secret' },
  document: {
    tag: 'Webhooks',
    summary: 'Rotate the signing secret of a webhook',
    description:
      'Makes a new secret. x-webhook-signature uses it at once; webhook-signature carries a signature by the old one too for 24 hours. The secret is shown in this answer only.',
    body: rotateRequest,
    answer: Type.Object({
      signing_secret: text({ max: 100 }, { description: 'The new secret.', example: 'whsec_…' }),
    }),
  },
  takesBody: 'optional',
  bindsReplayToUser: true,
  ...ONE_WEBHOOK,
  target: webhookTarget,
  decide,
}
