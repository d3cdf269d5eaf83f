import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** What the registration writes of a campaign: its lock, and what the registry and its partners say. */

export interface CampaignKey {
  organizationId: string
  ownerId: string
  id: string
}

const locked = statement<{ id: string }>(
  'lock_campaign',
  `update campaigns set lock = 'submitting', status = coalesce(status, 'SENT_CREATED'), tcr_sync_error = null, version = version + 1
    where organization_id = $1 and owner_id = $2 and id = $3 and lock is null and deleted_at is null returning id`,
)

/** Takes the lock at intent (decision 21). False when it is taken already, or the campaign is gone. */
export async function lockCampaign(tx: Executor, { organizationId, ownerId, id }: CampaignKey): Promise<boolean> {
  return (await tx.run(organizationId, locked, [organizationId, ownerId, id])).length === 1
}

const unlocked = statement<{ id: string }>(
  'unlock_campaign',
  `update campaigns set lock = null, tcr_sync_error = coalesce($4, tcr_sync_error), version = version + 1
    where organization_id = $1 and owner_id = $2 and id = $3 and lock is not null returning id`,
)

/** Gives the campaign back to be corrected, with what the registry said of it. What the registry has of it stays noted. */
export async function unlockCampaign(
  tx: Executor,
  { organizationId, ownerId, id }: CampaignKey,
  says: string | null,
): Promise<void> {
  await tx.run(organizationId, unlocked, [organizationId, ownerId, id, says])
}

/** What a registry says of a campaign. */
export interface RegistryCampaign {
  tcrCampaignId: string | null
  telnyxCampaignId: string | null
  status: 'ACTIVE' | 'EXPIRED' | null
  sharingStatus: 'PENDING' | 'ACCEPTED' | 'DECLINED' | null
  upstreamCnpId: string | null
  cspId: string | null
  resellerId: string | null
  /** US dollars a month. */
  monthlyFee: number | null
}

// A deleted campaign is noted too: it has to be ended at the registry.
const noted = statement<{ id: string }>(
  'note_registry_campaign',
  `update campaigns
      set tcr_campaign_id = coalesce($4, tcr_campaign_id), telnyx_campaign_id = coalesce($5, telnyx_campaign_id),
          status = coalesce($6, status), sharing_status = coalesce($7, sharing_status),
          upstream_cnp_id = coalesce($8, upstream_cnp_id), csp_id = coalesce($9, csp_id),
          reseller_id = coalesce($10, reseller_id), cost = coalesce($11::numeric, cost),
          lock = case when $12::boolean then 'submitted' else lock end,
          submitted_at = case when $12::boolean then now() else submitted_at end, version = version + 1
    where organization_id = $1 and owner_id = $2 and id = $3 returning id`,
)

/** Notes what the registry says; with `isSubmitted` it has just taken the campaign, which stays locked. */
export async function noteRegistryCampaign(
  tx: Executor,
  { organizationId, ownerId, id }: CampaignKey,
  { campaign, isSubmitted }: { campaign: RegistryCampaign; isSubmitted: boolean },
): Promise<void> {
  await tx.run(organizationId, noted, [
    organizationId,
    ownerId,
    id,
    campaign.tcrCampaignId,
    campaign.telnyxCampaignId,
    campaign.status,
    campaign.sharingStatus,
    campaign.upstreamCnpId,
    campaign.cspId,
    campaign.resellerId,
    campaign.monthlyFee,
    isSubmitted,
  ])
}

const ended = statement<{ id: string }>(
  'note_campaign_ended',
  `update campaigns
      set tcr_campaign_id = null, telnyx_campaign_id = null, sharing_status = null, upstream_cnp_id = null,
          status = case when deleted_at is null then 'SENT_CREATED' else 'EXPIRED' end, version = version + 1
    where organization_id = $1 and owner_id = $2 and id = $3 returning id`,
)

/** The registry has ended the campaign: it has no number there any more. */
export async function noteCampaignEnded(tx: Executor, { organizationId, ownerId, id }: CampaignKey): Promise<void> {
  await tx.run(organizationId, ended, [organizationId, ownerId, id])
}

/** The job that ends a deleted campaign at the registry. Its id and its subject are the campaign's. */
export const END_CAMPAIGN_JOB = 'end_campaign'

/** The condition under which a registry may have the campaign `c`. */
const MAY_BE_REGISTERED = '(c.lock is not null or c.tcr_campaign_id is not null or c.telnyx_campaign_id is not null)'

/**
 * A cte of the statement that deletes a profile: each of its campaigns that a registry may have is ended there.
 * `source` has the columns organization_id and owner_id.
 */
export function endCampaignsCte(source: string): string {
  return `ended as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select c.organization_id, c.id, '${END_CAMPAIGN_JOB}', c.id, now(), now()
      from ${source} s
      join campaigns c on c.organization_id = s.organization_id and c.owner_id = s.owner_id
     where c.deleted_at is null and ${MAY_BE_REGISTERED})`
}

/** A cte of the statement that deletes one campaign, the same. `source` has the columns organization_id, owner_id and id. */
export function endCampaignCte(source: string): string {
  return `ended as (
    insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
    select c.organization_id, c.id, '${END_CAMPAIGN_JOB}', c.id, now(), now()
      from ${source} s
      join campaigns c on c.organization_id = s.organization_id and c.owner_id = s.owner_id and c.id = s.id
     where ${MAY_BE_REGISTERED})`
}

/** A campaign as far as its end at the registry needs it, deleted or not. */
export interface EndingCampaign {
  id: string
  owner_id: string
  lock: 'submitting' | 'submitted' | null
  tcr_campaign_id: string | null
  telnyx_campaign_id: string | null
  /** The registration of its profile is still at work. */
  is_run_going: boolean
}

const ending = statement<EndingCampaign>(
  'find_ending_campaign',
  `select c.id, c.owner_id, c.lock, c.tcr_campaign_id, c.telnyx_campaign_id,
          exists (select 1 from registrations r
                   where r.organization_id = c.organization_id and r.profile_id = c.owner_id
                     and r.state in ('running', 'waiting', 'parked')) as is_run_going
     from campaigns c where c.organization_id = $1 and c.id = $2`,
)

export async function findEndingCampaign(
  db: Executor,
  organizationId: string,
  id: string,
): Promise<EndingCampaign | null> {
  const [row] = await db.run(organizationId, ending, [organizationId, id])
  return row ?? null
}
