import type { RegisteredCampaign } from '../../ports/brand-registry.ts'
import type { NumberAssignment } from '../../ports/carrier.ts'
import {
  isRecord,
  listOf,
  matching,
  NEW_STATE,
  type NoteWord,
  shownText,
  stateOrNew,
} from '../http-client/read-wire.ts'
import { toIdentity, toShortText } from '../ten-dlc/wire.ts'
import { type Failure, toFailures } from './failure.ts'

/** Telnyx's shapes, checked on incoming. Readers give null for an answer that lacks what we need. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TCR_BRAND = /^B[0-9A-Z]{6}$/
const TCR_CAMPAIGN = /^C[0-9A-Z]{6}$/

export function isUuid(text: string | null): text is string {
  return text !== null && UUID.test(text)
}

export function isTcrBrandId(text: string): boolean {
  return TCR_BRAND.test(text)
}

/** A brand with both of its ids. Telnyx's own is a UUID; TCR's comes when TCR has taken the brand. */
export interface TelnyxBrand {
  id: string
  tcrBrandId: string | null
  status: 'OK' | 'REGISTRATION_PENDING' | 'REGISTRATION_FAILED' | null
  identityStatus: ReturnType<typeof toIdentity> & (string | null)
  universalEin: string | null
  cspId: string | null
  altBusinessId: string | null
  /** Our reference, from the address that events are sent to. */
  reference: string | null
  failures: Failure[]
}

const BRAND_STATES = ['OK', 'REGISTRATION_PENDING', 'REGISTRATION_FAILED'] as const

/** A brand in a state that is not known yet is taken for one that is being checked. */
export function toTelnyxBrand(answer: unknown, note?: NoteWord): TelnyxBrand | null {
  if (!isRecord(answer)) return null
  const id = matching(answer.brandId, UUID)
  const identityStatus = toIdentity(answer.identityStatus, note)
  const state = stateOrNew(answer.status, BRAND_STATES, { member: 'brand.status', note })
  const status = state === NEW_STATE ? null : state
  if (id === null || identityStatus === undefined || status === undefined) return null
  return {
    id,
    tcrBrandId: matching(answer.tcrBrandId, TCR_BRAND),
    status,
    identityStatus: state === NEW_STATE ? null : identityStatus,
    universalEin: toShortText(answer.universalEin),
    cspId: toShortText(answer.cspId),
    altBusinessId: toShortText(answer.altBusinessId),
    reference: referenceIn(answer.webhookURL),
    failures: toFailures(answer.failureReasons),
  }
}

/** Our reference in the callback address that we gave Telnyx with the brand. */
function referenceIn(value: unknown): string | null {
  return typeof value === 'string' && URL.canParse(value)
    ? shownText(new URL(value).searchParams.get('reference'), 50)
    : null
}

/** What a list shows of a brand: less than the brand itself, and no callback address. */
export interface ListedBrand {
  id: string
  tcrBrandId: string | null
  displayName: string | null
  companyName: string | null
  email: string | null
  /** Milliseconds since 1970. */
  createdAt: number | null
}

/** A page of brands, newest first. */
export function toBrandPage(answer: unknown): { records: readonly ListedBrand[]; total: number } | null {
  if (!isRecord(answer)) return null
  const records = listOf(answer.records, (item) => {
    const id = isRecord(item) ? matching(item.brandId, UUID) : null
    if (id === null || !isRecord(item)) return null
    return {
      id,
      tcrBrandId: matching(item.tcrBrandId, TCR_BRAND),
      displayName: shownText(item.displayName, 300),
      companyName: shownText(item.companyName, 300),
      email: shownText(item.email, 300),
      createdAt: toMilliseconds(item.createdAt),
    }
  })
  const total = answer.totalRecords
  return records === null || typeof total !== 'number' ? null : { records, total }
}

/** Telnyx writes times of UTC without saying so. */
function toMilliseconds(value: unknown): number | null {
  const text = matching(value, /^\d{4}-\d\d-\d\dT[\d:.]{5,18}(Z|[+-]\d\d:?\d\d)?$/)
  if (text === null) return null
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : ms
}

