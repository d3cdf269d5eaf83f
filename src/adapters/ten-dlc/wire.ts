import type { IdentityStatus, RegistryFeedback, Vetting } from '../../ports/brand-registry.ts'
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
import { pathOfField } from './body.ts'

/** Shapes that TCR and Telnyx share. */

const IDENTITIES = ['SELF_DECLARED', 'UNVERIFIED', 'VERIFIED', 'VETTED_VERIFIED'] as const

/** Null until the brand is scored, and for a state that is not known yet; undefined for what is no identity. */
export function toIdentity(value: unknown, note?: NoteWord): IdentityStatus | null | undefined {
  const identity = stateOrNew(value, IDENTITIES, { member: 'brand.identityStatus', note })
  return identity === NEW_STATE ? null : identity
}

export function toShortText(value: unknown): string | null {
  return shownText(value, 64)
}

/** What a feedback answer says, category by category. */
export function toFeedback(answer: unknown): RegistryFeedback[] | null {
  if (!isRecord(answer)) return null
  return listOf(answer.category ?? [], (item) => {
    const category = isRecord(item) ? matching(item.id, /^[A-Z_]{1,40}$/) : null
    if (!isRecord(item) || category === null) return null
    const fields = listOf(item.fields ?? [], (field) => matching(field, /^[A-Za-z0-9_.]{1,64}$/))
    if (fields === null) return null
    const paths = [...new Set(fields.map((field) => pathOfField('brand', field)))]
    return { category, fields: paths, says: sentence(item.description) || sentence(item.displayName) }
  })
}

const VETTING_STATES: Readonly<Record<string, Vetting['status']>> = {
  PENDING: 'pending',
  ACTIVE: 'active',
  // Vetted, and no score could be given.
  UNSCORE: 'failed',
  FAILED: 'failed',
  EXPIRED: 'expired',
}
const VETTING_WORDS = Object.keys(VETTING_STATES)

/** The vetting company and class that are configured. */
export interface VettingOrder {
  evpId: 'AEGIS' | 'WMC'
  vettingClass: 'STANDARD' | 'ENHANCED'
}

type DatedVetting = Vetting & { createdAt: string }

/** One vetting with the time that tells which is the newest; a state that is not known yet is taken for one under way. */
export function toVetting(item: unknown, note?: NoteWord): DatedVetting | null {
  if (!isRecord(item)) return null
  // Telnyx gives no status: a vetting is complete when it has a date.
  const word = item.vettingStatus ?? (isGiven(item.vettedDate) ? 'ACTIVE' : 'PENDING')
  const reasons = listOf(item.reasons ?? [], (reason) => sentence(reason))
  if (typeof word !== 'string' || reasons === null) return null
  const known = stateOrNew(word, VETTING_WORDS, { member: 'vetting.vettingStatus', note })
  const status = VETTING_STATES[known ?? ''] ?? 'pending'
  const { vettingScore } = item
  const isScore = typeof vettingScore === 'number' && vettingScore >= 0 && vettingScore <= 100
  // Some kinds of vetting give no score; what is given must be one.
  if (status === 'active' && isGiven(vettingScore) && !isScore) return null
  return {
    status,
    score: status === 'active' && isScore ? vettingScore : null,
    reasons: reasons.filter((reason) => reason !== ''),
    createdAt: shownText(item.createDate, 40) ?? '',
  }
}

/** The newest of the vettings that were ordered here, null for none: others, as one that was imported, are not looked at. */
export function toNewestVetting(
  answer: unknown,
  order: VettingOrder | null,
  note?: NoteWord,
): { newest: Vetting | null } | null {
  const ordered = Array.isArray(answer) ? answer.filter((item) => !isOfAnother(item, order)) : answer
  const vettings = listOf(ordered, (item) => toVetting(item, note))
  return vettings === null ? null : { newest: newestVetting(vettings) }
}

/** The newest record of a company's answer to the registry's mail (Authentication+), null for none. */
export function toAuthentication(answer: unknown, note?: NoteWord): { newest: Vetting | null } | null {
  const isOne = (item: unknown) => isRecord(item) && item.vettingClass === 'AUTHPLUS'
  const vettings = listOf(Array.isArray(answer) ? answer.filter(isOne) : answer, (item) => toVetting(item, note))
  return vettings === null ? null : { newest: newestVetting(vettings) }
}

function isOfAnother(item: unknown, order: VettingOrder | null): boolean {
  if (!isRecord(item) || order === null) return false
  const isOther = (value: unknown, ours: string) => isGiven(value) && value !== ours
  return isOther(item.evpId, order.evpId) || isOther(item.vettingClass, order.vettingClass)
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** The newest of several vettings; null for none. */
export function newestVetting(vettings: readonly DatedVetting[]): Vetting | null {
  const newest = [...vettings].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).at(-1)
  if (newest === undefined) return null
  const { status, score, reasons } = newest
  return { status, score, reasons }
}

/** What one network asks of the campaigns of a use case. */
export interface NetworkTerms {
  id: string
  qualifies: boolean
  samplesMin: number
  needsOptin: boolean
  needsOptout: boolean
  needsHelp: boolean
  takesLinks: boolean
  takesPhones: boolean
}

/** Whether a use case is open to a brand, and on what terms. */
export interface Qualification {
  networks: readonly NetworkTerms[]
  monthlyFee: number | null
  subUsecasesMin: number
  subUsecasesMax: number
}

export function toQualification(answer: unknown): Qualification | null {
  if (!isRecord(answer) || !isRecord(answer.mnoMetadata)) return null
  return {
    networks: Object.entries(answer.mnoMetadata).flatMap(([id, terms]) =>
      isRecord(terms) ? [toTerms(id, terms)] : [],
    ),
    monthlyFee: toFee(answer.monthlyFee),
    subUsecasesMin: toCount(answer.minSubUsecases),
    subUsecasesMax: toCount(answer.maxSubUsecases),
  }
}

function toTerms(id: string, terms: Record<string, unknown>): NetworkTerms {
  return {
    id,
    qualifies: terms.qualify === true,
    samplesMin: toCount(terms.minMsgSamples),
    needsOptin: terms.reqSubscriberOptin === true,
    needsOptout: terms.reqSubscriberOptout === true,
    needsHelp: terms.reqSubscriberHelp === true,
    takesLinks: terms.noEmbeddedLink !== true,
    takesPhones: terms.noEmbeddedPhone !== true,
  }
}

/** The registry's use cases, each with whether it may be part of another; null for what is no such list. */
export function toUsecases(answer: unknown): ReadonlyMap<string, boolean> | null {
  if (!isRecord(answer)) return null
  const usecases = Object.entries(answer).flatMap(([usecase, about]) =>
    isRecord(about) && typeof about.validSubUsecase === 'boolean' ? [[usecase, about.validSubUsecase] as const] : [],
  )
  return usecases.length === 0 ? null : new Map(usecases)
}

/** US$; a registry writes it as a number or as text. */
export function toFee(value: unknown): number | null {
  const fee = typeof value === 'string' && /^\d{1,6}(\.\d{1,4})?$/.test(value) ? Number(value) : value
  return typeof fee === 'number' && fee >= 0 && fee < 1_000_000 ? fee : null
}

function toCount(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0
}
