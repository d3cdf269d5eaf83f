import type { Executor } from '../../../db/database.ts'
import type { Caller } from '../../../http/caller.ts'
import {
  type Channel,
  findBorrowers,
  findNumberSources,
  type NumberSource,
  type Profile,
} from '../../profiles/index.ts'
import { readCompletion } from './accept.store.ts'
import type { CompletionInput } from './intent.rules.ts'

/** So many of the profiles that use a number are shown. */
const BORROWERS_MAX = 100

/** What a completion would read after the change, and where numbers came from before it. */
export async function readAround(
  db: Executor,
  caller: Caller,
  { current, after }: { current: Profile; after: Profile },
): Promise<{ completion: CompletionInput; reachedBefore: readonly NumberSource[] }> {
  const completion = await readCompletion(db, caller, after, false)
  const reachedBefore = await findNumberSources(db, caller.organization.organization_id, {
    sms: current.sending_phone_number_profile_id,
    whatsapp: current.sending_whatsapp_number_profile_id,
  })
  return { completion, reachedBefore }
}

/** The profiles that use the profile's number of each channel, and whether some were left out. */
export async function readBorrowers(
  db: Executor,
  { organization }: Caller,
  profileId: string,
  channels: readonly Channel[],
): Promise<{ byChannel: [Channel, string[]][]; isCut: boolean }> {
  const byChannel: [Channel, string[]][] = []
  let isCut = false
  for (const channel of channels) {
    const query = { channel, profileId, limit: BORROWERS_MAX + 1 }
    const ids = await findBorrowers(db, organization.organization_id, query)
    isCut ||= ids.length > BORROWERS_MAX
    byChannel.push([channel, ids.slice(0, BORROWERS_MAX)])
  }
  return { byChannel, isCut }
}
