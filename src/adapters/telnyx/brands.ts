import type {
  BrandForRegistry,
  RegisteredBrand,
  RegistryFeedback,
  SentBrand,
  Vetting,
} from '../../ports/brand-registry.ts'
import { done, type Outcome, type Refusal, refused, unavailable } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import type { NoteWord } from '../http-client/read-wire.ts'
import { pathOfField } from '../ten-dlc/body.ts'
import {
  newestVetting,
  toAuthentication,
  toFeedback,
  toNewestVetting,
  toVetting,
  type VettingOrder,
} from '../ten-dlc/wire.ts'
import { brandRefusals, changedBrandBody, hasMoreThanNew, newBrandBody } from './body.ts'
import type { Failure } from './failure.ts'
import { isUnknown } from './faults.ts'
import { isTcrBrandId, isUuid, type ListedBrand, type TelnyxBrand, toBrandPage, toTelnyxBrand } from './wire.ts'

const PAGE_SIZE = 50
const PAGES_MAX = 10
/** Brands that are read one by one when a reference is looked up, the newest first. */
const COMPARED_MAX = 100
/** How far Telnyx's clock and ours may be apart. */
const CLOCKS_MS = 24 * 3_600_000

/**
 * Telnyx has no field for our reference. It travels in the address that Telnyx sends the brand's events to, which the brand
 * shows again. Telnyx knows no duplicates, so what may have been sent before is looked up first; of a first try nothing can
 * be there.
 */
export async function submitBrand(
  session: JsonSession,
  { brand, since }: { brand: BrandForRegistry; since?: number },
  callbackUrl: string,
): Promise<Outcome<RegisteredBrand>> {
  const wrong = brandRefusals(brand)
  if (wrong.length > 0) return refused(...wrong)
  if (since !== undefined) {
    const found = await findBrand(session, brand.reference, { brand, since })
    if (found.kind === 'done' && found.value !== null) return { kind: 'mismatch' }
    // A look-up that failed changed nothing.
    if (found.kind !== 'done') return found.kind === 'timeout' ? unavailable(found.of) : found
  }
  const made = await session.call({
    step: 'submit_brand',
    method: 'POST',
    path: '10dlc/brand',
    body: { ...newBrandBody(brand), webhookURL: callbackFor(callbackUrl, brand.reference) },
    read: toTelnyxBrand,
  })
  if (made.kind !== 'done') return made
  return done({ ...toPort(made.value), reference: brand.reference, ...partial(made.value, brand) })
}

/** What a new brand cannot be sent with follows in a change. */
function partial({ altBusinessId }: TelnyxBrand, brand: BrandForRegistry): Pick<RegisteredBrand, 'isPartial'> {
  return hasMoreThanNew(brand) && altBusinessId === null ? { isPartial: true } : {}
}

/** The callback address that carries our reference. */
export function callbackFor(callbackUrl: string, reference: string): string {
  const url = new URL(callbackUrl)
  url.searchParams.set('reference', reference)
  return url.href
}

/**
 * Lists brands of the sent name from the newest on, and reads those that can be it, because only the whole brand shows its
 * callback address. What is older than the first try is none of ours.
 */
export async function findBrand(
  session: JsonSession,
  reference: string,
  sent?: SentBrand,
): Promise<Outcome<RegisteredBrand | null>> {
  let compared = 0
  for (let number = 1; number <= PAGES_MAX; number += 1) {
    const page = await listBrands(session, number, sent)
    if (page.kind !== 'done') return page
    const candidates = page.value.records.filter((listed) => canBe(listed, sent))
    compared += candidates.length
    if (compared > COMPARED_MAX) break
    for (const { id } of candidates) {
      const brand = await readById(session, id)
      if (brand.kind !== 'done') return brand
      if (brand.value.reference !== reference) continue
      return done({ ...toPort(brand.value), ...(sent === undefined ? {} : partial(brand.value, sent.brand)) })
    }
    const isLast = page.value.records.length < PAGE_SIZE
    if (isLast || page.value.records.some((listed) => isOlder(listed, sent))) return done(null)
  }
  // There are more brands than can be compared: nobody can say that it is absent.
  return unavailable('subject', 60)
}

