import type { CampaignForRegistry, CampaignIds, RegisteredCampaign } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import { NEW_STATE } from '../http-client/read-wire.ts'
import { campaignBody, campaignChange } from '../ten-dlc/body.ts'
import { closedNetworks, qualificationRefusals, type UsecaseList } from '../ten-dlc/campaign.ts'
import { type Qualification, toQualification } from '../ten-dlc/wire.ts'
import { isSameReference, PAGES_MAX } from './brands.ts'
import {
  type CampaignFacts,
  isBrandId,
  isCampaignId,
  PAGE_SIZE,
  toCampaign,
  toNewCampaignId,
  toPage,
  toSharing,
} from './wire.ts'

/** TCR's id for "no reseller". */
const NO_RESELLER = 'R000000'

/** First whether the brand qualifies and at what price, which costs nothing; then the campaign, which is charged. */
export async function submitCampaign(
  session: JsonSession,
  campaign: CampaignForRegistry,
  usecases: UsecaseList,
): Promise<Outcome<RegisteredCampaign>> {
  if (!isBrandId(campaign.tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  const qualified = await qualify(session, campaign)
  // A read that failed changed nothing.
  if (qualified.kind === 'timeout') return unavailable(qualified.of)
  if (qualified.kind !== 'done') return qualified
  const parts = campaign.subUsecases.length === 0 ? null : await usecases(session)
  const refusals = qualificationRefusals(qualified.value, campaign, parts)
  if (refusals.length > 0) return refused(...refusals)
  return session.call({
    step: 'submit_campaign',
    method: 'POST',
    path: 'campaignBuilder',
    body: { ...campaignBody(campaign), brandId: campaign.tcrBrandId, resellerId: NO_RESELLER },
    read: (answer) => {
      const tcrCampaignId = toNewCampaignId(answer)
      if (tcrCampaignId === null) return null
      return {
        tcrCampaignId,
        telnyxCampaignId: null,
        reference: campaign.reference,
        status: 'ACTIVE' as const,
        sharingStatus: null,
        upstreamCnpId: null,
        cspId: null,
        resellerId: null,
        monthlyFee: qualified.value.monthlyFee,
        says: null,
        notices: closedNetworks(qualified.value, campaign),
      }
    },
  })
}

/** TCR's list of what its PUT takes, but for the reseller and the renewal. */
export const CHANGEABLE = ['description', 'samples', 'messageFlow', 'helpMessage'] as const

/** Changed, then shared again where it was declined (a declined campaign may be). Without a partner nobody reviews it. */
export async function updateCampaign(
  session: JsonSession,
  { campaign, content }: { campaign: CampaignIds; content: CampaignForRegistry },
  upstreamCnp: string | null,
): Promise<Outcome<RegisteredCampaign>> {
  const { tcrCampaignId } = campaign
  if (!isCampaignId(tcrCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  const changed = await session.call({
    step: 'update_campaign',
    method: 'PUT',
    path: `campaign/${tcrCampaignId}`,
    body: campaignChange(content, CHANGEABLE),
    read: () => 'changed' as const,
  })
  if (changed.kind !== 'done') return changed
  const shared = upstreamCnp === null ? done(null) : await shareCampaign(session, campaign, upstreamCnp)
  return shared.kind === 'done' ? readCampaign(session, campaign) : shared
}

function qualify(session: JsonSession, campaign: CampaignForRegistry): Promise<Outcome<Qualification>> {
  return session.call({
    step: 'qualify_campaign',
    method: 'GET',
    path: `campaignBuilder/brand/${campaign.tcrBrandId}/usecase/${encodeURIComponent(campaign.usecase)}`,
    read: toQualification,
  })
}

export async function readCampaign(
  session: JsonSession,
  { tcrCampaignId }: CampaignIds,
): Promise<Outcome<RegisteredCampaign>> {
  if (!isCampaignId(tcrCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  const facts = await session.call({
    step: 'read_campaign',
    method: 'GET',
    path: `campaign/${tcrCampaignId}`,
    read: (answer, note) => {
      const campaign = toCampaign(answer, note)
      return campaign?.tcrCampaignId === tcrCampaignId ? campaign : null
    },
  })
  if (facts.kind !== 'done') return unknownCampaign(facts)
  const sharing = await readSharing(session, tcrCampaignId)
  return sharing.kind === 'done' ? done(together(facts.value, sharing.value)) : sharing
}

function readSharing(session: JsonSession, tcrCampaignId: string) {
  return session.call({
    step: 'read_sharing',
    method: 'GET',
    path: `campaign/${tcrCampaignId}/sharing`,
    read: toSharing,
  })
}

/** One in a state that is not known yet is under way, unless it was declined. */
function together(facts: CampaignFacts, sharing: NonNullable<ReturnType<typeof toSharing>>): RegisteredCampaign {
  const isNew = facts.status === NEW_STATE
  return {
    tcrCampaignId: facts.tcrCampaignId,
    telnyxCampaignId: null,
    reference: facts.reference,
    status: facts.status === NEW_STATE ? null : facts.status,
    sharingStatus: isNew && sharing.status !== 'DECLINED' ? 'PENDING' : sharing.status,
    upstreamCnpId: sharing.upstreamCnpId,
    cspId: facts.cspId,
    resellerId: facts.resellerId === NO_RESELLER ? null : facts.resellerId,
    monthlyFee: facts.monthlyFee,
    says: sharing.says,
  }
}

/** TCR says "brand not found" of a campaign too. */
function unknownCampaign(outcome: Exclude<Outcome<unknown>, { kind: 'done' }>): Outcome<never> {
  const isUnknown = outcome.kind === 'refused' && outcome.refusals.includes(REGISTRY_REASONS.brandUnknown)
  return isUnknown ? refused(REGISTRY_REASONS.campaignUnknown) : outcome
}

/** Campaigns of the brand are listed and compared: their list has no filter by our reference. */
export async function findCampaign(
  session: JsonSession,
  { reference, tcrBrandId }: { reference: string; tcrBrandId: string },
): Promise<Outcome<RegisteredCampaign | null>> {
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  for (const status of ['ACTIVE', 'EXPIRED']) {
    const found = await findAmong(session, { reference, tcrBrandId, status })
    if (found.kind !== 'done') return found
    if (found.value !== null) {
      return readCampaign(session, { tcrCampaignId: found.value, telnyxCampaignId: null })
    }
  }
  return done(null)
}

async function findAmong(
  session: JsonSession,
  { reference, tcrBrandId, status }: { reference: string; tcrBrandId: string; status: string },
): Promise<Outcome<string | null>> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const listed = await session.call({
      step: 'find_campaign',
      method: 'GET',
      path: 'campaign',
      query: { brandId: tcrBrandId, status, page: String(page), recordsPerPage: String(PAGE_SIZE) },
      read: (answer) => toPage(answer, 'campaignId'),
    })
    if (listed.kind !== 'done') return listed
    const match = listed.value.records.find((record) => isSameReference(record.reference, reference))
    if (match !== undefined) return done(match.id)
    if (listed.value.isLast) return done(null)
  }
  return unavailable('subject', 60)
}

/** A campaign that waits for the partner or was accepted is left as it is: sharing it again is an error there. */
export async function shareCampaign(
  session: JsonSession,
  { tcrCampaignId }: CampaignIds,
  upstreamCnp: string | null,
): Promise<Outcome<null>> {
  if (!isCampaignId(tcrCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  if (upstreamCnp === null) return refused(REGISTRY_REASONS.notShareable)
  const before = await readSharing(session, tcrCampaignId)
  if (before.kind === 'timeout') return unavailable(before.of)
  if (before.kind !== 'done') return unknownCampaign(before)
  if (before.value.status === 'PENDING' || before.value.status === 'ACCEPTED') return done(null)
  // Whatever a success says: the sharing is read again.
  const shared = await session.call({
    step: 'share_campaign',
    method: 'PUT',
    path: `campaign/${tcrCampaignId}/sharing/${encodeURIComponent(upstreamCnp)}`,
    read: () => 'shared' as const,
  })
  return shared.kind === 'done' ? done(null) : shared
}

export async function deactivateCampaign(session: JsonSession, { tcrCampaignId }: CampaignIds): Promise<Outcome<null>> {
  if (!isCampaignId(tcrCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  const ended = await session.call({
    step: 'deactivate_campaign',
    method: 'DELETE',
    path: `campaign/${tcrCampaignId}`,
    read: () => 'ended' as const,
  })
  if (ended.kind === 'done') return done(null)
  const isOver =
    ended.kind === 'refused' && ended.refusals.some(({ says }) => says === REGISTRY_REASONS.campaignEnded.says)
  return isOver ? done(null) : unknownCampaign(ended)
}
