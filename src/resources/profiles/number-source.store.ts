import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Channel, NumberSource } from './number-source.rules.ts'

// One look-up for each id: PostgreSQL 16 was seen to plan `id in (…)` on a young table so that it reads the whole organization.
const sources = statement<NumberSource>(
  'find_number_sources',
  `with recursive reached as (
    select first.id, first.sms_source, first.whatsapp_source, first.sending_phone_number, first.whatsapp_phone_number
      from unnest(array[$2::uuid, $3::uuid]) as w (id), lateral (
      select p.id, p.sending_phone_number_profile_id as sms_source, p.sending_whatsapp_number_profile_id as whatsapp_source,
             p.sending_phone_number, p.whatsapp_phone_number
        from profiles p
       where p.organization_id = $1 and p.id = w.id and ${isNotDeleted('p.deleted_at')} offset 0) first
    union
    select next.id, next.sms_source, next.whatsapp_source, next.sending_phone_number, next.whatsapp_phone_number
      from reached r, unnest(array[r.sms_source, r.whatsapp_source]) as w (id), lateral (
      select p.id, p.sending_phone_number_profile_id as sms_source, p.sending_whatsapp_number_profile_id as whatsapp_source,
             p.sending_phone_number, p.whatsapp_phone_number
        from profiles p
       where p.organization_id = $1 and p.id = w.id and ${isNotDeleted('p.deleted_at')} offset 0) next)
  select id, sms_source, whatsapp_source, sending_phone_number, whatsapp_phone_number from reached`,
)

/** Every live profile that can be reached from the two, with its numbers. */
export function findNumberSources(
  db: Executor,
  organizationId: string,
  from: { sms: string | null; whatsapp: string | null },
): Promise<NumberSource[]> {
  if (from.sms === null && from.whatsapp === null) return Promise.resolve([])
  return db.run(organizationId, sources, [organizationId, from.sms, from.whatsapp])
}

function borrowers(name: string, reference: string) {
  return statement<{ id: string }>(
    name,
    `with recursive borrower as (
      select id from profiles where organization_id = $1 and ${reference} = $2::uuid and ${isNotDeleted('deleted_at')}
      union
      select p.id from borrower b join profiles p on p.organization_id = $1 and p.${reference} = b.id
       where ${isNotDeleted('p.deleted_at')})
    select id from borrower order by id limit $3`,
  )
}

const dependents = {
  sms: borrowers('find_sms_borrowers', 'sending_phone_number_profile_id'),
  whatsapp: borrowers('find_whatsapp_borrowers', 'sending_whatsapp_number_profile_id'),
}

/** Live profiles that use the number of this one, straight or through others; at most `limit` of them. */
export async function findBorrowers(
  db: Executor,
  organizationId: string,
  { channel, profileId, limit }: { channel: Channel; profileId: string; limit: number },
): Promise<string[]> {
  const rows = await db.run(organizationId, dependents[channel], [organizationId, profileId, limit])
  return rows.map(({ id }) => id)
}
