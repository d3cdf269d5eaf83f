import { newId } from '../contract/new-id.ts'
import { newRequestId } from '../contract/request-id.ts'
import { nowWireTimestamp } from '../contract/timestamp.ts'
import { newKeyText } from '../contract/tokens/key-text.ts'
import type { Database, Executor } from '../db/database.ts'
import { milestone, noteFirstProfile } from '../db/installation.store.ts'
import type { KeyRing } from '../encryption/key-ring.ts'
import { keyDigest } from '../http/auth/authenticate.ts'
import type { Caller } from '../http/caller.ts'
import { insertOperatorKey } from '../resources/api-keys/index.ts'
import { findOrganization, insertOrganization } from '../resources/organizations/index.ts'
import { firstProfile, historyEntry, insertProfile } from '../resources/profiles/index.ts'
import { insertUser } from '../resources/users/index.ts'

/** What the first start made, to be printed once. */
export interface FirstStart {
  organizationId: string
  profileId: string
  apiKey: string
}

const OWNER = { name: 'Owner', email: 'owner@example.com' }
const SIMULATED_WABA = { id: '102290129340398', name: 'Simulated WhatsApp Business Account' }

/**
 * On a database that has never been started on: an organization with an owner, a WhatsApp Business Account and one
 * approved profile that holds a brand, so that the first request can be a real one. Null when it was done before. Of
 * several instances that start at once exactly one does it: the milestone is written in the same transaction.
 */
export async function firstStart(db: Database, keys: KeyRing): Promise<FirstStart | null> {
  const organizationId = newId()
  return db.transaction(organizationId, async (tx) => {
    if (!(await milestone(tx, organizationId, 'first_organization'))) return null
    await insertOrganization(tx, {
      id: organizationId,
      kind: 'organization',
      name: 'First organization',
      email: OWNER.email,
      state: 'ACTIVE',
      waba: SIMULATED_WABA,
      dataKey: keys.newDataKey(organizationId),
    })
    const caller = await ownerOf(tx, organizationId, keys)
    const apiKey = newKeyText('live', organizationId)
    await insertOperatorKey(tx, organizationId, {
      id: caller.keyId,
      user_id: caller.userId,
      profile_id: null,
      mode: 'live',
      name: 'First key',
      digest: keyDigest(keys, apiKey),
      last_four: apiKey.slice(-4),
    })
    const profileId = await makeProfile(tx, caller)
    await noteFirstProfile(tx, organizationId, profileId)
    return { organizationId, profileId, apiKey }
  })
}

async function ownerOf(tx: Executor, organizationId: string, keys: KeyRing): Promise<Caller> {
  const userId = newId()
  await insertUser(tx, organizationId, { id: userId, ...OWNER, role: 'owner', status: 'active', is_service: false })
  const organization = await findOrganization(tx, organizationId)
  if (organization === null) throw new Error('the organization that was just made cannot be found')
  return {
    keyId: newId(),
    userId,
    userEmail: OWNER.email,
    role: 'owner',
    mode: 'live',
    organization: { ...organization, icon: null, description: null },
    cipher: keys.open(organization.data_key, organizationId),
    actingProfileId: null,
    isScopedByHeader: false,
    hasWebhooks: false,
    customerId: organizationId,
  }
}

async function makeProfile(tx: Executor, caller: Caller): Promise<string> {
  const { organization_id: organizationId } = caller.organization
  const profile = firstProfile({ id: newId(), brandId: newId(), organizationId, now: nowWireTimestamp() })
  await insertProfile(tx, profile, null, {
    caller,
    history: historyEntry('createProfile', { requestId: newRequestId(), card: null }, null, profile),
    at: profile.created_at,
    brand: { id: profile.brand.id, sections: profile.brand, isNew: true },
    payment_method: null,
    events: [],
    kept: null,
  })
  return profile.id
}