function listBrands(session: JsonSession, number: number, sent: SentBrand | undefined) {
  return session.call({
    step: 'list_brands',
    method: 'GET',
    path: '10dlc/brand',
    query: {
      ...(sent === undefined ? {} : { displayName: sent.brand.displayName }),
      sort: '-createdAt',
      page: String(number),
      recordsPerPage: String(PAGE_SIZE),
    },
    read: toBrandPage,
  })
}

function isOlder({ createdAt }: ListedBrand, sent: SentBrand | undefined): boolean {
  return sent !== undefined && createdAt !== null && createdAt < sent.since - CLOCKS_MS
}

/** The filter and the order are theirs, so each record is judged by what it shows; what it does not show counts for nothing. */
function canBe(listed: ListedBrand, sent: SentBrand | undefined): boolean {
  if (sent === undefined) return true
  const { displayName, legalName, email } = sent.brand
  const isSame = (theirs: string | null, ours: string | null) =>
    theirs === null || ours === null || theirs.trim().toLowerCase() === ours.trim().toLowerCase()
  const isNamedSo = isSame(listed.displayName, displayName) && isSame(listed.companyName, legalName)
  return isNamedSo && isSame(listed.email, email) && !isOlder(listed, sent)
}

export async function readBrand(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegisteredBrand>> {
  const brand = await resolve(session, tcrBrandId)
  return brand.kind === 'done' ? done(toPort(brand.value)) : brand
}

export function updateBrand(
  session: JsonSession,
  tcrBrandId: string,
  brand: BrandForRegistry,
  callbackUrl: string,
): Promise<Outcome<RegisteredBrand>> {
  const wrong = brandRefusals(brand)
  if (wrong.length > 0) return Promise.resolve(refused(...wrong))
  const body = {
    ...changedBrandBody(brand),
    webhookURL: callbackFor(callbackUrl, brand.reference),
  }
  return change(session, tcrBrandId, { step: 'update_brand', suffix: '', body })
}

/** A brand that TCR never took has no identity to check: when its correction has started the registration anew, that is the check. */
export async function revetBrand(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegisteredBrand>> {
  if (isUuid(tcrBrandId)) {
    const before = await readById(session, tcrBrandId)
    if (before.kind !== 'done') return before.kind === 'timeout' ? unavailable(before.of) : before
    if (before.value.status === 'REGISTRATION_PENDING') return done(toPort(before.value))
  }
  const changed = await change(session, tcrBrandId, { step: 'revet_brand', suffix: '/revet' })
  const isRefused = changed.kind === 'refused' && !isUnknown(changed) && !isOurs(changed.refusals)
  return isRefused ? refused(...changed.refusals, REVET_AGAIN) : changed
}

/** How often Telnyx lets a brand be checked again. It does not tell when it was last. */
const REVET_AGAIN: Refusal = {
  member: 'brand',
  says: 'Telnyx checks a brand again once after its registration, and then once in three months: where the last check is not that old, complete again three months after it.',
}

function isOurs(refusals: readonly Refusal[]): boolean {
  return refusals.includes(REGISTRY_REASONS.brandUnknown)
}

export async function readFeedback(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegistryFeedback[]>> {
  const brand = await resolve(session, tcrBrandId)
  if (brand.kind !== 'done') return brand
  if (brand.value.status === 'REGISTRATION_FAILED') {
    return done(brand.value.failures.map(toRegistrationFeedback))
  }
  return session.call({
    step: 'read_feedback',
    method: 'GET',
    path: `10dlc/brand/feedback/${brand.value.id}`,
    read: toFeedback,
  })
}

function toRegistrationFeedback({ fields, says }: Failure): RegistryFeedback {
  const paths = [...new Set(fields.map((field) => pathOfField('brand', field)))]
  return {
    category: 'OTHERS',
    fields: paths.length === 0 ? ['brand'] : paths,
    says: says || 'The registry did not take the brand.',
  }
}

export async function orderVetting(
  session: JsonSession,
  tcrBrandId: string,
  order: VettingOrder | null,
): Promise<Outcome<Vetting>> {
  if (order === null) return refused(REGISTRY_REASONS.vettingOff)
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id.kind === 'timeout' ? unavailable(id.of) : id
  return session.call({
    step: 'order_vetting',
    method: 'POST',
    path: `10dlc/brand/${id.value}/externalVetting`,
    body: { ...order },
    read: (answer, note) => {
      const vetting = toVetting(answer, note)
      return vetting === null ? null : newestVetting([vetting])
    },
  })
}

export async function readVetting(
  session: JsonSession,
  tcrBrandId: string,
  order: VettingOrder | null,
): Promise<Outcome<Vetting | null>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id
  const listed = await session.call({
    step: 'read_vetting',
    method: 'GET',
    path: `10dlc/brand/${id.value}/externalVetting`,
    read: (answer, note) => toNewestVetting(answer, order, note),
  })
  return listed.kind === 'done' ? done(listed.value.newest) : listed
}

/** Whether the company has answered the registry's mail: a vetting of a class of its own. */
export async function readAuthentication(session: JsonSession, tcrBrandId: string): Promise<Outcome<Vetting | null>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id
  const listed = await session.call({
    step: 'read_authentication',
    method: 'GET',
    path: `10dlc/brand/${id.value}/externalVetting`,
    read: toAuthentication,
  })
  return listed.kind === 'done' ? done(listed.value.newest) : listed
}

/** Has the mail sent again; the answer holds nothing. */
export async function resendAuthentication(session: JsonSession, tcrBrandId: string): Promise<Outcome<null>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id
  const sent = await session.call({
    step: 'resend_authentication',
    method: 'POST',
    path: `10dlc/brand/${id.value}/2faEmail`,
    read: () => ({}),
  })
  return sent.kind === 'done' ? done(null) : sent
}

