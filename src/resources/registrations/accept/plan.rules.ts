import type { Brand } from '../../brands/index.ts'
import type { Campaign } from '../../campaigns/index.ts'
import type { Feedback, Problem, Step, StepName, StepState } from '../registration.fields.ts'
import { ONCE } from '../workflow/rules/next-action.rules.ts'
import { type OrderedBefore, UNCHANGED } from './unchanged.rules.ts'

/** What a run has to do, decided when the completion is accepted: every step, those that do not apply with the reason. */

/** The brand in effect, as far as the plan looks at it. */
export interface PlannedBrand {
  id: string
  isInherited: boolean
  lock: 'submitting' | 'submitted' | null
  tcr_brand_id: string | null
  identity_status: string | null
  /** What the registry would refuse at once. */
  problems: readonly Problem[]
  /** It was ordered before, to the letter. */
  ordered: OrderedBefore | null
  /** A listed company, which a registry asks by mail. */
  isListed: boolean
}

export interface PlannedCampaign
  extends Pick<Campaign, 'id' | 'lock' | 'tcrCampaignId' | 'telnyxCampaignId' | 'sharingStatus' | 'status'> {
  problems: readonly Problem[]
  /** It was declined, and its correction is one that the registry takes without submitting it anew. */
  isChangeable: boolean
  ordered: OrderedBefore | null
}

export interface PlanFacts {
  isTcrApplication: boolean
  inheritsCampaign: boolean
  brand: PlannedBrand
  /** The profile's own. */
  campaigns: readonly PlannedCampaign[]
  usesOtherSmsNumber: boolean
  usesOtherWhatsappNumber: boolean
  sendingPhoneNumber: string | null
  /** Why the number that messages come from cannot be in a 10DLC campaign, where it is to be in one. */
  numberProblem: Problem | null
  wabaPhoneNumberId: string | null
  has: { mocks: boolean; vetting: boolean; carrier: boolean; whatsapp: boolean }
  /** The steps of the run before, [] for the first. */
  before: readonly Step[]
}

/** Identities with which a brand may have campaigns. */
export const VERIFIED: readonly string[] = ['VERIFIED', 'VETTED_VERIFIED', 'SELF_DECLARED']

/** Whether the brand is a listed company. */
export function isListed(brand: Pick<Brand, 'business'> | null): boolean {
  return brand?.business.entity_type === 'PUBLIC_PROFIT'
}

function newStep(step: StepName, subject: string | null, state: StepState, more: Partial<Step> = {}): Step {
  return {
    step,
    subject,
    state,
    call: null,
    attempts: 0,
    looks: 0,
    rounds: 0,
    says: null,
    feedback: [],
    fee: null,
    called_at: null,
    next_try_at: null,
    waiting_since: null,
    snapshot: null,
    ...more,
  }
}

/** What a provider would refuse, told without asking it. */
export function incomplete(problems: readonly Problem[]): Feedback[] {
  const byWords = new Map<string, string[]>()
  for (const { field, says } of problems) byWords.set(says, [...(byWords.get(says) ?? []), field])
  return [...byWords].map(([says, fields]) => ({ category: 'INCOMPLETE', fields, says }))
}

