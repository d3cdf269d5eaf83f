/** Which number a profile uses where it points to another profile (contract 14.4): the reference wins over its own. */

/** A profile, with its numbers and the profiles whose numbers it uses instead. */
export interface NumberSource {
  id: string
  sms_source: string | null
  whatsapp_source: string | null
  sending_phone_number: string | null
  whatsapp_phone_number: string | null
}

export type Channel = 'sms' | 'whatsapp'

/** The member that names the profile whose number is used, and the one that holds a number. */
export const CHANNEL_MEMBERS = {
  sms: { reference: 'sending_phone_number_profile_id', number: 'sending_phone_number' },
  whatsapp: { reference: 'sending_whatsapp_number_profile_id', number: 'whatsapp_phone_number' },
} as const

const MEMBERS = {
  sms: ['sms_source', 'sending_phone_number'],
  whatsapp: ['whatsapp_source', 'whatsapp_phone_number'],
} as const

/**
 * The profiles of the chain that starts at `from`, the last of which has the number. A profile that is gone ends it, and is no
 * part of it. A chain is never a circle (it is refused when it is set), and one that is all the same ends here.
 */
export function chainOf(
  channel: Channel,
  from: string,
  reached: readonly NumberSource[],
): readonly NumberSource[] | null {
  const [source] = MEMBERS[channel]
  const byId = new Map(reached.map((profile) => [profile.id, profile]))
  const chain: NumberSource[] = []
  for (let at: string | null = from; at !== null; ) {
    const profile = byId.get(at)
    if (profile === undefined || chain.includes(profile)) return null
    chain.push(profile)
    at = profile[source]
  }
  return chain
}

/** The number at the end of the chain that starts at `from`; null where a profile of the chain is gone or none is set. */
export function numberOf(channel: Channel, from: string, reached: readonly NumberSource[]): string | null {
  const [, member] = MEMBERS[channel]
  return chainOf(channel, from, reached)?.at(-1)?.[member] ?? null
}
