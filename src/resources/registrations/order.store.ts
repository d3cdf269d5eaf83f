import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** What runs of one organization order at a registry, looked at under the lock of the organization's row. */

const vettingElsewhere = statement<{ id: string }>(
  'find_vetting_of_another_run',
  `select r.id from registrations r cross join jsonb_array_elements(r.steps) as s
    where r.organization_id = $1 and r.profile_id <> $2
      and s->>'step' = 'vetting' and s->>'subject' = $3::text and (s->>'attempts')::integer > 0
      and s->>'state' in ('calling', 'unknown', 'waiting')
    limit 1`,
)

/** Whether the run of another profile has ordered, or may have ordered, the vetting of the brand that both share. */
export async function isVettingOrdered(
  tx: Executor,
  organizationId: string,
  { profileId, brandId }: { profileId: string; brandId: string },
): Promise<boolean> {
  return (await tx.run(organizationId, vettingElsewhere, [organizationId, profileId, brandId])).length > 0
}
