import { messagesPerDay } from '../../../contract/registry/volume.ts'
import type { BrandForRegistry } from '../../../ports/brand-registry.ts'
import { type Brand, brandInEffect } from '../../brands/index.ts'
import type { Campaign } from '../../campaigns/index.ts'
import type { NumberSource, Profile } from '../../profiles/index.ts'
import type { Registration, RegistrationState, Step } from '../registration.fields.ts'
import { senderProblem } from '../workflow/rules/numbers.rules.ts'
import type { CompletionFacts } from '../workflow/rules/result.rules.ts'
import { toRegistryBrand } from './brand-mapping.rules.ts'
import { type MappedCampaign, toRegistryCampaign } from './campaign-mapping.rules.ts'
import { isListed, type PlanFacts, planSteps } from './plan.rules.ts'
import { orderedBefore, type Taken } from './unchanged.rules.ts'

/** What a completion asks for, decided on one reading: whether it may be, whether anything is left, and what will be sent. */

/** What is read beside the profile with its brands. */
export interface CompletionInput {
  campaigns: readonly Campaign[]
  organizationCampaigns: readonly Campaign[]
  /** Live profiles that the profile's references lead to. */
  reached: readonly NumberSource[]
  registration: Registration | null
  /** Which number the profile sends from was changed after its last completion began. */
  numbersChanged: boolean
  wabaPhoneNumberId: string | null
  /** How often each campaign was frozen as something new. */
  generations: ReadonlyMap<string, number>
  /** What the registry has of each campaign that it declined. */
  declined: ReadonlyMap<string, MappedCampaign>
  /** What the registry has taken of the brand and of each campaign, and is not to be sent again unchanged. */
  taken: ReadonlyMap<string, readonly Taken[]>
}

function isTcr(brand: Brand | null): boolean {
  return brand?.compliance.is_tcr_application === true
}

/** What the prerequisites look at. */
export function completionFacts(profile: Profile, input: CompletionInput): CompletionFacts {
  const isGone = (id: string | null) => id !== null && !input.reached.some((other) => other.id === id)
  const references = ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id'] as const
  return {
    shortName: profile.short_name,
    description: profile.description,
    inheritsBrand: profile.inherit_tcr_brand,
    hasOwnBrand: profile.brand !== null,
    hasOrganizationBrand: profile.organizationBrand !== null,
    isTcrApplication: isTcr(brandInEffect(profile)?.brand ?? null),
    inheritsCampaign: profile.inherit_tcr_campaign,
    ownCampaigns: input.campaigns.length,
    organizationCampaigns: input.organizationCampaigns.length,
    deadReferences: references.filter((member) => isGone(profile[member])),
  }
}

/** A run is going: a further completion joins it. One that waits for the operator is begun anew. */
export function isUnderWay(registration: Registration | null): boolean {
  return registration?.state === 'running' || registration?.state === 'waiting'
}

/** Runs that have got through all of their steps. */
const THROUGH: ReadonlySet<RegistrationState> = new Set(['completed', 'submitted'])

function sendsFromNumber(profile: Profile): boolean {
  const { sending_phone_number, sending_phone_number_profile_id, sending_whatsapp_number_profile_id } = profile
  return (sending_phone_number ?? sending_phone_number_profile_id ?? sending_whatsapp_number_profile_id) !== null
}

/**
 * Approved, with nothing left to do. An approved profile stays so while more of it is registered, so a run that goes on, was
 * refused or is parked is left to do, and so are a campaign and a number that came after the run.
 */
export function isComplete(profile: Profile, { campaigns, registration, numbersChanged }: CompletionInput): boolean {
  if (profile.status !== 'approved') return false
  if (registration === null) return true
  if (!THROUGH.has(registration.state)) return false
  if (numbersChanged && sendsFromNumber(profile)) return false
  if (profile.inherit_tcr_campaign || !isTcr(brandInEffect(profile)?.brand ?? null)) return true
  return campaigns.every((campaign) => campaign.lock !== null && !isLost(campaign))
}

/** The registry has the campaign, and it was suspended, refused or ended after it was accepted. */
function isLost({ lock, sharingStatus, status }: Campaign): boolean {
  return lock === 'submitted' && (sharingStatus === 'DECLINED' || status === 'EXPIRED')
}

/** What is to be frozen and locked, and the steps of the run. */
export interface Intent {
  steps: Step[]
  brand: { id: string; isOwn: boolean; request: BrandForRegistry } | null
  campaigns: { id: string; generation: number; request: MappedCampaign }[]
}

/** What is configured, as far as the intent looks at it. */
export type Configured = PlanFacts['has'] & { changeableInCampaign: readonly string[] }

