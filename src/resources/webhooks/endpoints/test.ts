import { Failure } from '../../../contract/failure.ts'
import { flag, text } from '../../../contract/fields/field.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newId } from '../../../contract/new-id.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { insertDeliveries } from '../delivery-log.store.ts'
import { testBody } from '../test-event.rules.ts'
import { testRequest } from '../webhook.fields.ts'
import { type StoredWebhook, webhookTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const check = compileCheck(testRequest)

function decide(call: Call<StoredWebhook>): Plan {
  const { caller, target } = call
  const { reading } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const type = (reading.values.event_type as string | undefined) ?? 'profile.updated'
  const { organization_id: organizationId } = caller.organization
  const body = testBody(type, { organizationId, profileId: caller.actingProfileId, at: call.now })
  const delivery = { id: newId(), webhook_id: target.id, event_id: newId(), type, body, is_test: true }
  return {
    data: { success: true, message: `A test event ${type} is on its way; the delivery log shows what became of it` },
    etag: null,
    write: (db, _forwarded, kept) => insertDeliveries(db, caller, target.id, [delivery], kept),
  }
}

/** `POST /v3/webhooks/{id}/test` (contract 12.2). */
export const testWebhook: WriteEndpoint<StoredWebhook, undefined> = {
  kind: 'write',
  operation: 'testWebhook',
  method: 'POST',
  path: '/v3/webhooks/:webhookId/test',
  rateClass: 'webhook_test',
  status: 200,
  errors: ['RESOURCE_008'],
  failPhrase: 'send test event',
  document: {
    tag: 'Webhooks',
    summary: 'Send a test event',
    description:
      'Sends one made-up event, once and without a retry, to the endpoint, also while it is switched off. It does not count as a failure.',
    body: testRequest,
    answer: Type.Object({
      success: flag({ description: 'The event is on its way.', example: true }),
      message: text(
        { max: 200 },
        { description: 'What happens.', example: 'A test event profile.updated is on its way' },
      ),
    }),
  },
  takesBody: 'optional',
  ...ONE_WEBHOOK,
  target: webhookTarget,
  decide,
}
