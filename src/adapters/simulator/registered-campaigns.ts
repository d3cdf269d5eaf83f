import type {
  BrandRegistry,
  CampaignForRegistry,
  CampaignIds,
  IdentityStatus,
  RegisteredCampaign,
} from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import { CSP_ID } from './csp.ts'
import { judgeCampaign } from './judge.ts'
import { UNQUALIFIED_REASON } from './magic-values/brands.ts'
import {
  type CampaignBehaviour,
  DECLINE_REASON,
  FAILED_REASON,
  magicCampaign,
  SAMPLE_REASON,
  SUSPENDED_REASON,
} from './magic-values/campaigns.ts'
import { openMemory } from './memory.ts'
import { registryId, type Stage } from './simulated-call.ts'

/** The campaign half of the simulated registry. */
export type CampaignCalls = Pick<
  BrandRegistry,
  'submitCampaign' | 'updateCampaign' | 'findCampaign' | 'readCampaign' | 'shareCampaign' | 'deactivateCampaign'
>

interface CampaignRecord {
  reference: string
  tcrBrandId: string
  tcrCampaignId: string
  behaviour: CampaignBehaviour | null
  monthlyFee: number
  sharedAt: number | null
  endedAt: number | null
}

/** US$ a month where it is not the standard fee (TCR's list as resellers publish it). */
const MONTHLY_FEES: Readonly<Record<string, number>> = { LOW_VOLUME: 1.5, CHARITY: 3, EMERGENCY: 5 }
const STANDARD_FEE = 10
/** How many delays after it was shared a campaign is suspended. */
const SUSPENDED_AFTER = 3

/** How a brand stands, which decides whether it may have a campaign. */
export interface BrandStanding {
  identity: IdentityStatus | null
  isAuthenticated: boolean
  onlyUseCase: string | null
}

interface CampaignParts {
  file: string | null
  standingOf: (tcrBrandId: string) => BrandStanding
}

const keyOf = (reference: string) => reference.toLowerCase()

export function campaignCalls(stage: Stage, parts: CampaignParts): CampaignCalls {
  const memory = openMemory<CampaignRecord>(parts.file === null ? null : `${parts.file}-campaigns.json`)
  const { clock, delayMs } = stage
  const byId = (tcrCampaignId: string) => memory.find((record) => record.tcrCampaignId === tcrCampaignId)

  function register(campaign: CampaignForRegistry, behaviour: CampaignBehaviour | null): CampaignRecord {
    const key = keyOf(campaign.reference)
    const tcrCampaignId = registryId('C', key, (id) => byId(id) !== null)
    const endedAt = behaviour === 'expire' ? clock.now() + 2 * delayMs : null
    const record = newRecord(campaign, { tcrCampaignId, behaviour, endedAt })
    memory.set(key, record)
    const about = { tcrCampaignId, campaignReference: record.reference }
    stage.tell({ type: 'CAMPAIGN_ADD', about }, delayMs)
    if (behaviour === 'expire') stage.tell({ type: 'CAMPAIGN_EXPIRED', about }, 2 * delayMs)
    return record
  }

  const submitCampaign: CampaignCalls['submitCampaign'] = async ({ campaign, signal }) => {
    if (memory.get(keyOf(campaign.reference)) !== null) return { kind: 'mismatch' }
    const behaviour = magicCampaign(campaign)
    if (behaviour === 'outage') return unavailable('service')
    const refusal = refusalOf(campaign, parts.standingOf(campaign.tcrBrandId), behaviour)
    if (refusal !== null) return refusal
    const registered = done(view(register(campaign, behaviour), clock.now(), delayMs))
    if (behaviour === 'loseAnswer') return stage.never(signal)
    return behaviour === 'slow' ? stage.slowly(registered, signal) : registered
  }

  function share(record: CampaignRecord): void {
    memory.set(keyOf(record.reference), { ...record, sharedAt: clock.now() })
    const about = { tcrCampaignId: record.tcrCampaignId, campaignReference: record.reference }
    if (record.behaviour !== 'neverReview') stage.tell({ type: sharingEvent(record), about }, delayMs)
    if (record.behaviour === 'suspend') stage.tell({ type: 'CAMPAIGN_SUSPENDED', about }, SUSPENDED_AFTER * delayMs)
  }

  const updateCampaign: CampaignCalls['updateCampaign'] = async ({ campaign, content, signal }) => {
    const record = byId(campaign.tcrCampaignId ?? '')
    const behaviour = magicCampaign(content)
    if (behaviour === 'outage') return unavailable('service')
    if (behaviour === 'reject') return refused({ member: 'campaign.useCases', says: SAMPLE_REASON })
    const faults = judgeCampaign(content)
    if (faults.length > 0) return refused(...faults)
    if (record === null) return read(campaign, forgotten, clock.now(), delayMs)
    const before = view(record, clock.now(), delayMs)
    if (before.status === 'EXPIRED') return refused(REGISTRY_REASONS.campaignEnded)
    const changed = { ...record, behaviour }
    if (before.sharingStatus === 'DECLINED') share(changed)
    else memory.set(keyOf(record.reference), changed)
    const isLost = behaviour === 'loseAnswer' && stage.isFirst(`update ${record.reference}`)
    if (isLost) return stage.never(signal)
    return read(campaign, () => byId(record.tcrCampaignId) ?? changed, clock.now(), delayMs)
  }

  return {
    submitCampaign,
    updateCampaign,
    async findCampaign({ reference, tcrBrandId }) {
      const record = memory.get(keyOf(reference))
      return done(record?.tcrBrandId === tcrBrandId ? view(record, clock.now(), delayMs) : null)
    },
    readCampaign: async ({ campaign }) => read(campaign, (id) => byId(id) ?? forgotten(id), clock.now(), delayMs),
    async shareCampaign({ campaign }) {
      const record = byId(campaign.tcrCampaignId ?? '')
      if (record === null) return done(null)
      const { sharingStatus, status } = view(record, clock.now(), delayMs)
      if (status === 'EXPIRED') return refused(REGISTRY_REASONS.campaignEnded)
      if (sharingStatus === 'PENDING' || sharingStatus === 'ACCEPTED') return done(null)
      share(record)
      return done(null)
    },
    async deactivateCampaign({ campaign }) {
      const record = byId(campaign.tcrCampaignId ?? '')
      const isOpen = record !== null && (record.endedAt === null || record.endedAt > clock.now())
      if (isOpen) memory.set(keyOf(record.reference), { ...record, endedAt: clock.now() })
      return done(null)
    },
  }
}

