import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'

/** Who owns a name of the Internet, by the list of public suffixes. */

/** Read when a name is judged: most requests have none. */
const readWhenUsed = createRequire(import.meta.url)

/** Shared hosts (`github.io`) are suffixes too: their customers' names are sites as any other. */
const OPTIONS = { allowPrivateDomains: true } as const

let parseName: typeof import('tldts').parse | null = null

function parsed(name: string) {
  parseName ??= (readWhenUsed('tldts') as typeof import('tldts')).parse
  return parseName(name, OPTIONS)
}

/** Whether the name ends in a suffix under which names are given out. */
export function isPublicName(name: string): boolean {
  const { isIcann, isPrivate } = parsed(name)
  return isIcann === true || isPrivate === true
}

/** The name that its owner registered, in its ASCII form (`mail.acme.co.uk` gives `acme.co.uk`); null for an IP address or a suffix. */
export function siteOf(host: string): string | null {
  const name = host.trim().replace(/\.$/, '').toLowerCase()
  const { domain, isIp } = parsed(/^[\0-\x7f]*$/.test(name) ? name : domainToASCII(name))
  return isIp === true ? null : domain
}

/** The first label of that name (`acme`); null where there is none. */
export function siteLabel(host: string): string | null {
  const site = siteOf(host)
  return site === null ? null : (site.split('.')[0] ?? null)
}

/** Whether a host is an IP address. */
export function isIpAddress(host: string): boolean {
  return parsed(host).isIp === true
}
