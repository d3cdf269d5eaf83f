import ipaddr from 'ipaddr.js'

/**
 * What an IP address leads to. `public` is the internet; `loopback` and `private` are this machine and its own networks;
 * everything else, cloud metadata among it, is `forbidden`.
 */
export type AddressClass = 'public' | 'loopback' | 'private' | 'forbidden'

/** Metadata services that stand in otherwise private ranges. */
const METADATA = new Set(['fd00:ec2::254', 'fd20:ce::254'])

/** All that is allocated to the IPv6 internet. What embeds an IPv4 address outside it (`::/96`, NAT64) is not in it. */
const GLOBAL_V6 = ipaddr.IPv6.parse('2000::')

const BY_RANGE: Readonly<Record<string, AddressClass>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'private',
  uniqueLocal: 'private',
}

/**
 * Classifies an address in the notation in which a resolver or a socket gives it: dotted decimal, or IPv6 without a zone.
 * Any other text is forbidden. An IPv4 address mapped into IPv6 is judged as the IPv4 address (RFC 4291, 2.5.5.2).
 */
export function addressClass(text: string): AddressClass {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return BY_RANGE[ipaddr.IPv4.parse(text).range()] ?? 'forbidden'
  if (!ipaddr.IPv6.isValid(text) || text.includes('%')) return 'forbidden'
  // The library reads `::127.0.0.1`, which embeds an address in a way of its own, like `::ffff:127.0.0.1`.
  if (text.includes('.') && !/^::ffff:/i.test(text)) return 'forbidden'
  const address = ipaddr.IPv6.parse(text)
  if (address.isIPv4MappedAddress()) return addressClass(address.toIPv4Address().toString())
  if (METADATA.has(address.toRFC5952String())) return 'forbidden'
  const found = BY_RANGE[address.range()] ?? 'forbidden'
  return found === 'public' && !address.match(GLOBAL_V6, 3) ? 'forbidden' : found
}
