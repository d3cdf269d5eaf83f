import { newId } from '../../../contract/new-id.ts'
import type { Executor } from '../../../db/database.ts'
import type { Caller } from '../../../http/caller.ts'
import { type StoredResponse, storeResponse } from '../../../http/idempotency/idempotency.store.ts'
import { brandInEffect, lockBrand } from '../../brands/index.ts'
import { type Campaign, campaignsOf, lockCampaign } from '../../campaigns/index.ts'
import { changeProfile, findNumberSources, haveNumbersChanged, type Profile } from '../../profiles/index.ts'
import { insertCallback } from '../../webhooks/index.ts'
import { OVER, type Registration, type SnapshotMark } from '../registration.fields.ts'
import { findRegistration, insertRegistration, makeDue, saveRegistration } from '../registration.store.ts'
import { findWhatsappChannel } from '../workflow/facts.store.ts'
import type { MappedCampaign } from './campaign-mapping.rules.ts'
import type { CompletionInput, Intent } from './intent.rules.ts'
import { findGenerations, findTaken, freeze, readFrozen } from './snapshot.store.ts'
import type { Taken } from './unchanged.rules.ts'

/**
 * Accepts a completion: locks and frozen texts, the run, the callback and the stored response, in the transaction that holds the
 * organization and the profile. From its end on nothing of what will be submitted can be changed (decision 21).
 */

/**
 * What the rules of a completion need beside the profile.
 *
 * @param checksAgain what was ordered before is ordered once more.
 */
export async function readCompletion(
  db: Executor,
  caller: Caller,
  profile: Profile,
  checksAgain: boolean,
): Promise<CompletionInput> {
  const { organization_id: organizationId } = caller.organization
  const campaigns = await campaignsOf(db, organizationId, profile.id)
  const registration = await findRegistration(db, organizationId, profile.id)
  const channel = await findWhatsappChannel(db, organizationId, { profileId: profile.id, cipher: caller.cipher })
  const taken = await readTaken(db, caller, profile, campaigns)
  return {
    campaigns,
    organizationCampaigns: await campaignsOf(db, organizationId, organizationId),
    reached: await findNumberSources(db, organizationId, {
      sms: profile.sending_phone_number_profile_id,
      whatsapp: profile.sending_whatsapp_number_profile_id,
    }),
    registration,
    numbersChanged: registration !== null && (await haveNumbersChanged(db, organizationId, profile.id)),
    wabaPhoneNumberId: channel.phoneNumberId,
    generations: await findGenerations(
      db,
      organizationId,
      campaigns.map(({ id }) => id),
    ),
    declined: await readDeclined(db, caller, { campaigns, registration, taken }),
    taken: checksAgain ? new Map() : taken,
  }
}

/** Only what the registry has and gave back can be ordered a second time. */
function readTaken(
  db: Executor,
  { organization, cipher }: Caller,
  profile: Profile,
  campaigns: readonly Campaign[],
): ReturnType<typeof findTaken> {
  const brand = brandInEffect(profile)?.brand ?? null
  const isOpen = brand !== null && brand.lock === null && brand.tcr_brand_id !== null
  const open = campaigns.filter(
    ({ lock, tcrCampaignId, telnyxCampaignId }) => lock === null && (tcrCampaignId ?? telnyxCampaignId) !== null,
  )
  const subjectIds = [...(isOpen ? [brand.id] : []), ...open.map(({ id }) => id)]
  return findTaken(db, organization.organization_id, { subjectIds, cipher })
}

/** What was last submitted of each campaign that the registry declined and still has. */
async function readDeclined(
  db: Executor,
  { organization, cipher }: Caller,
  { campaigns, registration, taken }: Pick<CompletionInput, 'campaigns' | 'registration' | 'taken'>,
): Promise<ReadonlyMap<string, MappedCampaign>> {
  const declined = new Map<string, MappedCampaign>()
  for (const { id, lock, sharingStatus, status } of campaigns) {
    const step = registration?.steps.find(({ step: name, subject }) => name === 'campaign' && subject === id)
    const mark = step?.snapshot ?? null
    if (lock !== null || sharingStatus !== 'DECLINED' || status === 'EXPIRED' || mark === null) continue
    // What was to be submitted in place of the declined one is not what the registry has.
    if (step?.call === 'deactivate_campaign' || isOver(taken.get(id))) continue
    declined.set(id, await readFrozen<MappedCampaign>(db, organization.organization_id, { mark, cipher }))
  }
  return declined
}

