import type { CampaignIds } from '../../ports/brand-registry.ts'
import type { Carrier, NumberAssignment } from '../../ports/carrier.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { ASSIGNMENT_REASON, FOREIGN_REASON, magicNumber, simulatedFacts } from './magic-values/numbers.ts'
import { openMemory } from './memory.ts'
import { digestOf, openStage, type SimulatedStep, type SimulatorOptions, type Stage } from './simulated-call.ts'

export interface SimulatedCarrier extends Carrier {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedStep[]
}

/** Until somebody has paid: asked again now and then. */
const NO_CREDIT_SECONDS = 600

/** How many delays after it was assigned a number is taken out of its campaign. */
const DROPPED_AFTER = 3

interface NumberRecord {
  connectedAt: number
  assignedAt: number | null
  /** When it is taken out of its campaign; it is no second time. */
  droppedAt?: number
}

/**
 * A carrier that is none: the endings of phone numbers (`docs/PROVIDERS.md`) drive it. The account holds every number but
 * the one that is foreign. An assignment is settled `delayMs` after the call.
 */
export function simulatedCarrier(options: SimulatorOptions = {}): SimulatedCarrier {
  const stage = openStage(options)
  const { note, clock, delayMs } = stage
  const file = options.file ?? null
  const profiles = openMemory<string>(file === null ? null : `${file}-messaging-profiles.json`)
  const numbers = openMemory<NumberRecord>(file === null ? null : `${file}-numbers.json`)

  function connect(phoneNumber: string, signal?: AbortSignal): Promise<Outcome<{ status: 'pending' | 'connected' }>> {
    return behave(stage, phoneNumber, signal, () => {
      const isLate = magicNumber(phoneNumber) === 'connectLate'
      const known = numbers.get(phoneNumber)
      const connectedAt = known?.connectedAt ?? clock.now() + (isLate ? delayMs : 0)
      numbers.set(phoneNumber, { ...known, connectedAt, assignedAt: known?.assignedAt ?? null })
      return done({ status: clock.now() < connectedAt ? 'pending' : 'connected' })
    })
  }

  function assign(
    phoneNumber: string,
    { tcrCampaignId }: CampaignIds,
    signal?: AbortSignal,
  ): Promise<Outcome<NumberAssignment>> {
    return behave(stage, `${phoneNumber} campaign`, signal, () => {
      const known = numbers.get(phoneNumber)
      const before = assignedSince(known)
      const assignedAt = before ?? clock.now() + delayMs
      const isDropped = magicNumber(phoneNumber) === 'dropLater'
      const droppedAt = known?.droppedAt ?? (isDropped ? assignedAt + DROPPED_AFTER * delayMs : undefined)
      const connectedAt = known?.connectedAt ?? clock.now()
      numbers.set(phoneNumber, { connectedAt, assignedAt, ...(droppedAt === undefined ? {} : { droppedAt }) })
      const about = { phoneNumber, ...(tcrCampaignId === null ? {} : { tcrCampaignId }) }
      const update = { type: '10dlc.phone_number.update', about }
      if (before === null && magicNumber(phoneNumber) !== 'neverAssign') stage.tell(update, delayMs)
      if (known?.droppedAt === undefined && droppedAt !== undefined) stage.tell(update, droppedAt - clock.now())
      return done(assignmentAt(phoneNumber, assignedAt, clock.now()))
    })
  }

  /** Null for a number that is in no campaign, or was taken out of it since it was assigned. */
  function assignedSince(record: NumberRecord | null): number | null {
    const { assignedAt = null, droppedAt } = record ?? {}
    const isOut = assignedAt !== null && droppedAt !== undefined && assignedAt < droppedAt && droppedAt <= clock.now()
    return isOut ? null : assignedAt
  }

  return {
    name: 'simulator',
    isSimulated: true,
    calls: stage.calls,
    findMessagingProfile: ({ reference }) =>
      note('findMessagingProfile', reference, async () => {
        const messagingProfileId = profiles.get(reference)
        return done(messagingProfileId === null ? null : { messagingProfileId })
      }),
    createMessagingProfile: ({ reference }) =>
      note('createMessagingProfile', reference, async () => {
        const messagingProfileId = profiles.get(reference) ?? `mp_simulated_${digestOf(reference)}`
        profiles.set(reference, messagingProfileId)
        return done({ messagingProfileId })
      }),
    connectNumber: ({ phoneNumber, signal }) => note('connectNumber', phoneNumber, () => connect(phoneNumber, signal)),
    assignCampaign: ({ phoneNumber, campaign, signal }) =>
      note('assignCampaign', phoneNumber, () => assign(phoneNumber, campaign, signal)),
    readAssignment: ({ phoneNumber }) =>
      note('readAssignment', phoneNumber, async () => {
        const assignedAt = assignedSince(numbers.get(phoneNumber))
        return done(assignedAt === null ? null : assignmentAt(phoneNumber, assignedAt, clock.now()))
      }),
    lookUpNumber: ({ phoneNumber, signal }) =>
      note('lookUpNumber', phoneNumber, () =>
        behave(stage, `${phoneNumber} lookup`, signal, () => done(simulatedFacts(phoneNumber))),
      ),
  }
}

/** What the number's ending asks for, around the work. The first time is counted for each `subject`. */
async function behave<T>(
  stage: Stage,
  subject: string,
  signal: AbortSignal | undefined,
  work: () => Outcome<T>,
): Promise<Outcome<T>> {
  const behaviour = magicNumber(subject.split(' ')[0] ?? '')
  if (behaviour === 'outage') return unavailable('service')
  if (behaviour === 'noCredit') return unavailable('subject', NO_CREDIT_SECONDS)
  if (behaviour === 'foreign') return refused({ member: 'phone_number', says: FOREIGN_REASON })
  if (behaviour === 'busyOnce' && stage.isFirst(subject)) return unavailable('service')
  const outcome = work()
  if (behaviour === 'loseAnswer' && stage.isFirst(subject)) return stage.never(signal)
  return behaviour === 'slow' ? stage.slowly(outcome, signal) : outcome
}

function assignmentAt(phoneNumber: string, assignedAt: number, now: number): NumberAssignment {
  const behaviour = magicNumber(phoneNumber)
  if (behaviour === 'neverAssign' || now < assignedAt) return { status: 'pending', says: null }
  return behaviour === 'failAssignment'
    ? { status: 'failed', says: ASSIGNMENT_REASON }
    : { status: 'assigned', says: null }
}
