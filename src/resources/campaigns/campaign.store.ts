import { compileRowReader, namesOf } from '../../contract/fields/field-table.ts'
import { toSnake } from '../../contract/fields/snake-case.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import { columnCast } from '../../db/column-cast.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { Call, TargetRead } from '../../http/endpoint.ts'
import { brandInEffect } from '../brands/index.ts'
import { type Campaign, type CampaignContent, campaignTable, SETTINGS } from './campaign.fields.ts'

/** Whose campaigns a path is about: a live profile, and what of it decides which campaigns and which brand hold. */
export interface CampaignProfile {
  id: string
  version: number
  /** The profile uses the organization's campaigns. */
  isInheriting: boolean
  /** The brand in effect; null where there is none. */
  brandId: string | null
  organizationBrandId: string | null
}

/** The profile that a path names, read with the caller in one statement. */
export const campaignProfileTarget: TargetRead<CampaignProfile> = {
  sql: `select p.id as t_id, p.version as t_version, p.inherit_tcr_campaign as t_inherits_campaigns,
      p.inherit_tcr_brand as t_inherits_brand, b.id as t_brand_id, ob.id as t_organization_brand_id
    from profiles p
    left join brands b on b.organization_id = p.organization_id and b.owner_id = p.id
    left join brands ob on ob.organization_id = p.organization_id and ob.owner_id = p.organization_id
    where p.organization_id = $1 and p.id = $6::uuid and ${isNotDeleted('p.deleted_at')}`,
  lock: statement<object>(
    'lock_campaign_profile',
    'select version from profiles where organization_id = $1 and id = $2 for update',
  ),
  decode: (row) => {
    if (typeof row.t_id !== 'string') return null
    const organizationBrand = textOrNull(row.t_organization_brand_id)
    const shown = brandInEffect({
      inherit_tcr_brand: row.t_inherits_brand === true,
      brand: textOrNull(row.t_brand_id),
      organizationBrand,
    })
    return {
      id: row.t_id,
      version: Number(row.t_version),
      isInheriting: row.t_inherits_campaigns === true,
      brandId: shown?.brand ?? null,
      organizationBrandId: organizationBrand,
    }
  },
}

/** Whose campaigns a request changes, and who asks for it. */
export function writerOf({ caller, requestId, target: { id, version } }: Call<CampaignProfile>) {
  return {
    owner: { organizationId: caller.organization.organization_id, id, version },
    actor: { requestId, keyId: caller.keyId, userId: caller.userId },
  }
}

/** A column with the member that it holds, and how a parameter is marked with its type. */
interface Column {
  column: string
  member: keyof Campaign
  cast: string
}

const columnOf = (member: keyof typeof campaignTable & keyof Campaign): Column => ({
  column: toSnake(member),
  member,
  cast: columnCast(campaignTable[member].schema),
})

/** The columns that a request decides. */
export const CONTENT_COLUMNS: readonly (Column & { member: keyof CampaignContent })[] = [
  ...SETTINGS.map((member) => ({ ...columnOf(member), member })),
  { column: 'use_cases', member: 'useCases', cast: '::jsonb' },
  { column: 'attributes', member: 'attributes', cast: '::jsonb' },
]

const STORED = namesOf(campaignTable, 'stored')

const COLUMNS = [...STORED.map(toSnake), ...CONTENT_COLUMNS.map(({ column }) => column), 'owner_id', 'lock', 'version']

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)
type CampaignRow = Record<string, unknown>

const readRow = compileRowReader<Record<string, unknown>>(
  [...STORED, ...CONTENT_COLUMNS.map(({ member }) => member), 'ownerId', 'lock', 'version'].map((member) => [
    member,
    toSnake(member),
  ]),
)
const storedOf = (isChosen: (shape: { type?: string; format?: string }) => boolean) =>
  STORED.filter((member) => isChosen(campaignTable[member].schema as { type?: string; format?: string }))
const INSTANTS = storedOf(({ format }) => format === 'date-time')
const NUMBERS = [...storedOf(({ type }) => type === 'number'), 'version']

function decodeCampaign(row: CampaignRow): Campaign {
  const { attributes, ...campaign } = readRow(row)
  for (const member of INSTANTS) {
    const instant = campaign[member]
    if (typeof instant === 'string') campaign[member] = toWireTimestamp(instant)
  }
  for (const member of NUMBERS) if (campaign[member] !== null) campaign[member] = Number(campaign[member])
  return { ...campaign, ...(attributes === null ? {} : { attributes }) } as unknown as Campaign
}

const listed = statement<CampaignRow>(
  'list_campaigns',
  `select ${COLUMNS.join(', ')} from campaigns
    where organization_id = $1 and owner_id = $2 and deleted_at is null order by created_at, id`,
)

/** The live campaigns of a profile, or of the organization itself, oldest first. */
export async function campaignsOf(db: Executor, organizationId: string, ownerId: string): Promise<Campaign[]> {
  const rows = await db.run(organizationId, listed, [organizationId, ownerId])
  return rows.map(decodeCampaign)
}

const found = statement<CampaignRow>(
  'find_campaign',
  `select ${COLUMNS.join(', ')} from campaigns
    where organization_id = $1 and owner_id in ($2::uuid, $3::uuid) and id = $4::uuid and deleted_at is null`,
)

/** A live campaign of the organization itself, or null. */
export async function findOrganizationCampaign(
  db: Executor,
  organizationId: string,
  id: string,
): Promise<Campaign | null> {
  const [row] = await db.run(organizationId, found, [organizationId, organizationId, organizationId, id])
  return row === undefined ? null : decodeCampaign(row)
}

/** A live campaign that the profile has, or inherits; null for any other. */
export async function campaignInEffect(
  db: Executor,
  caller: Caller,
  profile: CampaignProfile,
  id: string | undefined,
): Promise<Campaign | null> {
  const { organization_id: organizationId } = caller.organization
  const parentId = profile.isInheriting ? organizationId : profile.id
  const [row] = await db.run(organizationId, found, [organizationId, profile.id, parentId, id ?? null])
  return row === undefined ? null : decodeCampaign(row)
}