const CAMPAIGN_STATES = [
  'TCR_PENDING',
  'TCR_SUSPENDED',
  'TCR_EXPIRED',
  'TCR_ACCEPTED',
  'TCR_FAILED',
  'TELNYX_ACCEPTED',
  'TELNYX_FAILED',
  'MNO_PENDING',
  'MNO_ACCEPTED',
  'MNO_REJECTED',
  'MNO_PROVISIONED',
  'MNO_PROVISIONING_FAILED',
] as const
type CampaignState = (typeof CAMPAIGN_STATES)[number]

const SUBMISSIONS = ['CREATED', 'FAILED', 'PENDING'] as const

type Sharing = Pick<RegisteredCampaign, 'sharingStatus' | 'correction'>

const PENDING: Sharing = { sharingStatus: 'PENDING' }
/** Telnyx takes appeals of campaigns that its own reviewers or the networks' have declined, and of no others. */
const APPEALABLE: Sharing = { sharingStatus: 'DECLINED', correction: 'change' }
const OVER: Sharing = { sharingStatus: 'DECLINED', correction: 'anew' }

/**
 * Telnyx is the partner, so its own and the networks' reviews are what sharing is elsewhere. Numbers can join a campaign
 * when the networks have it, not when they have agreed to it.
 */
const SHARING: Readonly<Record<CampaignState, Sharing>> = {
  TCR_PENDING: PENDING,
  TCR_ACCEPTED: PENDING,
  TELNYX_ACCEPTED: PENDING,
  MNO_PENDING: PENDING,
  MNO_ACCEPTED: PENDING,
  MNO_PROVISIONED: { sharingStatus: 'ACCEPTED' },
  TELNYX_FAILED: APPEALABLE,
  MNO_REJECTED: APPEALABLE,
  TCR_FAILED: OVER,
  TCR_SUSPENDED: OVER,
  TCR_EXPIRED: OVER,
  MNO_PROVISIONING_FAILED: OVER,
}

/** Words of the registry for a campaign that it does not take because of its brand. */
const OF_BRAND = /\bbrand\b[^.]*\b(qualif|verif|vett|eligib|approv|score)|\bvetting\b|\bidentity status\b/i

/** A state that is not known yet is taken for a campaign under way. */
export function toTelnyxCampaign(answer: unknown, note?: NoteWord): RegisteredCampaign | null {
  if (!isRecord(answer)) return null
  const id = matching(answer.campaignId, UUID)
  const state = stateOrNew(answer.campaignStatus, CAMPAIGN_STATES, { member: 'campaign.campaignStatus', note })
  const submission = stateOrNew(answer.submissionStatus, SUBMISSIONS, { member: 'campaign.submissionStatus', note })
  const status = stateOrNew(answer.status, ['ACTIVE', 'EXPIRED'], { member: 'campaign.status', note })
  if (id === null || state === undefined || submission === undefined || status === undefined) return null
  const isExpired = status === 'EXPIRED' || state === 'TCR_EXPIRED'
  const reviewed = state === null || state === NEW_STATE ? PENDING : SHARING[state]
  const isNew = status === NEW_STATE || submission === NEW_STATE
  const sharing = submission === 'FAILED' ? OVER : isNew && reviewed.sharingStatus === 'ACCEPTED' ? PENDING : reviewed
  const isDeclined = sharing.sharingStatus === 'DECLINED'
  const reasons = toFailures(answer.failureReasons).map(({ says }) => says)
  const says = reasons.join(' ').trim().slice(0, 500)
  const tcrCampaignId = matching(answer.tcrCampaignId, TCR_CAMPAIGN)
  return {
    tcrCampaignId,
    telnyxCampaignId: id,
    reference: shownText(answer.referenceId, 50),
    status: isExpired ? 'EXPIRED' : tcrCampaignId === null ? null : 'ACTIVE',
    ...sharing,
    ...(isDeclined && OF_BRAND.test(says) ? { cause: 'brand' } : {}),
    upstreamCnpId: null,
    cspId: toShortText(answer.cspId),
    resellerId: toShortText(answer.resellerId),
    monthlyFee: null,
    says: isDeclined ? says || `Telnyx says ${state ?? submission ?? 'no'}.` : null,
  }
}

