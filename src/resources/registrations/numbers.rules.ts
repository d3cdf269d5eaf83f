/** Which number a profile uses where it points to another profile (contract 14.4): the reference wins over its own. */

export interface NumbersOf {
  id: string
  sms_source: string | null
  whatsapp_source: string | null
  sending_phone_number: string | null
  whatsapp_phone_number: string | null
}

const MEMBERS = {
  sms: ['sms_source', 'sending_phone_number'],
  whatsapp: ['whatsapp_source', 'whatsapp_phone_number'],
} as const

/**
 * The number at the end of the chain that starts at `from`; null where a profile of the chain is gone or none is set. A chain
 * is never a circle (it is refused when it is set), and one that is all the same ends here.
 */
export function numberOf(channel: 'sms' | 'whatsapp', from: string, reached: readonly NumbersOf[]): string | null {
  const [source, member] = MEMBERS[channel]
  const byId = new Map(reached.map((profile) => [profile.id, profile]))
  const seen = new Set<string>()
  for (let at: string | null = from; at !== null && !seen.has(at); ) {
    seen.add(at)
    const profile = byId.get(at)
    if (profile === undefined) return null
    if (profile[source] === null) return profile[member]
    at = profile[source]
  }
  return null
}
