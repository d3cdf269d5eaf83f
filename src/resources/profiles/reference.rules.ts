import type { ReferenceProblem } from './profile.rules.ts'

/** One live profile and the profiles whose channels it uses. */
export interface Reference {
  id: string
  sms: string | null
  whatsapp: string | null
}

const MEMBER = { sms: 'sending_phone_number_profile_id', whatsapp: 'sending_whatsapp_number_profile_id' } as const

/**
 * What is wrong with the references that a profile would have (contract 14.4): a target that is not a live profile of the
 * organization, the profile itself, or a circle within one channel.
 *
 * @param reached every live profile that can be reached from the wanted targets.
 */
export function referenceProblems(
  profileId: string,
  wanted: { sms: string | null; whatsapp: string | null },
  reached: readonly Reference[],
): ReferenceProblem[] {
  const live = new Map(reached.map((reference) => [reference.id, reference]))
  const problems: ReferenceProblem[] = []
  for (const channel of ['sms', 'whatsapp'] as const) {
    const target = wanted[channel]
    if (target === null) continue
    const member = MEMBER[channel]
    if (target === profileId) problems.push({ member, kind: 'itself' })
    else if (!live.has(target)) problems.push({ member, kind: 'unknown' })
    else if (leadsBack(profileId, target, channel, live)) problems.push({ member, kind: 'circle' })
  }
  return problems
}

function leadsBack(
  profileId: string,
  from: string,
  channel: 'sms' | 'whatsapp',
  live: ReadonlyMap<string, Reference>,
): boolean {
  const seen = new Set<string>()
  for (let at: string | null = from; at !== null && !seen.has(at); at = live.get(at)?.[channel] ?? null) {
    if (at === profileId) return true
    seen.add(at)
  }
  return false
}
