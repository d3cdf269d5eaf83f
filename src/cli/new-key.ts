import { newId } from '../contract/new-id.ts'
import { newKeyText } from '../contract/tokens/key-text.ts'
import type { Executor } from '../db/database.ts'
import { lockOrganization } from '../db/organization-lock.ts'
import type { KeyRing } from '../encryption/key-ring.ts'
import { keyDigest } from '../http/auth/authenticate.ts'
import { countKeys, insertOperatorKey, KEYS_MAX } from '../resources/api-keys/index.ts'
import { CommandFailure } from './command-failure.ts'

export interface WantedKey {
  userId: string
  profileId: string | null
  mode: 'live' | 'test'
  name: string | null
}

/**
 * Holds the organization, so that keys which are made at once are counted one after the other.
 *
 * @throws CommandFailure CONFLICT where the profile has as many live keys as it may have.
 */
export async function requireRoom(tx: Executor, organizationId: string, profileId: string): Promise<void> {
  await tx.run(organizationId, lockOrganization, [organizationId])
  if ((await countKeys(tx, organizationId, profileId)) < KEYS_MAX) return
  throw new CommandFailure(
    'CONFLICT',
    `A profile has at most ${KEYS_MAX} API keys. Revoke one that is not used, then make the new one.`,
  )
}

/** Makes and writes a key. Its text is in what is returned and nowhere else. */
export async function createKey(
  db: Executor,
  organizationId: string,
  { userId, profileId, mode, name }: WantedKey,
  keys: KeyRing,
): Promise<{ id: string; text: string }> {
  const id = newId()
  const text = newKeyText(mode, organizationId)
  await insertOperatorKey(db, organizationId, {
    id,
    user_id: userId,
    profile_id: profileId,
    mode,
    name,
    digest: keyDigest(keys, text),
    last_four: text.slice(-4),
  })
  return { id, text }
}