/** Telnyx's own id of a brand: the given one if it is a UUID, else what the list says of TCR's id. */
export async function resolveId(session: JsonSession, tcrBrandId: string): Promise<Outcome<string>> {
  if (isUuid(tcrBrandId)) return done(tcrBrandId)
  if (!isTcrBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  const page = await session.call({
    step: 'resolve_brand',
    method: 'GET',
    path: '10dlc/brand',
    query: { tcrBrandId, page: '1', recordsPerPage: '10' },
    read: toBrandPage,
  })
  if (page.kind !== 'done') return page
  // The filter is theirs: a record of another brand is no answer to it.
  const listed = page.value.records.find((record) => record.tcrBrandId === tcrBrandId)
  return listed === undefined ? refused(REGISTRY_REASONS.brandUnknown) : done(listed.id)
}

async function resolve(session: JsonSession, tcrBrandId: string): Promise<Outcome<TelnyxBrand>> {
  const id = await resolveId(session, tcrBrandId)
  return id.kind === 'done' ? readById(session, id.value) : id
}

async function readById(session: JsonSession, id: string): Promise<Outcome<TelnyxBrand>> {
  const brand = await session.call({
    step: 'read_brand',
    method: 'GET',
    path: `10dlc/brand/${id}`,
    read: sameBrand(id),
  })
  return isUnknown(brand) ? refused(REGISTRY_REASONS.brandUnknown) : brand
}

/** PUT, never PATCH: Telnyx replaces brands. */
async function change(
  session: JsonSession,
  tcrBrandId: string,
  { step, suffix, body }: { step: string; suffix: string; body?: Record<string, unknown> },
): Promise<Outcome<RegisteredBrand>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id.kind === 'timeout' ? unavailable(id.of) : id
  const changed = await session.call({
    step,
    method: 'PUT',
    path: `10dlc/brand/${id.value}${suffix}`,
    ...(body === undefined ? {} : { body }),
    read: sameBrand(id.value),
  })
  return changed.kind === 'done' ? done(toPort(changed.value)) : changed
}

function sameBrand(id: string): (answer: unknown, note: NoteWord) => TelnyxBrand | null {
  return (answer, note) => {
    const brand = toTelnyxBrand(answer, note)
    return brand?.id.toLowerCase() === id.toLowerCase() ? brand : null
  }
}

/**
 * Until TCR has given its id, Telnyx's own stands in its place. A brand that TCR did not take is one in doubt: it is corrected
 * like any other.
 */
function toPort(brand: TelnyxBrand): RegisteredBrand {
  return {
    tcrBrandId: brand.tcrBrandId ?? brand.id,
    reference: brand.reference,
    status: 'ACTIVE',
    identityStatus: brand.status === 'REGISTRATION_FAILED' ? 'UNVERIFIED' : brand.identityStatus,
    universalEin: brand.universalEin,
    cspId: brand.cspId,
  }
}
