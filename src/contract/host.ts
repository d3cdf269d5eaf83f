/** The grammar of a Host header that a server of ours answers: a name or an address, and a port where it has one. */
const HOST = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/

/** Whether a Host header is one at all. */
export function isHost(host: string): boolean {
  return HOST.test(host.toLowerCase())
}

/** Which hosts a port answers for. */
export interface HostPolicy {
  /** In lower case; with a port where only that port is meant. */
  readonly names: readonly string[]
  /** Whether a name without a port stands for the name on every port. */
  readonly anyPort: boolean
  /** Whether an address in place of a name is answered, whichever it is. */
  readonly anyAddress: boolean
}

/**
 * Whether a port answers for a Host header. A page in a browser reads from this machine by giving its own name another
 * address (DNS rebinding); the Host is that name then. A page whose origin is an address came from that address itself.
 */
export function answersFor(host: string, { names, anyPort, anyAddress }: HostPolicy): boolean {
  const asked = host.toLowerCase()
  if (names.includes(asked)) return HOST.test(asked)
  const name = HOST.exec(asked)?.[1]
  if (name === undefined) return false
  return (anyPort && names.includes(name)) || (anyAddress && (name.startsWith('[') || IPV4.test(name)))
}
