import { newNamedSecret, readNamedSecret } from './named-secret.ts'

/**
 * The text of an API key (decision 25): a named secret whose prefix is `sk_live` or `sk_test`. A bare UUID is a key
 * imported from Sent, whose keys have that form (contract 1.2).
 */

export type KeyMode = 'live' | 'test'

export type KeyText =
  | { form: 'typed'; mode: KeyMode; organizationId: string; lastFour: string }
  | { form: 'uuid'; uuid: string; lastFour: string }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A new key of an organization. Throws when the organization's id is not a UUID. */
export function newKeyText(mode: KeyMode, organizationId: string): string {
  return newNamedSecret(`sk_${mode}`, organizationId)
}

/**
 * Reads what a key says about itself. Null when no key can have this text, which is refused without a query
 * (reliability KEY-2). A key that reads well is not yet a key that exists.
 */
export function parseKeyText(text: string): KeyText | null {
  const typed = readNamedSecret(text)
  if (typed === null) return parseUuid(text.toLowerCase())
  const { prefix, organizationId } = typed
  if (prefix !== 'sk_live' && prefix !== 'sk_test') return null
  return { form: 'typed', mode: prefix === 'sk_live' ? 'live' : 'test', organizationId, lastFour: text.slice(-4) }
}

function parseUuid(text: string): KeyText | null {
  return UUID.test(text) ? { form: 'uuid', uuid: text, lastFour: text.slice(-4) } : null
}
