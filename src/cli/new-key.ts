import { newKeyText } from '../contract/key-text.ts'
import { newId } from '../contract/new-id.ts'
import type { Executor } from '../db/database.ts'
import { keyDigest } from '../http/admission.ts'
import { insertOperatorKey } from '../resources/api-keys/index.ts'
import type { KeyRing } from '../seal/key-ring.ts'

export interface WantedKey {
  userId: string
  profileId: string | null
  mode: 'live' | 'test'
  name: string | null
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
