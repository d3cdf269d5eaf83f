import type {
  RegisteredBrand,
  RegisteredCampaign,
  RegistryFeedback,
  Vetting,
} from '../../../../ports/brand-registry.ts'
import { VERIFIED } from '../../accept/plan.rules.ts'
import { UNCHANGED } from '../../accept/unchanged.rules.ts'
import { type Feedback, OVER, type Step } from '../../registration.fields.ts'
import {
  absent,
  type Circumstances,
  charged,
  finished,
  goesOn,
  only,
  type Transition,
  unanswered,
  waiting,
} from './step.rules.ts'

/** What follows when the registry has done, or found, what it was asked. Null values: it has nothing of that name. */

interface Answering {
  isLookup: boolean
  at: Circumstances
}

const HAS_BRAND = 'The registry has the brand.'

/** A brand: submitted, found, corrected, or read for its identity. */
export function onBrand(step: Step, brand: RegisteredBrand | null, { isLookup, at }: Answering): Transition {
  if (brand === null) return only(absent(step, at))
  // What a registry answers is not trusted: a brand of another reference is no answer to ours.
  if (brand.reference !== null && brand.reference !== step.subject)
    return only(unanswered(step, 'read_brand', isLookup, at))
  if (step.step === 'brand' && step.call === 'read_brand') return onUnchangedBrand(step, brand)
  switch (step.call) {
    case 'submit_brand': {
      const effects: Transition['effects'] = [{ kind: 'brand_registered', brand }]
      const next = brand.isPartial === true ? goesOn(step, 'complete_brand') : finished(step, HAS_BRAND)
      return charged({ step: next, effects }, at.fees.brand)
    }
    case 'complete_brand':
      return only(finished(step, HAS_BRAND))
    case 'update_brand': {
      // Verified and still so, as when only the address for its mail was corrected: there is nothing to check and to pay.
      const isVerified = at.isVerified === true && VERIFIED.includes(brand.identityStatus ?? '')
      if (!isVerified) return only(goesOn(step, 'revet_brand'))
      const effects: Transition['effects'] = [{ kind: 'brand_registered', brand }]
      return { step: finished(step, 'The registry has the corrected brand.'), effects }
    }
    case 'revet_brand': {
      // Still as it was before: the order has not arrived there.
      if (isLookup && brand.identityStatus === 'UNVERIFIED') return only(absent(step, at))
      const effects: Transition['effects'] = [{ kind: 'brand_registered', brand }]
      return charged({ step: finished(step, 'The registry has the corrected brand.'), effects }, at.fees.revet)
    }
    default:
      return { step: onIdentity(step, brand, at), effects: [{ kind: 'brand_read', brand }] }
  }
}

/** The registry has the brand as it is, so nothing was ordered: only where its identity is in doubt is there something to correct. */
function onUnchangedBrand(step: Step, brand: RegisteredBrand): Transition {
  if (brand.identityStatus === 'UNVERIFIED')
    return { step: goesOn(step, 'read_feedback'), effects: [{ kind: 'brand_read', brand }] }
  return { step: finished(step, HAS_BRAND), effects: [{ kind: 'brand_registered', brand }] }
}

function onIdentity(step: Step, { status, identityStatus }: RegisteredBrand, at: Circumstances): Step {
  if (status !== 'ACTIVE') return { ...step, state: 'parked', says: `At the registry the brand is ${status}.` }
  if (identityStatus === null) return waiting(step, 'read_brand', 'The registry checks the identity.', 'poll', at)
  if (identityStatus === 'UNVERIFIED') return goesOn({ ...step, says: 'UNVERIFIED' }, 'read_feedback')
  if (at.isListed === true) return goesOn({ ...step, says: identityStatus }, 'read_authentication')
  return finished(step, identityStatus)
}

/** Why the identity could not be verified: for the customer to correct. */
export function onFeedback(step: Step, found: readonly RegistryFeedback[]): Step {
  const feedback = found.map(({ category, fields, says }) => ({ category, fields: [...fields], says }))
  const unsaid = [{ category: 'OTHERS', fields: ['brand'], says: 'The registry could not verify the identity.' }]
  return {
    ...step,
    state: 'correction_needed',
    says: step.step === 'brand' ? UNCHANGED.brand : 'UNVERIFIED',
    feedback: feedback.length === 0 ? unsaid : feedback,
  }
}

/** An order takes two days at the longest: what has not come long after that does not come, and keeps nothing back. */
const VETTING_MAX_MS = 7 * 24 * 3_600_000

