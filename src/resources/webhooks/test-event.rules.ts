import type { JsonObject } from '../../contract/fields/json-value.ts'
import { eventBody } from './event-body.rules.ts'
import { partsOf } from './subscription.rules.ts'

const SAMPLE_ID = '00000000-0000-4000-8000-000000000000'

/** What stands beside the ids in a made-up event of each kind. */
function samplePayload(parent: string, suffix: string): JsonObject {
  switch (parent) {
    case 'brand':
      return { brand_id: SAMPLE_ID, status: null }
    case 'campaign':
      return { campaign_id: SAMPLE_ID, status: null }
    case 'payment_method':
    case 'whatsapp':
      return { status: suffix }
    case 'templates':
      return {
        template_id: SAMPLE_ID,
        template_name: 'Welcome Message',
        whatsapp_template_id: null,
        status: suffix.toUpperCase(),
        language: 'en_US',
        category: 'MARKETING',
        channel: 'whatsapp',
        reason: suffix === 'rejected' ? 'A made-up reason' : null,
      }
    case 'webhook':
      return { webhook_id: SAMPLE_ID, status: 'inactive' }
    case 'message':
      return {
        message_id: SAMPLE_ID,
        message_status: suffix.toUpperCase(),
        channel: 'sms',
        status: suffix.toUpperCase(),
      }
    default:
      return { status: 'incomplete' }
  }
}

/** The body of a test event: the shape of a real one, about nothing that exists. Its sequence is 0, which no event has. */
export function testBody(
  type: string,
  about: { organizationId: string; profileId: string | null; at: string },
): string {
  const { parent, suffix } = partsOf(type)
  return eventBody({
    type,
    organization_id: about.organizationId,
    profile_id: about.profileId ?? SAMPLE_ID,
    payload: { ...samplePayload(parent, suffix), test: true },
    sequence: 0,
    created_at: about.at,
  })
}