/** Builds the steps in order. A call whose outcome was never known is looked up before anything is sent (decision 21). */
export function planSteps(facts: PlanFacts): Step[] {
  const { brand, campaigns } = facts
  const isRegistered = facts.isTcrApplication && !(brand.isInherited && facts.inheritsCampaign)
  const ownCampaigns = facts.isTcrApplication && !facts.inheritsCampaign ? campaigns : []
  const brandStep = planBrand(facts, isRegistered)
  const vettingStep = planVetting(facts, brandStep)
  // A campaign is judged with its brand: where that changes, the same campaign may fare otherwise.
  const isSameBrand = brandStep.state === 'done' && vettingStep.state !== 'pending'
  const steps: Step[] = [
    facts.usesOtherSmsNumber || facts.usesOtherWhatsappNumber
      ? newStep('copy_numbers', null, 'pending')
      : newStep('copy_numbers', null, 'skipped', { says: 'No number of another profile is used.' }),
    brandStep,
    planIdentity(facts, brandStep),
    vettingStep,
    ...ownCampaigns.map((campaign) => planCampaign(campaign, isSameBrand ? campaign.ordered : null)),
    ...ownCampaigns.map((campaign) => planReview(campaign, facts.has.mocks)),
    ...(ownCampaigns.length === 0 ? noCampaigns(facts) : []),
    planCarrier(facts),
    planWhatsapp(facts),
    newStep('status', null, 'pending'),
  ]
  return steps.map((step) => carried(step, facts.before))
}

function planBrand({ brand, isTcrApplication }: PlanFacts, isRegistered: boolean): Step {
  if (!isTcrApplication)
    return newStep('brand', brand.id, 'skipped', { says: 'The brand is no TCR application, so no registry gets it.' })
  if (!isRegistered)
    return newStep('brand', brand.id, 'skipped', { says: "The organization's brand is used as it is." })
  if (brand.lock === 'submitted') return newStep('brand', brand.id, 'done', { says: 'The registry has the brand.' })
  if (brand.lock === 'submitting' && brand.isInherited)
    return newStep('brand', brand.id, 'waiting', { says: 'Another profile’s completion registers this brand.' })
  if (brand.problems.length > 0)
    return newStep('brand', brand.id, 'correction_needed', { feedback: incomplete(brand.problems) })
  if (brand.tcr_brand_id === null) return newStep('brand', brand.id, 'pending', { call: 'submit_brand' })
  return planKnown('brand', brand, 'read_brand') ?? newStep('brand', brand.id, 'pending', { call: 'update_brand' })
}

/** What was ordered before: where it is what the registry has, that is asked once more how it stands, which costs nothing. */
function planKnown(
  step: 'brand' | 'campaign',
  { id, ordered }: { id: string; ordered: OrderedBefore | null },
  call: 'read_brand' | 'read_campaign',
): Step | null {
  if (ordered === null) return null
  if (ordered.isLast) return newStep(step, id, 'pending', { call, says: UNCHANGED[step] })
  return newStep(step, id, 'correction_needed', { says: UNCHANGED.earlier, feedback: [...ordered.feedback] })
}

function planIdentity({ brand }: PlanFacts, { state }: Step): Step {
  if (state === 'skipped')
    return newStep('identity', brand.id, 'skipped', { says: 'Only a brand that is registered here is checked.' })
  // Whether a listed company has answered its mail is read each time, since profiles may share it.
  if (state === 'done' && !brand.isListed && VERIFIED.includes(brand.identity_status ?? ''))
    return newStep('identity', brand.id, 'done', { says: brand.identity_status })
  return newStep('identity', brand.id, 'pending', { call: 'read_brand' })
}

function planVetting({ brand, has, before }: PlanFacts, { state }: Step): Step {
  if (state === 'skipped')
    return newStep('vetting', brand.id, 'skipped', { says: 'Only a brand that is registered here is vetted.' })
  if (!has.vetting) return newStep('vetting', brand.id, 'skipped', { says: 'External vetting is not configured.' })
  if (brand.identity_status === 'VETTED_VERIFIED')
    return newStep('vetting', brand.id, 'done', { says: 'The brand is vetted.' })
  const known = before.find(({ step, subject }) => step === 'vetting' && subject === brand.id)
  if (known?.state === 'done') return newStep('vetting', brand.id, 'done', { says: known.says })
  // Looked for first: profiles that share the brand share its vetting.
  return newStep('vetting', brand.id, 'pending', { call: 'read_vetting' })
}

