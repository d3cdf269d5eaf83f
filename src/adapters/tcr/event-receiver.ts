import { createHmac } from 'node:crypto'
import canonicalizeModule from 'canonicalize'
import type { CallbackReceiver } from '../../ports/event-receiver.ts'
import type { EventSubject, ProviderEvent } from '../../ports/provider-event.ts'
import { digestId, isSameSignature } from '../http-client/event-id.ts'
import { isRecord, matching } from '../http-client/read-wire.ts'

/** The package's types say ES module, its file is none: the function itself is what is imported. */
const canonicalize = canonicalizeModule as unknown as (input: unknown) => string | undefined

const EVENT_TYPE = /^[A-Z0-9_]{1,64}$/
const REFERENCE = /^[\x21-\x7e]{1,50}$/

/**
 * TCR's events. The signature is Base64 of HMAC-SHA1 over the subscribed address followed by the body in the canonical form
 * of RFC 8785; the key is the API secret. TCR sends no id, no time and no sequence.
 *
 * @param url the address exactly as it was subscribed.
 */
export function tcrReceiver({ secret, url }: { secret: string; url: string }): CallbackReceiver {
  return {
    provider: 'tcr',
    signatureHeader: 'x-registry-signature',
    readCallback({ headers, rawBody, now }) {
      const signature = Buffer.from(headers['x-registry-signature'] ?? '', 'base64')
      const body = canonical(rawBody)
      if (body === null) return { kind: 'refused' }
      const right = createHmac('sha1', secret)
        .update(url + body.text)
        .digest()
      if (!isSameSignature(signature, right)) return { kind: 'refused' }
      const event = toEvent(body.value, digestId(rawBody, now))
      return { kind: 'events', events: event === null ? [] : [event] }
    },
  }
}

/** The last of doubled members counts, for TCR's own samples have them; what is no JSON is null. */
function canonical(rawBody: Buffer): { value: unknown; text: string } | null {
  try {
    const value: unknown = JSON.parse(rawBody.toString('utf8'))
    const text = canonicalize(value)
    return text === undefined ? null : { value, text }
  } catch {
    return null
  }
}

/** Null for an event that is about nothing of ours. */
function toEvent(body: unknown, id: string): ProviderEvent | null {
  if (!isRecord(body)) return null
  const type = matching(body.eventType, EVENT_TYPE)
  const about: EventSubject = {}
  const tcrBrandId = matching(body.brandId, /^B[0-9A-Z]{6}$/)
  const brandReference = matching(body.brandReferenceId, REFERENCE)
  const tcrCampaignId = matching(body.campaignId, /^C[0-9A-Z]{6}$/)
  const campaignReference = matching(body.campaignReferenceId, REFERENCE)
  if (tcrBrandId !== null) about.tcrBrandId = tcrBrandId
  if (brandReference !== null) about.brandReference = brandReference
  if (tcrCampaignId !== null) about.tcrCampaignId = tcrCampaignId
  if (campaignReference !== null) about.campaignReference = campaignReference
  return type === null || Object.keys(about).length === 0 ? null : { id, about, type }
}
