import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { Call, TargetRead } from '../../http/endpoint.ts'
import { brandInEffect } from '../brands/index.ts'
import type { Campaign, UseCase } from './campaign.fields.ts'

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

/** The columns that a request decides, each with its member. */
export const CONTENT_COLUMNS = {
  name: 'name',
  description: 'description',
  type: 'type',
  use_cases: 'useCases',
  message_flow: 'messageFlow',
  privacy_policy_link: 'privacyPolicyLink',
  terms_and_conditions_link: 'termsAndConditionsLink',
  optin_message: 'optinMessage',
  optout_message: 'optoutMessage',
  help_message: 'helpMessage',
  optin_keywords: 'optinKeywords',
  optout_keywords: 'optoutKeywords',
  help_keywords: 'helpKeywords',
  attributes: 'attributes',
} as const satisfies Record<string, keyof Campaign>

/** The columns that the registration writes, each with its member. */
const REGISTRY_COLUMNS = {
  lock: 'lock',
  submitted_at: 'submittedAt',
  status: 'status',
  tcr_campaign_id: 'tcrCampaignId',
  telnyx_campaign_id: 'telnyxCampaignId',
  csp_id: 'cspId',
  reseller_id: 'resellerId',
  upstream_cnp_id: 'upstreamCnpId',
  sharing_status: 'sharingStatus',
  cost: 'cost',
  billed_date: 'billedDate',
  tcr_sync_error: 'tcrSyncError',
} as const satisfies Record<string, keyof Campaign>

const COLUMNS = [
  'id',
  'owner_id',
  ...Object.keys(CONTENT_COLUMNS),
  ...Object.keys(REGISTRY_COLUMNS),
  'version',
  'created_at',
  'updated_at',
]

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)
const instantOrNull = (value: unknown) => (typeof value === 'string' ? toWireTimestamp(value) : null)

type CampaignRow = Record<string, unknown>

function decodeCampaign(row: CampaignRow): Campaign {
  const members: Record<string, unknown> = {}
  const { attributes: _, ...texts } = CONTENT_COLUMNS
  for (const [column, member] of Object.entries({ ...texts, ...REGISTRY_COLUMNS }))
    members[member] = textOrNull(row[column])
  return {
    ...(members as unknown as Campaign),
    id: String(row.id),
    ownerId: String(row.owner_id),
    useCases: row.use_cases as UseCase[],
    ...(row.attributes === null ? {} : { attributes: row.attributes as NonNullable<Campaign['attributes']> }),
    submittedAt: instantOrNull(row.submitted_at),
    billedDate: instantOrNull(row.billed_date),
    cost: row.cost === null ? null : Number(row.cost),
    version: Number(row.version),
    createdAt: instantOrNull(row.created_at) ?? '',
    updatedAt: instantOrNull(row.updated_at),
  }
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
