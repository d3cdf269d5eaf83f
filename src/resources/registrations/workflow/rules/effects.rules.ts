import type { NewEvent } from '../../../../contract/events.ts'
import type { RegisteredBrand, RegisteredCampaign } from '../../../../ports/brand-registry.ts'
import type { Brand, BrandRelease } from '../../../brands/index.ts'
import type { Campaign } from '../../../campaigns/index.ts'
import type { Change, ProfileStatus } from '../../../profiles/index.ts'
import type { Feedback, Registration, RegistrationState, Step, StepState } from '../../registration.fields.ts'
import { type Result, statusAfter } from './result.rules.ts'
import { addDollars, type Effect } from './step.rules.ts'

/** What is written, told and noted when a registration moves: everything beside its own row. */

/** What the registration is about, as it was read. */
export interface Subject {
  profile: { id: string; status: ProfileStatus }
  /** The brand in effect. */
  brand: Brand | null
  /** The brand is the profile's own: its changes are in the profile's history and version. */
  isOwnBrand: boolean
  campaigns: readonly Campaign[]
}

/** What the callbacks of the run are told (contract 8.12). */
export interface CallbackPayload {
  success: boolean
  status: 'COMPLETED' | 'SUBMITTED' | 'failed'
  message: string | null
}

/** Where the run comes to rest, if it does. */
export type TerminalState =
  | { kind: 'failed'; step: Step }
  | { kind: 'reviewed_there' }
  | { kind: 'parked'; step: Step }
  | { kind: 'result'; result: Result }
  | { kind: 'withdrawn' }

export interface Effects {
  state: RegistrationState
  brand: { brand: RegisteredBrand; isSubmitted: boolean } | null
  campaigns: { id: string; campaign: RegisteredCampaign; isSubmitted: boolean }[]
  endedCampaigns: string[]
  /** The lock that is given back, named so that another run's is not. */
  unlockBrand: BrandRelease | null
  unlockCampaigns: { id: string; says: string | null }[]
  status: ProfileStatus | null
  feedback: Feedback[] | null
  changes: Change[]
  events: NewEvent[]
  told: CallbackPayload | null
  messagingProfileId: string | null
  dollars: number
}

function nothing(state: RegistrationState): Effects {
  return {
    state,
    brand: null,
    campaigns: [],
    endedCampaigns: [],
    unlockBrand: null,
    unlockCampaigns: [],
    status: null,
    feedback: null,
    changes: [],
    events: [],
    told: null,
    messagingProfileId: null,
    dollars: 0,
  }
}

/** Everything that follows from effects and, where the run comes to rest, from that. */
export function effectsOf(
  registration: Pick<Registration, 'state' | 'steps' | 'statusBefore'>,
  subject: Subject,
  effects: readonly Effect[],
  rest: TerminalState | null,
): Effects {
  const found = nothing(registration.state === 'parked' ? 'running' : registration.state)
  for (const effect of effects) addEffect(found, effect, subject)
  if (rest !== null) addRest(found, rest, registration, subject)
  return found
}

function addEffect(found: Effects, effect: Effect, subject: Subject): void {
  switch (effect.kind) {
    case 'brand_registered':
    case 'brand_read':
      addBrand(found, effect.brand, effect.kind === 'brand_registered', subject)
      return
    case 'campaign_registered':
    case 'campaign_read':
      addCampaign(found, effect, subject)
      return
    case 'campaign_ended':
      found.endedCampaigns.push(effect.id)
      return
    case 'messaging_profile':
      found.messagingProfileId = effect.id
      return
    case 'number_dropped':
      found.events.push({ type: 'profile.updated', payload: { status: subject.profile.status } })
      return
    case 'whatsapp':
      found.events.push({ type: `whatsapp.${effect.event}`, payload: { status: effect.event } })
      return
    case 'charged':
      found.dollars = addDollars(found.dollars, effect.dollars)
  }
}

/** Members of a brand that a registry says, as the history and answers name them. */
function brandChanges(before: Brand, after: RegisteredBrand, isSubmitted: boolean): Change[] {
  const members: [string, string | boolean | null, string | boolean | null][] = [
    ['brand.tcr_brand_id', before.tcr_brand_id, after.tcrBrandId],
    ['brand.status', before.status, after.status],
    ['brand.identity_status', before.identity_status, after.identityStatus],
    ['brand.csp_id', before.csp_id, after.cspId],
    ['brand.submitted_to_tcr', before.lock === 'submitted', isSubmitted || before.lock === 'submitted'],
  ]
  const changes = members.filter(([, from, to]) => from !== to).map(([member, from, to]) => ({ member, from, to }))
  // It holds the tax id, which the history does not repeat.
  const isSaid = isSubmitted || after.universalEin !== null
  if (isSaid && before.universal_ein !== after.universalEin)
    changes.push({ member: 'brand.universal_ein', from: 'changed', to: 'changed' })
  return changes
}

function addBrand(found: Effects, brand: RegisteredBrand, isSubmitted: boolean, subject: Subject): void {
  if (subject.brand === null) return
  const changes = brandChanges(subject.brand, brand, isSubmitted)
  if (changes.length === 0) return
  found.brand = { brand, isSubmitted }
  if (subject.isOwnBrand) found.changes.push(...changes)
  found.events.push({
    type: isSubmitted ? 'brand.submitted' : 'brand.status_changed',
    payload: { brand_id: subject.brand.id, status: brand.identityStatus },
  })
}