export function onVetting(step: Step, vetting: Vetting | null, { isLookup, at }: Answering): Transition {
  if (vetting === null) return only(isLookup ? absent(step, at) : goesOn(step, 'order_vetting'))
  const isOrdered = step.call === 'order_vetting'
  const isLate = step.waiting_since !== null && at.now - step.waiting_since > VETTING_MAX_MS
  const next =
    vetting.status !== 'pending'
      ? finished({ ...step, call: 'read_vetting' }, vettingWords(vetting))
      : isLate
        ? finished(step, 'Vetting pending; no result came within seven days.')
        : waiting(step, 'read_vetting', 'The brand is being vetted.', 'review', at)
  return isOrdered ? charged(only(next), at.fees.vetting) : only(next)
}

/** A vetting that fails keeps no standard campaign back (TCR's identity states), so it is told and not in the way. */
function vettingWords({ status, score, reasons }: Vetting): string {
  return [`Vetting ${status}`, ...(score === null ? [] : [`score ${score}`]), ...reasons].join('; ')
}

/** As long as the words of a step may be. */
const WORDS_MAX = 500

/** A campaign: submitted, found, or read for its review. */
export function onCampaign(step: Step, campaign: RegisteredCampaign | null, { isLookup, at }: Answering): Transition {
  const id = step.subject ?? ''
  if (campaign === null) return only(absent(step, at))
  if (campaign.reference !== null && !isReferenceOf(campaign.reference, id))
    return only(unanswered(step, 'read_campaign', isLookup, at))
  if (step.step === 'campaign') {
    const effects: Transition['effects'] = [{ kind: 'campaign_registered', id, campaign }]
    if (step.call === 'read_campaign') return onUnchangedCampaign(step, campaign, effects)
    const has = `The registry has the ${step.call === 'update_campaign' ? 'corrected ' : ''}campaign.`
    const says = [has, ...(campaign.notices ?? [])].join(' ').slice(0, WORDS_MAX)
    const reviewed = charged({ step: finished(step, says), effects }, at.fees.campaignReview)
    return charged(reviewed, campaign.upFrontFee ?? null)
  }
  return { step: onReview(step, campaign, at), effects: [{ kind: 'campaign_read', id, campaign }] }
}

/** The registry has the campaign as it is, so nothing was ordered: only where it was not approved is there something to correct. */
function onUnchangedCampaign(step: Step, campaign: RegisteredCampaign, effects: Transition['effects']): Transition {
  const wrong = reviewFailure(campaign)
  if (wrong === null) return { step: finished(step, 'The registry has the campaign.'), effects }
  const read: Transition['effects'] = [{ kind: 'campaign_read', id: step.subject ?? '', campaign }]
  return { step: { ...toCorrect(step, wrong), says: UNCHANGED.campaign }, effects: read }
}

/** Our reference of a campaign is its id, with a number behind it where it was submitted anew. */
export function isReferenceOf(reference: string, id: string): boolean {
  return reference === id || (reference.startsWith(`${id}-`) && /^\d+$/.test(reference.slice(id.length + 1)))
}

const OF_BRAND =
  'The cause is the brand, not the campaign: have the brand vetted, or choose a use case that it qualifies for. If only the brand was put right, complete with check_again: true, which asks again and is charged.'

/** Why a campaign cannot stay as it is; null where it can. */
function reviewFailure(campaign: RegisteredCampaign): Feedback | null {
  const { status, sharingStatus, says, correction, cause } = campaign
  if (status === 'EXPIRED')
    return { category: 'EXPIRED', fields: ['campaign'], says: 'The campaign has ended at the registry.' }
  if (sharingStatus !== 'DECLINED') return null
  const words = says ?? 'The campaign was declined.'
  const category = correction === 'anew' ? OVER : 'DECLINED'
  if (cause !== 'brand') return { category, fields: ['campaign'], says: words }
  return { category, fields: ['brand', 'campaign.useCases'], says: `${words} ${OF_BRAND}` }
}

function onReview(step: Step, campaign: RegisteredCampaign, at: Circumstances): Step {
  const { sharingStatus } = campaign
  const wrong = reviewFailure(campaign)
  if (wrong !== null) return toCorrect(step, wrong)
  if (sharingStatus === 'ACCEPTED') return finished(step, 'ACCEPTED')
  if (sharingStatus === null && step.attempts === 0) return goesOn(step, 'share_campaign')
  return waiting(step, 'read_campaign', 'The campaign is being reviewed.', 'review', at)
}

function toCorrect(step: Step, wrong: Feedback): Step {
  return { ...step, state: 'correction_needed', says: wrong.category, feedback: [wrong] }
}