/** The intent of a completion whose prerequisites hold. Where something cannot succeed, nothing is locked. */
export function intentOf(profile: Profile, input: CompletionInput, has: Configured): Intent {
  const shown = brandInEffect(profile)
  if (shown === null) throw new Error('a profile without a brand is not completed')
  const { brand, isInherited } = shown
  const mappedBrand = toRegistryBrand(brand, { profileName: profile.name, isMock: has.mocks })
  const mapped = input.campaigns.map((campaign) => mapCampaign(campaign, brand, input, has.changeableInCampaign))
  const steps = planSteps({
    isTcrApplication: isTcr(brand),
    inheritsCampaign: profile.inherit_tcr_campaign,
    brand: {
      id: brand.id,
      isInherited,
      lock: brand.lock,
      tcr_brand_id: brand.tcr_brand_id,
      identity_status: brand.identity_status,
      problems: mappedBrand.problems,
      ordered: orderedBefore(input.taken.get(brand.id) ?? [], mappedBrand.brand),
      isListed: isListed(brand),
    },
    campaigns: mapped.map(({ campaign, problems, isChangeable, ordered }) => ({
      ...campaign,
      problems,
      isChangeable,
      ordered,
    })),
    usesOtherSmsNumber: profile.sending_phone_number_profile_id !== null,
    usesOtherWhatsappNumber: profile.sending_whatsapp_number_profile_id !== null,
    sendingPhoneNumber: profile.sending_phone_number,
    numberProblem: isTcr(brand) ? senderProblem(profile, input.reached, { isPutIntoCampaign: has.carrier }) : null,
    wabaPhoneNumberId: input.wabaPhoneNumberId,
    has,
    before: input.registration?.steps ?? [],
  })
  const isHopeless = steps.some(({ state }) => state === 'correction_needed')
  const isSent = (name: Step['step'], subject: string) =>
    !isHopeless &&
    steps.some(({ step, subject: about, state }) => step === name && about === subject && state === 'pending')
  return {
    steps,
    brand:
      brand.lock === null && isSent('brand', brand.id)
        ? { id: brand.id, isOwn: !isInherited, request: mappedBrand.brand }
        : null,
    campaigns: mapped
      .filter(({ campaign }) => campaign.lock === null && isSent('campaign', campaign.id))
      .map(({ campaign, generation, request }) => ({ id: campaign.id, generation, request })),
  }
}

/** A campaign that the registry had and declined keeps its reference where it is changed, and else is something new. */
function mapCampaign(
  campaign: Campaign,
  brand: Brand,
  { generations, declined, taken }: CompletionInput,
  changeable: readonly string[],
) {
  const isAtRegistry = (campaign.tcrCampaignId ?? campaign.telnyxCampaignId) !== null
  const volume = brand.compliance.expected_messaging_volume
  const perDay = messagesPerDay(volume)
  const mapped = (generation: number) =>
    toRegistryCampaign(campaign, {
      generation,
      messagesPerDay: perDay,
      isVolumeUnread: perDay === null && typeof volume === 'string',
      isSoleProprietor: brand.business.entity_type === 'SOLE_PROPRIETOR',
    })
  const known = Math.max(1, generations.get(campaign.id) ?? 0)
  const same = mapped(known)
  const before = declined.get(campaign.id)
  const isChangeable = isAtRegistry && before !== undefined && canBecome(before, same.campaign, changeable)
  const ordered = orderedBefore(taken.get(campaign.id) ?? [], same.campaign)
  if (isChangeable || !isAtRegistry || ordered?.isLast === true)
    return { campaign, generation: known, request: same.campaign, problems: same.problems, isChangeable, ordered }
  const generation = generations.has(campaign.id) ? known + 1 : known
  const anew = mapped(generation)
  return { campaign, generation, request: anew.campaign, problems: anew.problems, isChangeable, ordered }
}

/** Whether only what the registry changes is different. It clears nothing, and takes no sample away. */
function canBecome(before: MappedCampaign, after: MappedCampaign, changeable: readonly string[]): boolean {
  if (after.samples.length < before.samples.length) return false
  const members = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof MappedCampaign>
  return [...members].every((member) => {
    if (JSON.stringify(before[member]) === JSON.stringify(after[member])) return true
    return changeable.includes(member) && after[member] !== null
  })
}

/** Whether the run needs a registry: then one has to be configured (decision 23). */
export function needsRegistry(steps: readonly Step[]): boolean {
  return steps.some(
    ({ step, state }) =>
      ['brand', 'identity', 'campaign', 'campaign_review'].includes(step) && state !== 'skipped' && state !== 'done',
  )
}
