import { addressClass } from './address.rules.ts'

/** What customers' addresses may lead to. */
export interface EgressPolicy {
  /** For development: also http, every port, this machine and its private networks. Never link-local or metadata addresses. */
  allowsPrivate: boolean
  /** The ports that an https address may name. */
  ports: readonly number[]
}

/** Where a request would go, or the end of a sentence about why it would not. */
export type Target =
  | { kind: 'target'; url: URL; hostname: string; isLiteral: boolean; port: number }
  | { kind: 'not_a_url' }
  | { kind: 'refused'; says: string }

const LENGTH_MAX = 2048
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/
/** Names that no public resolver answers for: this machine, and networks that are somebody's own (RFC 6761, 6762, 8375, 9476). */
const OWN_NAMES = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa|onion|alt)$/

const INSIDE = 'must not lead to a private or reserved address'

function refused(says: string): Target {
  return { kind: 'refused', says }
}

/** Whether the policy lets a connection be made to this very address. */
export function mayDial(address: string, policy: EgressPolicy): boolean {
  const found = addressClass(address)
  return found === 'public' || (policy.allowsPrivate && found !== 'forbidden')
}

/**
 * Reads the address of a customer's endpoint, once, by the rules of WHATWG: an IP address comes out the same in whatever
 * notation it was written. A name is judged by what it says alone; what it resolves to is judged when it is dialled.
 */
export function readTarget(text: string, policy: EgressPolicy): Target {
  if (text.length > LENGTH_MAX) return refused(`must be at most ${LENGTH_MAX} characters`)
  // The parser would drop or turn these characters, so that what is checked is not what was written.
  if (!/^https?:\/\/[^\s\\/][^\s\\]*$/i.test(text) || /[\p{Cc}\p{Cf}]/u.test(text)) return { kind: 'not_a_url' }
  if (!URL.canParse(text)) return { kind: 'not_a_url' }
  const url = new URL(text)
  const isLiteral = url.hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(url.hostname)
  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (!isLiteral && !HOST_NAME.test(hostname)) return { kind: 'not_a_url' }
  // Empty ones too, which the parser drops: a person reading the address could take them for its host.
  if (/^[^/?#]*@/.test(text.slice(url.protocol.length + 2))) return refused('must not hold credentials')
  return judged({ url, hostname, isLiteral }, policy)
}

function judged(read: { url: URL; hostname: string; isLiteral: boolean }, policy: EgressPolicy): Target {
  const { url, hostname, isLiteral } = read
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (isLiteral && !mayDial(hostname, policy)) return refused(INSIDE)
  if (!policy.allowsPrivate) {
    if (!isSecure) return refused('must use https')
    if (!policy.ports.includes(port)) return refused(`must use port ${policy.ports.join(' or ')}`)
    if (!isLiteral && (!hostname.includes('.') || OWN_NAMES.test(hostname))) return refused(INSIDE)
  }
  return { kind: 'target', url, hostname, isLiteral, port }
}