function newRecord(
  { reference, tcrBrandId, usecase }: CampaignForRegistry,
  rest: Pick<CampaignRecord, 'tcrCampaignId' | 'behaviour' | 'endedAt'>,
): CampaignRecord {
  return { reference, tcrBrandId, monthlyFee: MONTHLY_FEES[usecase] ?? STANDARD_FEE, sharedAt: null, ...rest }
}

function sharingEvent({ behaviour }: CampaignRecord): string {
  return behaviour === 'decline' || behaviour === 'fail' ? 'CAMPAIGN_SHARE_DELETE' : 'CAMPAIGN_SHARE_ACCEPT'
}

/** What TCR refuses: a campaign before the score (busy, not refused), of an unverified brand, or with bad content. */
function refusalOf(
  campaign: CampaignForRegistry,
  { identity, isAuthenticated, onlyUseCase }: BrandStanding,
  behaviour: CampaignBehaviour | null,
): Outcome<never> | null {
  if (identity === null) return unavailable('subject', 30)
  const isSole = identity === 'SELF_DECLARED'
  if (identity === 'UNVERIFIED' || isSole !== (campaign.usecase === 'SOLE_PROPRIETOR')) {
    return refused(REGISTRY_REASONS.brandNotVerified)
  }
  if (!isAuthenticated) return refused(REGISTRY_REASONS.brandNotAuthenticated)
  if (onlyUseCase !== null && campaign.usecase !== onlyUseCase)
    return refused({ member: 'campaign.useCases', says: UNQUALIFIED_REASON })
  if (behaviour === 'reject') return refused({ member: 'campaign.useCases', says: SAMPLE_REASON })
  const faults = judgeCampaign(campaign)
  return faults.length > 0 ? refused(...faults) : null
}

function forgotten(tcrCampaignId: string): CampaignRecord {
  return {
    reference: '',
    tcrBrandId: '',
    tcrCampaignId,
    behaviour: null,
    monthlyFee: STANDARD_FEE,
    sharedAt: 0,
    endedAt: null,
  }
}

function read(
  { tcrCampaignId }: CampaignIds,
  recordOf: (id: string) => CampaignRecord,
  now: number,
  delayMs: number,
): Outcome<RegisteredCampaign> {
  if (tcrCampaignId === null || !/^C[0-9A-Z]{6}$/.test(tcrCampaignId)) return refused(REGISTRY_REASONS.campaignUnknown)
  return done(view(recordOf(tcrCampaignId), now, delayMs))
}

function sharingOf(record: CampaignRecord, now: number, delayMs: number): RegisteredCampaign['sharingStatus'] {
  if (record.sharedAt === null) return null
  if (record.behaviour === 'neverReview' || now < record.sharedAt + delayMs) return 'PENDING'
  if (record.behaviour === 'decline' || record.behaviour === 'fail') return 'DECLINED'
  const isSuspended = record.behaviour === 'suspend' && now >= record.sharedAt + SUSPENDED_AFTER * delayMs
  return isSuspended ? 'DECLINED' : 'ACCEPTED'
}

function reasonOf({ behaviour }: CampaignRecord): string {
  if (behaviour === 'fail') return FAILED_REASON
  return behaviour === 'suspend' ? SUSPENDED_REASON : DECLINE_REASON
}

function view(record: CampaignRecord, now: number, delayMs: number): RegisteredCampaign {
  const sharingStatus = sharingOf(record, now, delayMs)
  return {
    tcrCampaignId: record.tcrCampaignId,
    telnyxCampaignId: null,
    reference: record.reference === '' ? null : record.reference,
    status: record.endedAt !== null && record.endedAt <= now ? 'EXPIRED' : 'ACTIVE',
    sharingStatus,
    upstreamCnpId: record.sharedAt === null ? null : 'SIMUL8',
    cspId: CSP_ID,
    resellerId: null,
    monthlyFee: record.monthlyFee,
    says: sharingStatus === 'DECLINED' ? reasonOf(record) : null,
    ...(sharingStatus === 'DECLINED' && record.behaviour !== 'decline' ? { correction: 'anew' as const } : {}),
  }
}
