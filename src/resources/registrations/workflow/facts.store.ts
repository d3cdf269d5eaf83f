import type { Executor } from '../../../db/database.ts'
import { isNotDeleted } from '../../../db/soft-delete.ts'
import { statement } from '../../../db/statement.ts'
import type { OrganizationCipher } from '../../../encryption/key-ring.ts'
import type { ProfileStatus } from '../../profiles/index.ts'

/** What a registration needs beyond what the earlier slices read. */

const statusFound = statement<{ status: ProfileStatus }>(
  'find_profile_status',
  `select status from profiles where organization_id = $1 and id = $2 and ${isNotDeleted('deleted_at')}`,
)

/** The status of a live profile, or null. */
export async function findProfileStatus(
  db: Executor,
  organizationId: string,
  profileId: string,
): Promise<ProfileStatus | null> {
  const [row] = await db.run(organizationId, statusFound, [organizationId, profileId])
  return row?.status ?? null
}

/** The profile's own WhatsApp Business Account, as far as it has one. */
export interface WhatsappChannel {
  wabaId: string | null
  phoneNumberId: string | null
  accessToken: string | null
}

const channel = statement<{
  waba_id: string | null
  waba_phone_number_id: string | null
  waba_access_token: string | null
}>(
  'find_whatsapp_channel',
  `select waba_id, waba_phone_number_id, waba_access_token from profiles where organization_id = $1 and id = $2`,
)

/** Opens the token: only for the call that needs it. */
export async function findWhatsappChannel(
  db: Executor,
  organizationId: string,
  { profileId, cipher }: { profileId: string; cipher: OrganizationCipher },
): Promise<WhatsappChannel> {
  const [row] = await db.run(organizationId, channel, [organizationId, profileId])
  const token = row?.waba_access_token ?? null
  const place = { table: 'profiles', column: 'waba_access_token', row: profileId }
  return {
    wabaId: row?.waba_id ?? null,
    phoneNumberId: row?.waba_phone_number_id ?? null,
    accessToken: token === null ? null : cipher.decrypt(token, place),
  }
}