function addCampaign(
  found: Effects,
  { kind, id, campaign }: Extract<Effect, { id: string; campaign: RegisteredCampaign }>,
  { campaigns }: Subject,
): void {
  const isSubmitted = kind === 'campaign_registered'
  const before = campaigns.find((known) => known.id === id)
  const isSame =
    before !== undefined &&
    !isSubmitted &&
    (campaign.status ?? before.status) === before.status &&
    (campaign.sharingStatus ?? before.sharingStatus) === before.sharingStatus &&
    (campaign.upstreamCnpId ?? before.upstreamCnpId) === before.upstreamCnpId
  if (isSame) return
  found.campaigns.push({ id, campaign, isSubmitted })
  found.events.push({
    type: isSubmitted ? 'campaign.submitted' : 'campaign.status_changed',
    payload: { campaign_id: id, status: campaign.sharingStatus ?? campaign.status },
  })
}

function addRest(
  found: Effects,
  rest: TerminalState,
  { steps, state, statusBefore }: Pick<Registration, 'state' | 'steps' | 'statusBefore'>,
  subject: Subject,
): void {
  switch (rest.kind) {
    case 'failed':
      found.state = 'correction_needed'
      found.feedback = rest.step.feedback
      addRelease(found, rest.step, steps, subject)
      // A failed run leaves what was before it; what a person has decided meanwhile stays.
      if (subject.profile.status === 'pending_review') setStatus(found, subject, statusBefore)
      found.told = { success: false, status: 'failed', message: failureWords(rest.step) }
      return
    case 'reviewed_there':
      found.state = 'waiting'
      if (state === 'waiting') return
      setStatus(found, subject, reviewedStatus(subject.profile.status))
      found.told = { success: true, status: 'SUBMITTED', message: null }
      return
    case 'parked':
      found.state = 'parked'
      if (state === 'parked') return
      setStatus(found, subject, reviewedStatus(subject.profile.status))
      found.told = { success: true, status: 'SUBMITTED', message: null }
      return
    case 'result':
      found.state = rest.result === 'COMPLETED' ? 'completed' : 'submitted'
      setStatus(found, subject, resultStatus(rest.result, statusBefore, subject.profile.status))
      found.told = { success: true, status: rest.result, message: null }
      return
    case 'withdrawn':
      found.state = 'withdrawn'
      // What the run had locked and did not bring to its end is free for others: by now it is known whether it was sent.
      found.unlockBrand = releaseOf(steps.find(({ step, state: at }) => step === 'brand' && OPEN.has(at)))
      found.told = { success: false, status: 'failed', message: 'The profile was deleted.' }
  }
}

/** Where the run has frozen a brand: the lock that it took with it. */
function releaseOf(step: Step | undefined): BrandRelease | null {
  const snapshotId = step?.snapshot?.id
  return snapshotId === undefined ? null : { lock: 'submitting', snapshotId }
}

/** The states of a brand step that holds the lock `submitting`, where it has a snapshot. */
const OPEN: ReadonlySet<StepState> = new Set(['pending', 'calling', 'unknown', 'waiting', 'parked'])

function setStatus(found: Effects, { profile }: Subject, status: ProfileStatus): void {
  if (profile.status === status) return
  found.status = status
  found.changes.push({ member: 'status', from: profile.status, to: status })
  found.events.push({ type: 'profile.status_changed', payload: { status } })
}

function reviewedStatus(now: ProfileStatus): ProfileStatus {
  return now === 'approved' ? now : 'pending_review'
}

/** A person's refusal during the run outlives its result. */
function resultStatus(result: Result, before: ProfileStatus, now: ProfileStatus): ProfileStatus {
  if (now === 'rejected' && before !== 'rejected') return now
  return statusAfter(result, now)
}

/** What is to be corrected is given back, and with it whatever was locked and never sent (decision 21). */
function addRelease(found: Effects, failed: Step, steps: readonly Step[], subject: Subject): void {
  const brandStep = steps.find(({ step }) => step === 'brand')
  const isTaken = failed.step === 'brand' && failed.call === 'complete_brand'
  if (failed.step === 'identity' || isTaken) found.unlockBrand = { lock: 'submitted' }
  else if (subject.brand?.lock === 'submitting') found.unlockBrand = releaseOf(brandStep)
  if (found.unlockBrand !== null && subject.brand !== null) {
    if (subject.isOwnBrand && found.unlockBrand.lock === 'submitted')
      found.changes.push({ member: 'brand.submitted_to_tcr', from: true, to: false })
    if (failed.step === 'brand')
      found.events.push({ type: 'brand.status_changed', payload: { brand_id: subject.brand.id, status: null } })
  }
  for (const campaign of subject.campaigns) {
    const isFailed = failed.subject === campaign.id
    if (campaign.lock === null || (campaign.lock === 'submitted' && !isFailed)) continue
    found.unlockCampaigns.push({ id: campaign.id, says: isFailed ? failureWords(failed) : null })
    if (isFailed && failed.step === 'campaign')
      found.events.push({ type: 'campaign.status_changed', payload: { campaign_id: campaign.id, status: null } })
  }
}

/** The first reason, as the callback tells it: with the member to correct. */
function failureWords({ feedback, says }: Step): string {
  const [first] = feedback
  if (first === undefined) return says ?? 'A provider refused.'
  return first.fields.length === 0 ? first.says : `${first.fields.join(', ')}: ${first.says}`
}
