import { Webhook } from 'standardwebhooks'

export interface Signing {
  /** What `x-webhook-id` names: the endpoint, the same on every delivery (contract 12.4). */
  endpointId: string
  /** What `webhook-id` names: the event, the same on every attempt to tell of it (Standard Webhooks 1.0). */
  eventId: string
  /** As `profile`; for `x-webhook-event-type`. */
  field: string
  body: string
  secret: string
  /** The secret before a rotation, while it is still good for `webhook-signature`. */
  previousSecret: string | null
  at: Date
}

/**
 * The headers of one attempt: those of contract 12.4 and, over the same bytes, those of Standard Webhooks 1.0. Both
 * timestamps are the attempt's. `x-webhook-signature` is single, because its verifiers compare the whole header.
 */
export function signedHeaders(signing: Signing): Record<string, string> {
  const { endpointId, eventId, field, body, secret, previousSecret, at } = signing
  const seconds = String(Math.floor(at.getTime() / 1000))
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
  return {
    'content-type': 'application/json',
    'user-agent': 'Letterhead-Webhooks',
    'x-webhook-id': endpointId,
    'x-webhook-timestamp': seconds,
    'x-webhook-signature': new Webhook(secret).sign(endpointId, at, body),
    'x-webhook-event-type': field,
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map((key) => new Webhook(key).sign(eventId, at, body)).join(' '),
  }
}
