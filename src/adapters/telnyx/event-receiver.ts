import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { CallbackReceiver } from '../../ports/event-receiver.ts'
import type { EventSubject, ProviderEvent } from '../../ports/provider-event.ts'
import { isRecord, matching } from '../http-client/read-wire.ts'

/** Seconds that the clock of the sender may differ, or a captured event be sent again. */
const TOLERANCE_SECONDS = 300
const SIGNATURE_BYTES = 64
/** An Ed25519 public key is these bytes (RFC 8410), then its own 32. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const REFERENCE = /^[\x21-\x7e]{1,50}$/

/**
 * Telnyx's events. The signature is Ed25519 over the time, a bar and the raw body.
 *
 * @param publicKey 32 bytes in base64, as the portal shows it.
 */
export function telnyxReceiver({ publicKey }: { publicKey: string }): CallbackReceiver {
  const key = toKey(publicKey)
  return {
    provider: 'telnyx',
    signatureHeader: 'telnyx-signature-ed25519',
    readCallback({ url, headers, rawBody, now }) {
      const timestamp = headers['telnyx-timestamp'] ?? ''
      const signature = Buffer.from(headers['telnyx-signature-ed25519'] ?? '', 'base64')
      const isFresh = /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS
      if (!isFresh || signature.length !== SIGNATURE_BYTES) return { kind: 'refused' }
      const signed = Buffer.concat([Buffer.from(`${timestamp}|`), rawBody])
      if (!verify(null, signed, key, signature)) return { kind: 'refused' }
      const event = toEvent(parsed(rawBody), referenceIn(url))
      return { kind: 'events', events: event === null ? [] : [event] }
    },
  }
}

function toKey(publicKey: string): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** Our own reference in the address that we gave Telnyx. It is not signed, so it only names what to read again. */
function referenceIn(url: string): string | null {
  const mark = url.indexOf('?')
  return mark === -1 ? null : matching(new URLSearchParams(url.slice(mark)).get('reference'), REFERENCE)
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch {
    return null
  }
}

/** Null for an event that is about nothing of ours. */
function toEvent(body: unknown, reference: string | null): ProviderEvent | null {
  const envelope = isRecord(body) && isRecord(body.data) ? body.data : {}
  const payload = isRecord(envelope.payload) ? envelope.payload : {}
  const id = matching(envelope.id, /^[0-9A-Za-z-]{1,64}$/)
  const type = matching(envelope.event_type, /^[0-9a-z._]{1,64}$/)
  if (id === null || type === null) return null
  const about = aboutOf(type, payload, reference)
  return Object.keys(about).length === 0 ? null : { id, about, type }
}

function aboutOf(type: string, payload: Record<string, unknown>, reference: string | null): EventSubject {
  const about: EventSubject = {}
  const isOfCampaign = type.startsWith('10dlc.campaign.')
  const tcrBrandId = matching(payload.tcrBrandId, /^B[0-9A-Z]{6}$/) ?? matching(payload.brandId, UUID)
  const tcrCampaignId = matching(payload.tcrCampaignId, /^C[0-9A-Z]{6}$/)
  const telnyxCampaignId = matching(payload.campaignId, UUID)
  const phoneNumber = matching(payload.phoneNumber, /^\+[0-9]{5,15}$/)
  if (reference !== null && isOfCampaign) about.campaignReference = reference
  if (reference !== null && type.startsWith('10dlc.brand.')) about.brandReference = reference
  if (tcrBrandId !== null) about.tcrBrandId = tcrBrandId
  if (tcrCampaignId !== null) about.tcrCampaignId = tcrCampaignId
  if (telnyxCampaignId !== null) about.telnyxCampaignId = telnyxCampaignId
  if (phoneNumber !== null) about.phoneNumber = phoneNumber
  return about
}
