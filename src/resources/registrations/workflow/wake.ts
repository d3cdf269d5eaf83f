import type { Database } from '../../../db/database.ts'
import type { KeyRing } from '../../../encryption/key-ring.ts'
import type { EventSubject } from '../../../ports/provider-event.ts'
import { referenceDigests, type WokenJob, wakeByReferences } from '../registration.store.ts'

/**
 * How an event of a provider finds its registration: by a keyed digest of our reference or of the provider's id, as both lie
 * in a table outside row-level security (decision 20).
 */

/**
 * Makes the registrations that an event is about due now. The event itself says nothing: what is then read decides. Events
 * that come twice, late or before our own record do no harm, and one about nothing that is known wakes nobody.
 *
 * @returns whose registrations were woken.
 */
export async function wake(db: Database, keys: KeyRing, about: EventSubject): Promise<WokenJob[]> {
  const { brandReference, tcrBrandId, campaignReference, tcrCampaignId, telnyxCampaignId } = about
  // A campaign that is submitted anew has a number behind our id.
  const campaignId = campaignReference?.replace(/^([0-9a-f-]{36})-\d+$/i, '$1')
  const references = [brandReference, tcrBrandId, campaignId, tcrCampaignId, telnyxCampaignId]
  const named = references.filter((reference): reference is string => reference !== undefined && reference !== '')
  if (named.length === 0) return []
  return db.runUnscoped(wakeByReferences, [referenceDigests(keys, named)])
}
