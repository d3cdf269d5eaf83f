import { lookup, Resolver } from 'node:dns/promises'

/** The addresses of a name, all of them; fails when there is none, and ends early when the signal says so. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>

/**
 * Asks the configured name servers themselves: names of this machine's own hosts file are not found, and a name server
 * that never answers holds none of the few threads that the rest of the process shares.
 */
export const resolveByServers: Resolve = async (hostname, signal) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 3 })
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length === 0) throw new Error('the name has no address')
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Asks the operating system, which knows `localhost` and the hosts file; for development. */
export const resolveBySystem: Resolve = async (hostname) => {
  const answers = await lookup(hostname, { all: true })
  return answers.map(({ address }) => address)
}
