import type { Executor } from '../../db/database.ts'
import { changeProfile, holdProfile, type ProfileStatus } from '../profiles/index.ts'
import { findRegistration, saveRegistration } from './registration.store.ts'
import { findProfileStatus } from './workflow/facts.store.ts'

/** The operator's review of a profile, which the customer hears of by the event (contract 14.2: a negative one is `rejected`). */

export interface Reviewed {
  profileId: string
  from: ProfileStatus
  to: ProfileStatus
  reason: string | null
}

/**
 * Sets the status, with its line of history and its event. Runs in a transaction.
 *
 * @returns null for a profile that does not exist, or is deleted.
 */
export async function reviewProfile(
  tx: Executor,
  organizationId: string,
  { profileId, isApproved, reason }: { profileId: string; isApproved: boolean; reason: string | null },
): Promise<Reviewed | null> {
  await holdProfile(tx, organizationId, profileId)
  const from = await findProfileStatus(tx, organizationId, profileId)
  if (from === null) return null
  const to = isApproved ? 'approved' : 'rejected'
  const isNew = from !== to
  // A reason given again is kept too: it may say something else.
  const changes = [
    ...(isNew ? [{ member: 'status', from, to }] : []),
    ...(reason === null ? [] : [{ member: 'review.reason', from: null, to: reason }]),
  ]
  if (changes.length > 0) {
    await changeProfile(tx, {
      organizationId,
      profileId,
      set: { status: to },
      history: { operation: 'reviewProfile', actor: 'operator', requestId: null, keyId: null, userId: null, changes },
      events: isNew ? [{ type: 'profile.status_changed', payload: { status: to } }] : [],
    })
  }
  const registration = await findRegistration(tx, organizationId, profileId)
  // What waited for a person waits no longer, also where the profile has stayed approved; what a provider still has to say,
  // it says on its own.
  if (registration?.state === 'submitted' && isApproved)
    await saveRegistration(tx, organizationId, { ...registration, state: 'completed' })
  return { profileId, from, to, reason }
}