/** A page of campaigns with our references. */
export function toCampaignPage(
  answer: unknown,
): { records: readonly { id: string; reference: string | null }[]; total: number } | null {
  if (!isRecord(answer) || typeof answer.totalRecords !== 'number') return null
  const records = listOf(answer.records, (item) => {
    const id = isRecord(item) ? matching(item.campaignId, UUID) : null
    return id === null || !isRecord(item) ? null : { id, reference: shownText(item.referenceId, 50) }
  })
  return records === null ? null : { records, total: answer.totalRecords }
}

/** The object inside Telnyx's envelope; 10DLC answers come without one. */
function dataOf(answer: unknown): unknown {
  return isRecord(answer) ? answer.data : null
}

/** Messaging profiles of one page; whether there are more pages. */
export function toProfilePage(
  answer: unknown,
): { profiles: readonly { id: string; name: string }[]; pages: number } | null {
  const meta = isRecord(answer) && isRecord(answer.meta) ? answer.meta : {}
  const profiles = listOf(dataOf(answer), (item) => {
    const id = isRecord(item) ? matching(item.id, UUID) : null
    return id === null || !isRecord(item) ? null : { id, name: shownText(item.name, 200) ?? '' }
  })
  return profiles === null ? null : { profiles, pages: typeof meta.total_pages === 'number' ? meta.total_pages : 1 }
}

export function toProfileId(answer: unknown): string | null {
  const profile = dataOf(answer)
  return isRecord(profile) ? matching(profile.id, UUID) : null
}

/** Ids of the numbers that match a filter exactly. */
export function toNumbers(answer: unknown): { id: string; phoneNumber: string; profileId: string | null }[] | null {
  return listOf(dataOf(answer), (item) => {
    if (!isRecord(item)) return null
    const id = matching(item.id, /^[0-9A-Za-z_-]{1,64}$/)
    const phoneNumber = matching(item.phone_number, /^\+[0-9]{5,15}$/)
    if (id === null || phoneNumber === null) return null
    return { id, phoneNumber, profileId: matching(item.messaging_profile_id, UUID) }
  })
}

export function toConnectedProfile(answer: unknown): string | null {
  const settings = dataOf(answer)
  return isRecord(settings) ? matching(settings.messaging_profile_id, UUID) : null
}

const ASSIGNMENTS: Readonly<Record<string, NumberAssignment['status']>> = {
  PENDING_ASSIGNMENT: 'pending',
  ASSIGNED: 'assigned',
  FAILED_ASSIGNMENT: 'failed',
  PENDING_UNASSIGNMENT: 'leaving',
  FAILED_UNASSIGNMENT: 'assigned',
}

/** A number's place in a campaign, with the campaign's ids. */
export interface TelnyxAssignment extends NumberAssignment {
  phoneNumber: string
  campaignIds: readonly string[]
}

export function toAssignment(answer: unknown, note?: NoteWord): TelnyxAssignment | null {
  if (!isRecord(answer)) return null
  const phoneNumber = matching(answer.phoneNumber, /^\+[0-9]{5,15}$/)
  const word = answer.assignmentStatus ?? 'PENDING_ASSIGNMENT'
  if (phoneNumber === null || typeof word !== 'string') return null
  // Telnyx need not say the state, and may have one that is not known yet: the number is on its way.
  stateOrNew(word, Object.keys(ASSIGNMENTS), { member: 'assignmentStatus', note })
  const status = Object.hasOwn(ASSIGNMENTS, word) ? (ASSIGNMENTS[word] ?? 'pending') : 'pending'
  const ids = [answer.campaignId, answer.telnyxCampaignId, answer.tcrCampaignId]
  const reasons = toFailures(answer.failureReasons).map((failure) => failure.says)
  const says = reasons.join(' ').trim().slice(0, 500)
  return {
    phoneNumber,
    status,
    says: status === 'failed' ? says || 'Telnyx gave no reason.' : null,
    campaignIds: ids.filter((id): id is string => typeof id === 'string'),
  }
}
