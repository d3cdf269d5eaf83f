import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** The organization as the owner of the campaigns that profiles inherit. */

const held = statement<{ brand_id: string | null; now: string }>(
  'hold_campaign_organization',
  `select b.id as brand_id, statement_timestamp() as now from organizations o
     left join brands b on b.organization_id = o.organization_id and b.owner_id = o.organization_id
    where o.organization_id = $1 for no key update of o`,
)

/**
 * The id of the organization's brand, null where it has none, and the database's clock. Locks the organization, so that of
 * two writers the second sees what the first wrote.
 *
 * @throws Error for an unknown organization.
 */
export async function holdOrganization(
  db: Executor,
  organizationId: string,
): Promise<{ brandId: string | null; now: string }> {
  const [row] = await db.run(organizationId, held, [organizationId])
  if (row === undefined) throw new Error('the organization does not exist')
  return { brandId: row.brand_id, now: toWireTimestamp(row.now) }
}
