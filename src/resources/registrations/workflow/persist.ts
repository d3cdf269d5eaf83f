import type { Executor } from '../../../db/database.ts'
import type { KeyRing, OrganizationCipher } from '../../../encryption/key-ring.ts'
import { type BrandKey, noteRegistryBrand, unlockBrand } from '../../brands/index.ts'
import { noteCampaignEnded, noteRegistryCampaign, unlockCampaign } from '../../campaigns/index.ts'
import { changeProfile, holdProfile } from '../../profiles/index.ts'
import { callbackBody, markCallbacksDue } from '../../webhooks/index.ts'
import { noteBrandVerdict, noteTaken, noteVerdict } from '../accept/snapshot.store.ts'
import type { Registration, Step } from '../registration.fields.ts'
import { noteReferences, saveRegistration } from '../registration.store.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import { type Effects, effectsOf, type TerminalState } from './rules/effects.rules.ts'
import type { Effect } from './rules/step.rules.ts'

/** Writes one action of a registration with everything that follows, in one transaction: all of it or nothing. */

/** Somebody else has moved the registration since it was read. */
export class Overtaken extends Error {}

export interface Recording {
  /** The changed step, and which one it is. */
  step?: { index: number; step: Step }
  effects?: readonly Effect[]
  rest?: TerminalState
  /** Further values of the profile, as copied numbers. */
  numbers?: { sending_phone_number?: string; whatsapp_phone_number?: string }
}

/** False when the registration was moved by somebody else meanwhile: nothing is written, read again. */
export async function persist(options: RegistrationOptions, run: RunState, recording: Recording): Promise<boolean> {
  try {
    await options.db.transaction(run.organizationId, (tx) => persistIn(tx, options.keys, run, recording))
    return true
  } catch (error) {
    if (error instanceof Overtaken) return false
    throw error
  }
}

/** The same in a transaction of the caller's. @throws Overtaken. */
export async function persistIn(tx: Executor, keys: KeyRing, run: RunState, recording: Recording): Promise<void> {
  const { effects = [], rest = null, numbers = {} } = recording
  const steps = withStep(run.registration.steps, recording.step)
  const found = effectsOf({ ...run.registration, steps }, run, effects, rest)
  addNumbers(found, run, numbers)
  const after: Registration = {
    ...run.registration,
    steps,
    // Whoever finds a call under way leaves the row alone (`joinCompletion`).
    state: recording.step?.step.state === 'calling' ? 'running' : found.state,
    messagingProfileId: found.messagingProfileId ?? run.registration.messagingProfileId,
  }
  const changed = recording.step?.step ?? null
  await write(tx, keys, { run, after, found, numbers, changed, effects, rest })
}

function withStep(steps: readonly Step[], changed: Recording['step']): Step[] {
  return steps.map((step, index) => (index === changed?.index ? changed.step : step))
}

function addNumbers(found: Effects, { profile }: RunState, numbers: NonNullable<Recording['numbers']>): void {
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
  run: RunState
  after: Registration
  found: Effects
  numbers: NonNullable<Recording['numbers']>
}

/** The profile's row is the first lock, as in every change of a profile; the fence of the registration has the last word. */
async function write(tx: Executor, keys: KeyRing, writing: Writing): Promise<void> {
  const { run, after, found, numbers, changed } = writing
  const { organizationId, registration, cipher } = run
  const { profileId } = registration
  await holdProfile(tx, organizationId, profileId)
  await writeFrozen(tx, writing)
  await writeBrand(tx, run, found, cipher)
  await writeCampaigns(tx, run, found)
  const isNoted = found.changes.length > 0
  const touchesBrand = found.unlockBrand !== null && run.isOwnBrand
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
    const at = new Date(run.now).toISOString()
    const body = callbackBody(profileId, { status, at, ...(message === null ? {} : { message }) })
    await markCallbacksDue(tx, organizationId, profileId, body)
  }
  await noteReferences(tx, organizationId, registration, { keys, references: newReferences(found, changed) })
  if (!(await saveRegistration(tx, organizationId, after, found.dollars))) throw new Overtaken()
}

/** What became of what was frozen: the registry has taken it, or has not approved it. While the brand's lock still names it. */
async function writeFrozen(tx: Executor, { run, after, changed, effects, rest }: Writing): Promise<void> {
  const { organizationId } = run
  const isTaken = effects.some(({ kind }) => kind === 'brand_registered' || kind === 'campaign_registered')
  if (isTaken && changed?.snapshot != null) await noteTaken(tx, organizationId, changed.snapshot.id)
  if (rest?.kind !== 'failed') return
  const { step, subject, feedback } = rest.step
  if (step === 'identity' && subject !== null)
    await noteBrandVerdict(tx, organizationId, { ownerId: run.brandOwnerId, brandId: subject, feedback })
  const reviewed = after.steps.find((each) => each.step === 'campaign' && each.subject === subject)?.snapshot ?? null
  if (step === 'campaign_review' && reviewed !== null)
    await noteVerdict(tx, organizationId, { id: reviewed.id, feedback })
}

async function writeBrand(tx: Executor, run: RunState, found: Effects, cipher: OrganizationCipher): Promise<void> {
  if (run.brand === null) return
  const key: BrandKey = { organizationId: run.organizationId, ownerId: run.brandOwnerId, id: run.brand.id }
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

async function writeCampaigns(tx: Executor, run: RunState, found: Effects): Promise<void> {
  const key = (id: string) => ({ organizationId: run.organizationId, ownerId: run.registration.profileId, id })
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
