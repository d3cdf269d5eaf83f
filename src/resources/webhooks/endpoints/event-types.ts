import { DESCRIBED_EVENTS } from '../../../contract/events.ts'
import { flag, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'

const entry = Type.Object({
  name: text({ max: 100 }, { description: 'The event, as sub_type names it.', example: 'profile.updated' }),
  display_name: text({ max: 100 }, { description: 'A title.', example: 'Profile updated' }),
  description: text({ max: 300 }, { description: 'When it is told.', example: 'Settings of a profile were changed.' }),
  is_active: flag({ description: 'Whether this server emits it.', example: true }),
  event_type: text(
    { max: 100 },
    { description: 'What a webhook names in event_types to hear of it.', example: 'profile' },
  ),
})

const title = (type: string) => {
  const words = type.replaceAll(/[._]/g, ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** `GET /v3/webhooks/event-types` (contract 12.2). */
export const listWebhookEventTypes: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'listWebhookEventTypes',
  method: 'GET',
  path: '/v3/webhooks/event-types',
  rateClass: 'standard',
  status: 200,
  errors: [],
  failPhrase: { whole: 'An unexpected error occurred while retrieving event types' },
  document: {
    tag: 'Webhooks',
    summary: 'List event types',
    description:
      'Answers every event that a webhook can hear of. Those of messages can be named and are never emitted here.',
    answer: Type.Object({ event_types: Type.Array(entry, { description: 'The events.' }) }),
  },
  read: async () => ({
    data: {
      event_types: DESCRIBED_EVENTS.map(({ type, parent, says, isEmitted }) => ({
        name: type,
        display_name: title(type),
        description: says,
        is_active: isEmitted,
        event_type: parent,
      })),
    },
  }),
}
