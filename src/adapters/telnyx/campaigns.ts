import type { CampaignForRegistry, CampaignIds, RegisteredCampaign } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import { isRecord, matching } from '../http-client/read-wire.ts'
import { campaignChange } from '../ten-dlc/body.ts'
import { closedNetworks, qualificationRefusals, type UsecaseList } from '../ten-dlc/campaign.ts'
import { toFee, toQualification } from '../ten-dlc/wire.ts'
import { newCampaignBody } from './body.ts'
import { callbackFor, readBrand, resolveId } from './brands.ts'
import { isUnknown } from './faults.ts'
import { isUuid, toCampaignPage, toTelnyxCampaign } from './wire.ts'

const PAGE_SIZE = 50
const PAGES_MAX = 10

/** The reference is looked up first, because Telnyx may know no duplicates; then the price; then the campaign, which is charged. */
export async function submitCampaign(
  session: JsonSession,
  campaign: CampaignForRegistry,
  { callbackUrl, usecases }: { callbackUrl: string; usecases: UsecaseList },
): Promise<Outcome<RegisteredCampaign>> {
  const brandId = await submittable(session, campaign)
  if (brandId.kind !== 'done') return brandId
  const qualified = await session.call({
    step: 'qualify_campaign',
    method: 'GET',
    path: `10dlc/campaignBuilder/brand/${brandId.value}/usecase/${encodeURIComponent(campaign.usecase)}`,
    read: toQualification,
  })
  if (qualified.kind !== 'done') return qualified.kind === 'timeout' ? unavailable(qualified.of) : qualified
  const parts = campaign.subUsecases.length === 0 ? null : await usecases(session)
  const refusals = qualificationRefusals(qualified.value, campaign, parts)
  if (refusals.length > 0) return refused(...refusals)
  const { upFront } = await readCost(session, campaign.usecase)
  const made = await session.call({
    step: 'submit_campaign',
    method: 'POST',
    path: '10dlc/campaignBuilder',
    body: {
      ...newCampaignBody(campaign),
      brandId: brandId.value,
      webhookURL: callbackFor(callbackUrl, campaign.reference),
    },
    read: toTelnyxCampaign,
  })
  if (made.kind !== 'done') return made
  return done({
    ...made.value,
    reference: campaign.reference,
    monthlyFee: qualified.value.monthlyFee,
    ...(upFront === null ? {} : { upFrontFee: upFront }),
    notices: closedNetworks(qualified.value, campaign),
  })
}

interface Cost {
  /** For months in advance. */
  upFront: number | null
  monthly: number | null
}

/** What Telnyx takes for a campaign of the use case; null where it does not say, which keeps nothing back. */
async function readCost(session: JsonSession, usecase: string): Promise<Cost> {
  const cost = await session.call({
    step: 'campaign_cost',
    method: 'GET',
    path: '10dlc/campaign/usecase/cost',
    query: { usecase },
    read: (answer) =>
      isRecord(answer) ? { upFront: toFee(answer.upFrontCost), monthly: toFee(answer.monthlyCost) } : null,
  })
  return cost.kind === 'done' ? cost.value : { upFront: null, monthly: null }
}

/** What Telnyx's PUT takes, but for the renewal and the addresses of events. */
export const CHANGEABLE = ['samples', 'messageFlow', 'helpMessage'] as const

const APPEAL = { appeal_reason: 'The campaign was corrected as the reviewers asked.' }

/**
 * Changed, then appealed where reviewers have declined it, which brings it before them again. One that has failed otherwise
 * since it was last read is answered as it is.
 */
export async function updateCampaign(
  session: JsonSession,
  { campaign, content }: { campaign: CampaignIds; content: CampaignForRegistry },
): Promise<Outcome<RegisteredCampaign>> {
  const { telnyxCampaignId: id } = campaign
  if (!isUuid(id)) return refused(REGISTRY_REASONS.campaignUnknown)
  const path = `10dlc/campaign/${id}`
  const read = () => 'done' as const
  const body = campaignChange(content, CHANGEABLE)
  const changed = await session.call({ step: 'update_campaign', method: 'PUT', path, body, read })
  if (changed.kind !== 'done') return changed
  const before = await readCampaign(session, campaign)
  if (before.kind !== 'done' || before.value.correction !== 'change') return before
  const appeal = { step: 'appeal_campaign', method: 'POST', path: `${path}/appeal`, body: APPEAL, read } as const
  const appealed = await session.call(appeal)
  return appealed.kind === 'done' ? readCampaign(session, campaign) : appealed
}

