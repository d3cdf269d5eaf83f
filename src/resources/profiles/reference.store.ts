import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { Reference } from './reference.rules.ts'

// One look-up for each id: PostgreSQL 16 was seen to plan `id in (…)` on a young table so that it reads the whole organization.
const references = statement<Reference>(
  'find_references',
  `with recursive reached as (
    select first.id, first.sms, first.whatsapp from unnest(array[$2::uuid, $3::uuid]) as w (id), lateral (
      select p.id, p.sending_phone_number_profile_id as sms, p.sending_whatsapp_number_profile_id as whatsapp
        from profiles p
       where p.organization_id = $1 and p.id = w.id and ${isNotDeleted('p.deleted_at')} offset 0) first
    union
    select next.id, next.sms, next.whatsapp from reached r, unnest(array[r.sms, r.whatsapp]) as w (id), lateral (
      select p.id, p.sending_phone_number_profile_id as sms, p.sending_whatsapp_number_profile_id as whatsapp
        from profiles p
       where p.organization_id = $1 and p.id = w.id and ${isNotDeleted('p.deleted_at')} offset 0) next)
  select id, sms, whatsapp from reached`,
)

/** Every live profile that can be reached from the two, by either kind of reference. */
export function findReferences(
  db: Executor,
  caller: Caller,
  from: { sms: string | null; whatsapp: string | null },
): Promise<Reference[]> {
  const { organization_id: organizationId } = caller.organization
  return db.run(organizationId, references, [organizationId, from.sms, from.whatsapp])
}