function noCampaigns({ isTcrApplication }: PlanFacts): Step[] {
  const says = isTcrApplication
    ? "The organization's campaigns are used as they are."
    : 'The brand is no TCR application, so no registry gets a campaign.'
  return [newStep('campaign', null, 'skipped', { says }), newStep('campaign_review', null, 'skipped', { says })]
}

function planCampaign(campaign: PlannedCampaign, ordered: OrderedBefore | null): Step {
  const { id, lock, tcrCampaignId, telnyxCampaignId, problems, isChangeable } = campaign
  if (lock === 'submitted') return newStep('campaign', id, 'done', { says: 'The registry has the campaign.' })
  if (problems.length > 0) return newStep('campaign', id, 'correction_needed', { feedback: incomplete(problems) })
  const isKnown = tcrCampaignId !== null || telnyxCampaignId !== null
  const known = isKnown ? planKnown('campaign', { id, ordered }, 'read_campaign') : null
  if (known !== null) return known
  if (isChangeable) return newStep('campaign', id, 'pending', { call: 'update_campaign' })
  // What cannot be changed at the registry is ended there and submitted anew.
  return newStep('campaign', id, 'pending', { call: isKnown ? 'deactivate_campaign' : 'submit_campaign' })
}

function planReview({ id, lock, sharingStatus, status }: PlannedCampaign, isMock: boolean): Step {
  if (isMock) return newStep('campaign_review', id, 'skipped', { says: 'A mock is not shared, so nobody reviews it.' })
  if (lock === 'submitted' && sharingStatus === 'ACCEPTED' && status !== 'EXPIRED')
    return newStep('campaign_review', id, 'done', { says: 'ACCEPTED' })
  return newStep('campaign_review', id, 'pending', { call: 'read_campaign' })
}

function planCarrier(facts: PlanFacts): Step {
  const skipped = (says: string) => newStep('carrier', null, 'skipped', { says })
  if (facts.numberProblem !== null) {
    const { field, says } = facts.numberProblem
    return newStep('carrier', null, 'correction_needed', {
      says,
      feedback: [{ category: 'NUMBERS', fields: [field], says }],
    })
  }
  if (facts.usesOtherSmsNumber) return skipped('The number is another profile’s, which connects it.')
  if (facts.sendingPhoneNumber === null) return skipped('The profile has no sending_phone_number.')
  if (!facts.has.carrier) return skipped('No carrier is configured on this server.')
  return newStep('carrier', null, 'pending', { call: 'find_messaging_profile' })
}

function planWhatsapp(facts: PlanFacts): Step {
  const skipped = (says: string) => newStep('whatsapp', null, 'skipped', { says })
  if (facts.usesOtherWhatsappNumber) return skipped('The number is another profile’s, which registers it.')
  if (facts.wabaPhoneNumberId === null)
    return skipped('The profile has no number of its own in a WhatsApp Business Account.')
  if (!facts.has.whatsapp) return skipped('WhatsApp is not configured on this server.')
  const known = facts.before.find(({ step }) => step === 'whatsapp')
  if (known?.state === 'done') return newStep('whatsapp', null, 'done', { says: known.says })
  return newStep('whatsapp', null, 'pending', { call: 'subscribe_app' })
}

/** What an earlier run left: fees and snapshots stay, and what was never answered is looked up first. */
function carried(step: Step, before: readonly Step[]): Step {
  const known = before.find((earlier) => earlier.step === step.step && earlier.subject === step.subject)
  if (known === undefined) return step
  // What another completion registers was not frozen by this one.
  const kept: Step = { ...step, fee: known.fee, snapshot: step.state === 'waiting' ? null : known.snapshot }
  if (known.state !== 'parked' || (step.state !== 'pending' && step.state !== 'waiting')) return kept
  if (known.call === null || !ONCE.has(known.call)) return kept
  return {
    ...kept,
    snapshot: known.snapshot,
    state: 'unknown',
    call: known.call,
    called_at: known.called_at,
    attempts: known.attempts,
  }
}
