import type { RegisteredBrand, RegisteredCampaign } from '../../ports/brand-registry.ts'
import {
  isRecord,
  listOf,
  matching,
  NEW_STATE,
  type NoteWord,
  sentence,
  shownText,
  stateOrNew,
} from '../http-client/read-wire.ts'
import { toFee, toIdentity, toShortText } from '../ten-dlc/wire.ts'

/** TCR's shapes, checked on incoming. Readers give null for an answer that lacks what we need. */

const BRAND_ID = /^B[0-9A-Z]{6}$/
const CAMPAIGN_ID = /^C[0-9A-Z]{6}$/
/** A page is as long as TCR allows, so that a list is few calls. */
export const PAGE_SIZE = 500

/** Whether a text can be part of a path as a brand's id. */
export function isBrandId(text: string): boolean {
  return BRAND_ID.test(text)
}

export function isCampaignId(text: string | null): text is string {
  return text !== null && CAMPAIGN_ID.test(text)
}

const BRAND_STATES = ['ACTIVE', 'SUSPENDED', 'DELETED', 'INACTIVE'] as const

/** A brand in a state that is not known yet is taken for one that is being checked. */
export function toBrand(answer: unknown, note?: NoteWord): RegisteredBrand | null {
  if (!isRecord(answer)) return null
  const tcrBrandId = matching(answer.brandId, BRAND_ID)
  const identityStatus = toIdentity(answer.identityStatus, note)
  const state = stateOrNew(answer.status, BRAND_STATES, { member: 'brand.status', note })
  const status = state === NEW_STATE ? null : state
  if (tcrBrandId === null || identityStatus === undefined || status === undefined) return null
  return {
    tcrBrandId,
    reference: shownText(answer.referenceId, 50),
    status: status === 'DELETED' || status === 'INACTIVE' ? 'INACTIVE' : (status ?? 'ACTIVE'),
    identityStatus: state === NEW_STATE ? null : identityStatus,
    universalEin: toShortText(answer.universalEin),
    cspId: toShortText(answer.cspId),
  }
}

export interface Sharing {
  status: RegisteredCampaign['sharingStatus']
  upstreamCnpId: string | null
  says: string | null
}

/** The link of the chain that leads from us to our partner; without it the campaign was never shared. */
export function toSharing(answer: unknown, note?: NoteWord): Sharing | null {
  const link = sharedByMe(answer)
  if (link === null) return { status: null, upstreamCnpId: null, says: null }
  if (!isRecord(link)) return null
  const state = stateOrNew(link.sharingStatus, ['PENDING', 'ACCEPTED', 'DECLINED'], { member: 'sharingStatus', note })
  const status = state === NEW_STATE ? 'PENDING' : state
  if (status === undefined || status === null) return null
  const says = sentence(link.explanation)
  return {
    status,
    upstreamCnpId: toShortText(link.upstreamCnpId),
    says: status === 'DECLINED' && says !== '' ? says : null,
  }
}

/** Null for no link, undefined for an answer that is no chain. */
function sharedByMe(answer: unknown): unknown {
  if (answer === null) return null
  if (!isRecord(answer)) return undefined
  // Descriptions of this call differ: the chain with its two ends, or our link alone.
  if ('sharingStatus' in answer && 'upstreamCnpId' in answer) return answer
  const isChain = 'sharedByMe' in answer || 'sharedWithMe' in answer || Object.keys(answer).length === 0
  return isChain ? (answer.sharedByMe ?? null) : undefined
}

/** A campaign without its sharing, with the brand that it is of. */
export interface CampaignFacts {
  tcrCampaignId: string
  tcrBrandId: string | null
  reference: string | null
  status: 'ACTIVE' | 'EXPIRED' | typeof NEW_STATE | null
  cspId: string | null
  resellerId: string | null
  monthlyFee: number | null
}

export function toCampaign(answer: unknown, note?: NoteWord): CampaignFacts | null {
  if (!isRecord(answer)) return null
  const tcrCampaignId = matching(answer.campaignId, CAMPAIGN_ID)
  const status = stateOrNew(answer.status, ['ACTIVE', 'EXPIRED'], { member: 'campaign.status', note })
  if (tcrCampaignId === null || status === undefined) return null
  return {
    tcrCampaignId,
    tcrBrandId: matching(answer.brandId, BRAND_ID),
    reference: shownText(answer.referenceId, 50),
    status,
    cspId: toShortText(answer.cspId),
    resellerId: toShortText(answer.resellerId),
    monthlyFee: toFee(answer.monthlyFee),
  }
}

/** One page of a list: of each record its own id and our reference. */
export interface Page {
  records: readonly { id: string; reference: string | null }[]
  isLast: boolean
}

export function toPage(answer: unknown, member: 'brandId' | 'campaignId'): Page | null {
  if (!isRecord(answer)) return null
  const pattern = member === 'brandId' ? BRAND_ID : CAMPAIGN_ID
  const records = listOf(answer.records, (item) => {
    const id = isRecord(item) ? matching(item[member], pattern) : null
    return id === null || !isRecord(item) ? null : { id, reference: shownText(item.referenceId, 50) }
  })
  return records === null ? null : { records, isLast: records.length < PAGE_SIZE }
}

export function toNewCampaignId(answer: unknown): string | null {
  return isRecord(answer) ? matching(answer.campaignId, CAMPAIGN_ID) : null
}
