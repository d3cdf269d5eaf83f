import type { Executor } from '../../../db/database.ts'
import type { KeyRing, OrganizationCipher } from '../../../encryption/key-ring.ts'
import { type BrandKey, noteRegistryBrand, unlockBrand } from '../../brands/index.ts'
import { noteCampaignEnded, noteRegistryCampaign, unlockCampaign } from '../../campaigns/index.ts'
import { changeProfile, holdProfile } from '../../profiles/index.ts'
import { callbackBody, markCallbacksDue } from '../../webhooks/index.ts'
import { noteBrandVerdict, noteTaken, noteVerdict } from '../accept/snapshot.store.ts'
import type { Registration, Step } from '../registration.fields.ts'
import { noteReferences, saveRegistration } from '../registration.store.ts'
import { type RegistrationOptions, type RunState, subjectOf } from './load.ts'
import { consequencesOf, type Effects, type TerminalState } from './rules/effects.rules.ts'
import { addDollars, type Effect } from './rules/step.rules.ts'
import { referenceDigests } from './wake.ts'

/** Writes one move of a registration with everything that follows, in one transaction: all of it or nothing. */

/** Somebody else has moved the registration since it was read. */
class Overtaken extends Error {}

export interface Recorded {
  /** The changed step, and which one it is. */
  step?: { index: number; step: Step }
  effects?: readonly Effect[]
  rest?: TerminalState
  /** Further values of the profile, as copied numbers. */
  numbers?: { sending_phone_number?: string; whatsapp_phone_number?: string }
  /** Runs first in the transaction, and keeps everything from being written by throwing. */
  first?: (tx: Executor) => Promise<void>
}

/** False when the registration was moved by somebody else meanwhile: nothing is written, read again. */
export async function record(options: RegistrationOptions, work: RunState, recording: Recorded): Promise<boolean> {
  const { effects = [], rest = null, numbers = {} } = recording
  const steps = withStep(work.registration.steps, recording.step)
  const found = consequencesOf({ ...work.registration, steps }, subjectOf(work), effects, rest)
  addNumbers(found, work, numbers)
  const after: Registration = {
    ...work.registration,
    steps,
    // Whoever finds a call under way leaves the row alone (`joinCompletion`).
    state: recording.step?.step.state === 'calling' ? 'running' : found.state,
    messagingProfileId: found.messagingProfileId ?? work.registration.messagingProfileId,
    feesTotal: addDollars(work.registration.feesTotal, found.dollars),
  }
  try {
    await options.db.transaction(work.organizationId, async (tx) => {
      await recording.first?.(tx)
      const changed = recording.step?.step ?? null
      await write(tx, options.keys, { work, after, found, numbers, changed, effects, rest })
    })
    return true
  } catch (error) {
    if (error instanceof Overtaken) return false
    throw error
  }
}

function withStep(steps: readonly Step[], changed: Recorded['step']): Step[] {
  return steps.map((step, index) => (index === changed?.index ? changed.step : step))
}

function addNumbers(found: Effects, { profile }: RunState, numbers: NonNullable<Recorded['numbers']>): void {
  for (const member of ['sending_phone_number', 'whatsapp_phone_number'] as const) {
    const to = numbers[member]
    if (to !== undefined && to !== profile[member]) found.changes.push({ member, from: profile[member], to })
  }
  if (Object.keys(numbers).length > 0)
    found.events.push({ type: 'profile.updated', payload: { status: profile.status } })
}

interface Writing {
  effects: readonly Effect[]
  rest: TerminalState | null
  changed: Step | null
  work: RunState
  after: Registration
  found: Effects
  numbers: NonNullable<Recorded['numbers']>
}

