import { Failure } from '../../../contract/failure.ts'
import { flag, instant } from '../../../contract/fields/field.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newId } from '../../../contract/new-id.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { findReplayable, insertDeliveries, type ReplayableEvent } from '../delivery-log.store.ts'
import { eventBody } from '../event-body.rules.ts'
import { heardTypes, REPLAY_MAX, readWanted, wantedProblems } from '../replay.rules.ts'
import { replayRequest } from '../webhook.fields.ts'
import { type StoredWebhook, webhookTarget } from '../webhook.store.ts'
import { ONE_WEBHOOK } from '../webhook-endpoint.rules.ts'

const check = compileCheck(replayRequest)

function problems(call: Call<StoredWebhook>) {
  const { reading } = call
  const checked = check(reading.values)
  const wanted = readWanted(reading.values)
  const contradictions = Object.keys(checked).length > 0 ? {} : wantedProblems(wanted, Date.parse(call.now))
  const details = { ...checked, ...contradictions, ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  return { wanted, details }
}

function decide(call: Call<StoredWebhook>, found: readonly ReplayableEvent[]): Plan {
  const { caller, target } = call
  const { wanted, details } = problems(call)
  if (Object.keys(details).length === 0 && wanted.eventId !== null && found.length === 0)
    details.event_id = ['event_id must be an event of the last 7 days that this webhook hears of']
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  if (!target.is_active)
    throw new Failure('VALIDATION_001', { message: 'The webhook is not active; switch it on before you replay events' })
  const events = found.slice(0, REPLAY_MAX)
  const next = found[REPLAY_MAX]
  const deliveries = events.map((event) => ({
    id: newId(),
    webhook_id: target.id,
    event_id: event.id,
    type: event.type,
    body: eventBody(event),
    is_test: false,
  }))
  return {
    data: { replayed: events.length, has_more: next !== undefined, next_from: next?.created_at ?? null },
    etag: null,
    write: (db, _forwarded, kept) => insertDeliveries(db, caller, target.id, deliveries, kept),
  }
}

/** `POST /v3/webhooks/{id}/replay`, ours: events are told again, by id or by time. */
export const replayWebhook: WriteEndpoint<StoredWebhook, readonly ReplayableEvent[]> = {
  kind: 'write',
  operation: 'replayWebhook',
  method: 'POST',
  path: '/v3/webhooks/:webhookId/replay',
  rateClass: 'sensitive',
  status: 202,
  errors: ['RESOURCE_008'],
  failPhrase: 'replay webhook events',
  document: {
    tag: 'Webhooks',
    summary: 'Replay events to a webhook',
    description: `Delivers events of the last 7 days again, with the same bytes under the same webhook-id: one by event_id, or those from an instant on, at most ${REPLAY_MAX} a call; next_from says where to go on.`,
    body: replayRequest,
    answer: Type.Object({
      replayed: Type.Integer({ description: 'How many events are on their way.', example: 2 }),
      has_more: flag({ description: 'Whether the window holds more.', example: false }),
      next_from: instant({
        description: 'Send it as from to go on.',
        example: '2026-03-25T10:43:34.58912+00:00',
        nullable: true,
      }),
    }),
  },
  takesBody: 'optional',
  ...ONE_WEBHOOK,
  target: webhookTarget,
  facts: async (db, call) => {
    const { wanted, details } = problems(call)
    if (Object.keys(details).length > 0) return []
    const types = heardTypes(call.target)
    return findReplayable(db, call.caller, call.target.id, { ...wanted, types, limit: REPLAY_MAX + 1 })
  },
  decide,
}