/** The registry has told that no change brings back what it took last. */
function isOver(taken: readonly Taken[] = []): boolean {
  return taken[0]?.verdict?.some(({ category }) => category === OVER) === true
}

export interface Acceptance {
  caller: Caller
  requestId: string
  profile: Profile
  registration: Registration | null
  callback: { id: string; url: string; signingSecret: string }
  kept: StoredResponse | null
}

/** Begins a run. False when what was read no longer holds: nothing must be written then. */
export async function acceptCompletion(tx: Executor, acceptance: Acceptance, intent: Intent): Promise<boolean> {
  const { caller, profile, requestId, registration: before } = acceptance
  const { organization_id: organizationId } = caller.organization
  const marks = await freezeAll(tx, acceptance, intent)
  if (marks === null) return false
  const steps = intent.steps.map((step) => {
    const snapshot = step.step === 'brand' || step.step === 'campaign' ? marks.get(step.subject ?? '') : undefined
    return snapshot === undefined ? step : { ...step, snapshot }
  })
  const run = { id: before?.id ?? newId(), profileId: profile.id, steps, statusBefore: profile.status }
  if (before === null) await insertRegistration(tx, organizationId, run)
  else {
    const next: Registration = { ...before, ...run, state: 'running', run: before.run + 1 }
    if (!(await saveRegistration(tx, organizationId, next))) return false
  }
  await changeProfile(tx, {
    organizationId,
    profileId: profile.id,
    set: {},
    history: {
      operation: 'completeProfile',
      actor: 'user',
      requestId,
      keyId: caller.keyId,
      userId: caller.userId,
      changes: [],
    },
    events: [],
  })
  await openCallback(tx, acceptance, run.id)
  return true
}

/** Lets a further completion wait for the run that is going. */
export async function joinCompletion(
  tx: Executor,
  acceptance: Acceptance,
  registration: Registration,
): Promise<boolean> {
  const { organization_id: organizationId } = acceptance.caller.organization
  // A run that rests for a review has told its callbacks; it is taken for going again, so that it tells this one too. One that
  // is at work keeps its fence: the answer of a call that is under way must still be written.
  const isResting = registration.state === 'waiting'
  if (isResting && !(await saveRegistration(tx, organizationId, { ...registration, state: 'running' }))) return false
  await openCallback(tx, acceptance, registration.id)
  return true
}

async function openCallback(
  tx: Executor,
  { caller, profile, callback, kept }: Acceptance,
  registrationId: string,
): Promise<void> {
  const { organization_id: organizationId } = caller.organization
  await insertCallback(tx, caller, profile.id, callback)
  await makeDue(tx, organizationId, { id: registrationId, profileId: profile.id })
  if (kept !== null) await storeResponse(tx, organizationId, kept)
}

/** Locks and freezes everything that will be submitted; null when somebody else has locked some of it. */
async function freezeAll(
  tx: Executor,
  { caller, profile }: Acceptance,
  { brand, campaigns }: Intent,
): Promise<ReadonlyMap<string, SnapshotMark> | null> {
  const { cipher } = caller
  const { organization_id: organizationId } = caller.organization
  const marks = new Map<string, SnapshotMark>()
  if (brand !== null) {
    const ownerId = brand.isOwn ? profile.id : organizationId
    const id = newId()
    if (!(await lockBrand(tx, { organizationId, ownerId, id: brand.id }, id))) return null
    const frozen = { id, profileId: profile.id, subjectId: brand.id, kind: 'brand' as const, generation: 1 }
    marks.set(brand.id, await freeze(tx, organizationId, { frozen: { ...frozen, request: brand.request }, cipher }))
  }
  for (const { id, generation, request } of campaigns) {
    if (!(await lockCampaign(tx, { organizationId, ownerId: profile.id, id }))) return null
    const frozen = { id: newId(), profileId: profile.id, subjectId: id, kind: 'campaign' as const, generation, request }
    marks.set(id, await freeze(tx, organizationId, { frozen, cipher }))
  }
  return marks
}