/** The profile's row is the first lock, as in every change of a profile; the fence of the registration has the last word. */
async function write(tx: Executor, keys: KeyRing, writing: Writing): Promise<void> {
  const { work, after, found, numbers, changed } = writing
  const { organizationId, registration, cipher } = work
  const { profileId } = registration
  await holdProfile(tx, organizationId, profileId)
  await writeFrozen(tx, writing)
  await writeBrand(tx, work, found, cipher)
  await writeCampaigns(tx, work, found)
  const isNoted = found.changes.length > 0
  const touchesBrand = found.unlockBrand !== null && work.brandOwnerId === profileId
  if (isNoted || touchesBrand || found.events.length > 0 || found.feedback !== null) {
    await changeProfile(tx, {
      organizationId,
      profileId,
      set: {
        ...(found.status === null ? {} : { status: found.status }),
        ...(found.feedback === null ? {} : { registry_feedback: found.feedback.map((entry) => ({ ...entry })) }),
        ...numbers,
      },
      history:
        isNoted || touchesBrand || found.feedback !== null
          ? {
              operation: 'registerProfile',
              actor: 'system',
              requestId: null,
              keyId: null,
              userId: null,
              changes: found.changes,
            }
          : null,
      events: found.events,
    })
  }
  if (found.told !== null) {
    const { status, message } = found.told
    const at = new Date(work.now).toISOString()
    const body = callbackBody(profileId, { status, at, ...(message === null ? {} : { message }) })
    await markCallbacksDue(tx, organizationId, profileId, body)
  }
  await noteReferences(tx, organizationId, registration, referenceDigests(keys, newReferences(found, changed)))
  if (!(await saveRegistration(tx, organizationId, after))) throw new Overtaken()
}

/** What became of what was frozen: the registry has taken it, or has not approved it. While the brand's lock still names it. */
async function writeFrozen(tx: Executor, { work, after, changed, effects, rest }: Writing): Promise<void> {
  const { organizationId } = work
  const isTaken = effects.some(({ kind }) => kind === 'brand_registered' || kind === 'campaign_registered')
  if (isTaken && changed?.snapshot != null) await noteTaken(tx, organizationId, changed.snapshot.id)
  if (rest?.kind !== 'failed') return
  const { step, subject, feedback } = rest.step
  if (step === 'identity' && subject !== null)
    await noteBrandVerdict(tx, organizationId, { ownerId: work.brandOwnerId, brandId: subject, feedback })
  const reviewed = after.steps.find((each) => each.step === 'campaign' && each.subject === subject)?.snapshot ?? null
  if (step === 'campaign_review' && reviewed !== null)
    await noteVerdict(tx, organizationId, { id: reviewed.id, feedback })
}

async function writeBrand(tx: Executor, work: RunState, found: Effects, cipher: OrganizationCipher): Promise<void> {
  if (work.brand === null) return
  const key: BrandKey = { organizationId: work.organizationId, ownerId: work.brandOwnerId, id: work.brand.id }
  if (found.brand !== null) {
    const { brand, isSubmitted } = found.brand
    await noteRegistryBrand(tx, key, {
      brand: {
        tcr_brand_id: brand.tcrBrandId,
        status: brand.status,
        identity_status: brand.identityStatus,
        universal_ein: brand.universalEin,
        csp_id: brand.cspId,
      },
      isSubmitted,
      cipher,
    })
  }
  if (found.unlockBrand !== null) await unlockBrand(tx, key, found.unlockBrand)
}

async function writeCampaigns(tx: Executor, work: RunState, found: Effects): Promise<void> {
  const key = (id: string) => ({ organizationId: work.organizationId, ownerId: work.registration.profileId, id })
  for (const { id, campaign, isSubmitted } of found.campaigns)
    await noteRegistryCampaign(tx, key(id), { campaign, isSubmitted })
  for (const id of found.endedCampaigns) await noteCampaignEnded(tx, key(id))
  for (const { id, says } of found.unlockCampaigns) await unlockCampaign(tx, key(id), says)
}

/** The ids under which a provider will speak: ours before it gets them, its own when it has told them. */
function newReferences({ brand, campaigns }: Effects, changed: Step | null): string[] {
  const isSent = changed?.state === 'calling' && (changed.call === 'submit_brand' || changed.call === 'submit_campaign')
  const ids = [
    isSent ? changed.subject : null,
    brand?.brand.tcrBrandId ?? null,
    ...campaigns.flatMap(({ campaign }) => [campaign.tcrCampaignId, campaign.telnyxCampaignId]),
  ]
  return ids.filter((id): id is string => id !== null)
}