/** Telnyx's id of a scored brand that has no campaign with this reference. */
async function submittable(session: JsonSession, campaign: CampaignForRegistry): Promise<Outcome<string>> {
  const id = await resolveId(session, campaign.tcrBrandId)
  if (id.kind !== 'done') return id.kind === 'timeout' ? unavailable(id.of) : id
  const brand = await readBrand(session, id.value)
  if (brand.kind !== 'done') return brand.kind === 'timeout' ? unavailable(brand.of) : brand
  if (brand.value.identityStatus === null) return unavailable('subject', 30)
  const found = await findIn(session, id.value, campaign.reference)
  if (found.kind !== 'done') return found.kind === 'timeout' ? unavailable(found.of) : found
  return found.value === null ? id : { kind: 'mismatch' }
}

export async function readCampaign(
  session: JsonSession,
  { telnyxCampaignId }: CampaignIds,
): Promise<Outcome<RegisteredCampaign>> {
  if (!isUuid(telnyxCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  const read = await readWithUsecase(session, telnyxCampaignId)
  if (read.kind !== 'done') return read
  const { usecase: _, ...campaign } = read.value
  return done(campaign)
}

async function readWithUsecase(
  session: JsonSession,
  id: string,
): Promise<Outcome<RegisteredCampaign & { usecase: string | null }>> {
  const read = await session.call({
    step: 'read_campaign',
    method: 'GET',
    path: `10dlc/campaign/${id}`,
    read: (answer, note) => {
      const campaign = toTelnyxCampaign(answer, note)
      if (campaign?.telnyxCampaignId?.toLowerCase() !== id.toLowerCase()) return null
      return { ...campaign, usecase: isRecord(answer) ? matching(answer.usecase, /^[A-Z0-9_]{1,40}$/) : null }
    },
  })
  return isUnknown(read) ? refused(REGISTRY_REASONS.campaignUnknown) : read
}

export async function findCampaign(
  session: JsonSession,
  { reference, tcrBrandId }: { reference: string; tcrBrandId: string },
): Promise<Outcome<RegisteredCampaign | null>> {
  const brandId = await resolveId(session, tcrBrandId)
  if (brandId.kind !== 'done') return brandId
  const found = await findIn(session, brandId.value, reference)
  if (found.kind !== 'done' || found.value === null) return found.kind === 'done' ? done(null) : found
  const read = await readWithUsecase(session, found.value)
  if (read.kind !== 'done') return read
  const { usecase, ...campaign } = read.value
  if (usecase === null) return done(campaign)
  // The answer to its submission was lost, and what it costs stays to be told.
  const { upFront, monthly } = await readCost(session, usecase)
  return done({ ...campaign, monthlyFee: monthly, ...(upFront === null ? {} : { upFrontFee: upFront }) })
}

async function findIn(session: JsonSession, brandId: string, reference: string): Promise<Outcome<string | null>> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const listed = await session.call({
      step: 'list_campaigns',
      method: 'GET',
      path: '10dlc/campaign',
      query: { brandId, page: String(page), recordsPerPage: String(PAGE_SIZE) },
      read: toCampaignPage,
    })
    if (listed.kind !== 'done') return listed
    const match = listed.value.records.find((record) => record.reference?.toLowerCase() === reference.toLowerCase())
    if (match !== undefined) return done(match.id)
    if (listed.value.records.length < PAGE_SIZE) return done(null)
  }
  return unavailable('subject', 60)
}

/** One that TCR never took cannot be ended there, and costs nothing more: a refusal to end it leaves nothing to do. */
export async function deactivateCampaign(
  session: JsonSession,
  { telnyxCampaignId }: CampaignIds,
): Promise<Outcome<null>> {
  if (!isUuid(telnyxCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  const before = await readCampaign(session, { tcrCampaignId: null, telnyxCampaignId })
  if (before.kind === 'timeout') return unavailable(before.of)
  if (before.kind !== 'done') return before
  if (before.value.status === 'EXPIRED') return done(null)
  const ended = await session.call({
    step: 'deactivate_campaign',
    method: 'DELETE',
    path: `10dlc/campaign/${telnyxCampaignId}`,
    read: () => 'ended' as const,
  })
  if (ended.kind === 'done') return done(null)
  return ended.kind === 'refused' && before.value.tcrCampaignId === null ? done(null) : ended
}
