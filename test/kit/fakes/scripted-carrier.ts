import type { Carrier, NumberAssignment } from '../../../src/ports/carrier.ts'
import type { Outcome } from '../../../src/ports/outcome.ts'
import type { Fate } from './scripted-registry.ts'

/** A carrier that does what a test says, and keeps what it has been made to do: a second profile or connection would show. */

type Call = 'createMessagingProfile' | 'connectNumber' | 'assignCampaign' | 'findMessagingProfile' | 'readAssignment'

export interface ScriptedCarrier extends Carrier {
  /** Every messaging profile that was made, by its reference; the id is its place. */
  readonly profiles: string[]
  /** Every change of a number: the messaging profile or the campaign that it was put into. */
  readonly changes: string[]
  readonly log: Call[]
  /** Fates of the next calls of a kind, in order; `answer` when they are used up. */
  plan(call: Call, ...fates: Fate[]): void
  /** Runs while a call is being made, before its answer. */
  onCall: ((call: Call) => Promise<void>) | null
}

export function scriptedCarrier(): ScriptedCarrier {
  const fates = new Map<Call, Fate[]>()
  const profiles: string[] = []
  const changes: string[] = []
  const log: Call[] = []

  async function meet<T>(call: Call, effect: () => T): Promise<Outcome<T>> {
    log.push(call)
    const fate = fates.get(call)?.shift() ?? 'answer'
    if (fate === 'down' || fate === 'busy') return { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 }
    if (fate === 'lose') return { kind: 'timeout', of: 'service' }
    if (fate === 'refuse') return { kind: 'refused', refusals: [{ member: 'phone_number', says: 'Not yours.' }] }
    const value = effect()
    await carrier.onCall?.(call)
    if (fate === 'throw') throw new Error('a bug in the adapter')
    return fate === 'take' ? { kind: 'timeout', of: 'service' } : { kind: 'done', value }
  }

  function change(what: string): void {
    if (!changes.includes(what)) changes.push(what)
  }

  const found = (reference: string) => {
    const at = profiles.indexOf(reference)
    return at === -1 ? null : { messagingProfileId: `mp_${at}` }
  }
  const carrier: ScriptedCarrier = {
    name: 'scripted',
    isSimulated: true,
    profiles,
    changes,
    log,
    onCall: null,
    plan: (call, ...list) => void fates.set(call, list),
    findMessagingProfile: ({ reference }) => meet('findMessagingProfile', () => found(reference)),
    createMessagingProfile: ({ reference }) =>
      meet('createMessagingProfile', () => ({ messagingProfileId: `mp_${profiles.push(reference) - 1}` })),
    connectNumber: ({ messagingProfileId, phoneNumber }) =>
      meet('connectNumber', () => {
        change(`${phoneNumber} in ${messagingProfileId}`)
        return { status: 'connected' as const }
      }),
    assignCampaign: ({ phoneNumber, campaign }) =>
      meet('assignCampaign', (): NumberAssignment => {
        change(`${phoneNumber} in ${campaign.tcrCampaignId}`)
        return { status: 'assigned', says: null }
      }),
    readAssignment: () => meet('readAssignment', () => ({ status: 'assigned' as const, says: null })),
  }
  return carrier
}
