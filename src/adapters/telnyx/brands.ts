import type { BrandForRegistry, RegisteredBrand, RegistryFeedback, Vetting } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { missingMembers, REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../json-client.ts'
import { isRecord, listOf } from '../read-wire.ts'
import { newestVetting, toFeedback, toVetting } from '../ten-dlc-wire.ts'
import { changedBrandBody, newBrandBody } from './body.ts'
import { isTcrBrandId, isUuid, type TelnyxBrand, toBrandPage, toTelnyxBrand } from './wire.ts'

const PAGE_SIZE = 50
/** Brands that are read one by one when a reference is looked up, the newest first. */
const COMPARED_MAX = 100

/**
 * Telnyx has no field for our reference. It travels in the address that Telnyx sends the brand's events to, which the brand
 * shows again; and because Telnyx knows no duplicates, the reference is looked up before anything is sent.
 */
export async function submitBrand(
  session: JsonSession,
  brand: BrandForRegistry,
  callbackUrl: string,
): Promise<Outcome<RegisteredBrand>> {
  const missing = missingMembers(brand)
  if (missing.length > 0) return refused(...missing)
  const found = await findBrand(session, brand.reference)
  if (found.kind === 'done' && found.value !== null) return { kind: 'mismatch' }
  // A look-up that failed changed nothing.
  if (found.kind !== 'done') return found.kind === 'timeout' ? unavailable() : found
  const made = await session.call({
    step: 'submit_brand',
    method: 'POST',
    path: '10dlc/brand',
    body: { ...newBrandBody(brand), webhookURL: callbackFor(callbackUrl, brand.reference) },
    read: toTelnyxBrand,
  })
  return made.kind === 'done' ? done({ ...toPort(made.value), reference: brand.reference }) : made
}

/** The callback address that carries our reference. */
export function callbackFor(callbackUrl: string, reference: string): string {
  const url = new URL(callbackUrl)
  url.searchParams.set('reference', reference)
  return url.href
}

/** Lists brands from the newest on and reads each, because only the whole brand shows its callback address. */
export async function findBrand(session: JsonSession, reference: string): Promise<Outcome<RegisteredBrand | null>> {
  for (let from = 0; from < COMPARED_MAX; from += PAGE_SIZE) {
    const page = await session.call({
      step: 'list_brands',
      method: 'GET',
      path: '10dlc/brand',
      query: { sort: '-createdAt', page: String(from / PAGE_SIZE + 1), recordsPerPage: String(PAGE_SIZE) },
      read: toBrandPage,
    })
    if (page.kind !== 'done') return page
    for (const id of page.value.ids) {
      const brand = await readById(session, id)
      if (brand.kind !== 'done') return brand
      if (brand.value.reference === reference) return done(toPort(brand.value))
    }
    if (page.value.ids.length < PAGE_SIZE) return done(null)
  }
  // There are more brands than can be compared: nobody can say that it is absent.
  return unavailable(60)
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
  const missing = missingMembers(brand)
  if (missing.length > 0) return Promise.resolve(refused(...missing))
  const body = {
    ...changedBrandBody(brand),
    webhookURL: callbackFor(callbackUrl, brand.reference),
  }
  return change(session, tcrBrandId, { step: 'update_brand', suffix: '', body })
}

export function revetBrand(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegisteredBrand>> {
  return change(session, tcrBrandId, { step: 'revet_brand', suffix: '/revet' })
}

export async function readFeedback(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegistryFeedback[]>> {
  const brand = await resolve(session, tcrBrandId)
  if (brand.kind !== 'done') return brand
  if (brand.value.status === 'REGISTRATION_FAILED') {
    return done(brand.value.failures.map((says) => ({ category: 'OTHERS', fields: ['brand'], says })))
  }
  return session.call({
    step: 'read_feedback',
    method: 'GET',
    path: `10dlc/brand/feedback/${brand.value.id}`,
    read: toFeedback,
  })
}

export async function orderVetting(
  session: JsonSession,
  tcrBrandId: string,
  order: { evpId: string; vettingClass: string } | null,
): Promise<Outcome<Vetting>> {
  if (order === null) return refused(REGISTRY_REASONS.vettingOff)
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id.kind === 'timeout' ? unavailable() : id
  return session.call({
    step: 'order_vetting',
    method: 'POST',
    path: `10dlc/brand/${id.value}/externalVetting`,
    body: { ...order },
    read: (answer) => {
      const vetting = toVetting(answer)
      return vetting === null ? null : newestVetting([vetting])
    },
  })
}

export async function readVetting(session: JsonSession, tcrBrandId: string): Promise<Outcome<Vetting | null>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id
  const listed = await session.call({
    step: 'read_vetting',
    method: 'GET',
    path: `10dlc/brand/${id.value}/externalVetting`,
    read: (answer) => listOf(answer, toVetting),
  })
  return listed.kind === 'done' ? done(newestVetting(listed.value)) : listed
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
    read: (answer) => {
      const listed = toBrandPage(answer)
      // The filter is theirs: a record of another brand is no answer to it.
      const records = isRecord(answer) && Array.isArray(answer.records) ? answer.records : []
      const isOurs = (index: number) => isRecord(records[index]) && records[index].tcrBrandId === tcrBrandId
      return listed === null ? null : listed.ids.filter((_id, index) => isOurs(index))
    },
  })
  if (page.kind !== 'done') return page
  const [id] = page.value
  return id === undefined ? refused(REGISTRY_REASONS.brandUnknown) : done(id)
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
  return brand.kind === 'refused' ? refused(REGISTRY_REASONS.brandUnknown) : brand
}

/** PUT, never PATCH: Telnyx replaces brands. */
async function change(
  session: JsonSession,
  tcrBrandId: string,
  { step, suffix, body }: { step: string; suffix: string; body?: Record<string, unknown> },
): Promise<Outcome<RegisteredBrand>> {
  const id = await resolveId(session, tcrBrandId)
  if (id.kind !== 'done') return id.kind === 'timeout' ? unavailable() : id
  const changed = await session.call({
    step,
    method: 'PUT',
    path: `10dlc/brand/${id.value}${suffix}`,
    ...(body === undefined ? {} : { body }),
    read: sameBrand(id.value),
  })
  return changed.kind === 'done' ? done(toPort(changed.value)) : changed
}

function sameBrand(id: string): (answer: unknown) => TelnyxBrand | null {
  return (answer) => {
    const brand = toTelnyxBrand(answer)
    return brand?.id.toLowerCase() === id.toLowerCase() ? brand : null
  }
}

/**
 * Until TCR has given its id, Telnyx's own stands in its place. A brand that TCR did not take is INACTIVE and in doubt, so
 * that it is corrected like any other.
 */
function toPort(brand: TelnyxBrand): RegisteredBrand {
  const hasFailed = brand.status === 'REGISTRATION_FAILED'
  return {
    tcrBrandId: brand.tcrBrandId ?? brand.id,
    reference: brand.reference,
    status: hasFailed ? 'INACTIVE' : 'ACTIVE',
    identityStatus: hasFailed ? 'UNVERIFIED' : brand.identityStatus,
    universalEin: brand.universalEin,
    cspId: brand.cspId,
  }
}
