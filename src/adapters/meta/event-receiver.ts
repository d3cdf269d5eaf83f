import { createHmac } from 'node:crypto'
import type { CallbackReceiver } from '../../ports/event-receiver.ts'
import type { ProviderEvent } from '../../ports/provider-event.ts'
import { digestId, isSameSignature } from '../http-client/event-id.ts'
import { isRecord, matching } from '../http-client/read-wire.ts'

/** Changes that say something of an account or its numbers; messages and their states are not ours to handle. */
const FIELDS: ReadonlySet<string> = new Set([
  'account_review_update',
  'account_update',
  'account_alerts',
  'business_capability_update',
  'phone_number_name_update',
  'phone_number_quality_update',
])
const ENTRIES_MAX = 1000

/** Meta's events, signed with HMAC-SHA256 over the raw body under the app secret. */
export function metaReceiver({
  appSecret,
  verifyToken,
}: {
  appSecret: string
  /** What was entered at Meta for the check of the address; null: no address can be checked. */
  verifyToken: string | null
}): CallbackReceiver {
  return {
    provider: 'meta',
    signatureHeader: 'x-hub-signature-256',
    readCallback({ headers, rawBody, now }) {
      const given = /^sha256=([0-9a-f]{64})$/.exec(headers['x-hub-signature-256'] ?? '')?.[1]
      const right = createHmac('sha256', appSecret).update(rawBody).digest()
      if (given === undefined || !isSameSignature(Buffer.from(given, 'hex'), right)) return { kind: 'refused' }
      return { kind: 'events', events: toEvents(rawBody, digestId(rawBody, now)) }
    },
    answerChallenge(query) {
      const token = Buffer.from(query.get('hub.verify_token') ?? '')
      const challenge = matching(query.get('hub.challenge'), /^[A-Za-z0-9_-]{1,200}$/)
      const isOurs = verifyToken !== null && isSameSignature(token, Buffer.from(verifyToken))
      return query.get('hub.mode') === 'subscribe' && isOurs ? challenge : null
    },
  }
}

/** One event for each account and kind of change; Meta sends several in one body. */
function toEvents(rawBody: Buffer, id: string): ProviderEvent[] {
  const body = parsed(rawBody)
  const isOfAccounts = isRecord(body) && body.object === 'whatsapp_business_account'
  const entries = isOfAccounts && Array.isArray(body.entry) ? body.entry.slice(0, ENTRIES_MAX) : []
  const events = new Map<string, ProviderEvent>()
  for (const entry of entries) {
    const wabaId = isRecord(entry) ? matching(entry.id, /^\d{1,32}$/) : null
    const changes = isRecord(entry) && Array.isArray(entry.changes) ? entry.changes.slice(0, ENTRIES_MAX) : []
    for (const change of changes) {
      const type = isRecord(change) && typeof change.field === 'string' ? change.field : ''
      if (wabaId === null || !FIELDS.has(type)) continue
      events.set(`${wabaId} ${type}`, { id: `${id}-${wabaId}-${type}`, about: { wabaId }, type })
    }
  }
  return [...events.values()]
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch {
    return null
  }
}
