import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import { campaignsOf } from '../campaigns/index.ts'
import type { History, Surroundings } from './effective.rules.ts'
import { findNumberSources } from './number-source.store.ts'
import type { Profile } from './profile.fields.ts'

/** So many of the newest changes are looked through. */
const CHANGES_MAX = 2_000

const lastChanged = statement<{ member: string; changed_at: string; operation: string; entries: number }>(
  'last_changes_of_members',
  `with newest as (
    select version, changed_at, operation, changes from profile_history
     where organization_id = $1 and profile_id = $2 order by version desc limit $3)
  select distinct on (c.value ->> 'member') c.value ->> 'member' as member, n.changed_at, n.operation,
         (select count(*) from newest)::int as entries
    from newest n, lateral jsonb_array_elements(n.changes) as c(value)
   order by c.value ->> 'member', n.version desc`,
)

/** When each member of a profile was last changed, as far as its newest changes tell. */
async function findLastChanges(db: Executor, caller: Caller, profileId: string): Promise<History> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, lastChanged, [organizationId, profileId, CHANGES_MAX])
  return {
    changes: new Map(
      rows.map(({ member, changed_at, operation }) => [member, { at: toWireTimestamp(changed_at), operation }]),
    ),
    isWhole: (rows[0]?.entries ?? 0) < CHANGES_MAX,
  }
}

/** What the settings in effect depend on, beside the profile. */
export async function findSurroundings(db: Executor, caller: Caller, profile: Profile): Promise<Surroundings> {
  const { organization_id: organizationId } = caller.organization
  return {
    reached: await findNumberSources(db, organizationId, {
      sms: profile.sending_phone_number_profile_id,
      whatsapp: profile.sending_whatsapp_number_profile_id,
    }),
    campaigns: await campaignsOf(db, organizationId, profile.id),
    organizationCampaigns: await campaignsOf(db, organizationId, organizationId),
  }
}

/** The histories of the profiles, by id. */
export async function findHistories(
  db: Executor,
  caller: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, History>> {
  const histories = new Map<string, History>()
  for (const id of new Set(ids)) histories.set(id, await findLastChanges(db, caller, id))
  return histories
}
