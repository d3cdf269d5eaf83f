import type { BrandForRegistry, RegisteredBrand, RegistryFeedback, Vetting } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { missingMembers, REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import type { NoteWord } from '../http-client/read-wire.ts'
import { brandBody } from '../ten-dlc/body.ts'
import {
  newestVetting,
  toAuthentication,
  toFeedback,
  toNewestVetting,
  toVetting,
  type VettingOrder,
} from '../ten-dlc/wire.ts'
import { isBrandId, PAGE_SIZE, toBrand, toPage } from './wire.ts'

/** A list is compared this far; TCR filters it by our reference, so that there is one record at most. */
export const PAGES_MAX = 10

/** The non-blocking call: the other one waits for the score, which may take longer than any deadline of ours. */
export function submitBrand(session: JsonSession, brand: BrandForRegistry): Promise<Outcome<RegisteredBrand>> {
  const missing = missingMembers(brand)
  if (missing.length > 0) return Promise.resolve(refused(...missing))
  return session.call({
    step: 'submit_brand',
    method: 'POST',
    path: 'brand/nonBlocking',
    body: { ...brandBody(brand), referenceId: brand.reference },
    read: (answer, note) => {
      const registered = toBrand(answer, note)
      return registered === null ? null : { ...registered, reference: brand.reference }
    },
  })
}

export async function updateBrand(
  session: JsonSession,
  tcrBrandId: string,
  brand: BrandForRegistry,
): Promise<Outcome<RegisteredBrand>> {
  const missing = missingMembers(brand)
  if (missing.length > 0) return refused(...missing)
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  return session.call({
    step: 'update_brand',
    method: 'PUT',
    path: `brand/${tcrBrandId}`,
    body: brandBody({ ...brand, isMock: false }),
    read: ours(tcrBrandId),
  })
}

export async function revetBrand(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegisteredBrand>> {
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  return session.call({
    step: 'revet_brand',
    method: 'PUT',
    path: `brand/${tcrBrandId}/revet`,
    query: { nonBlocking: 'true' },
    read: ours(tcrBrandId),
  })
}

export async function readBrand(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegisteredBrand>> {
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  return session.call({
    step: 'read_brand',
    method: 'GET',
    path: `brand/${tcrBrandId}`,
    read: ours(tcrBrandId),
  })
}

/** A record that carries another reference than ours is none of ours, whatever the list says. */
export async function findBrand(session: JsonSession, reference: string): Promise<Outcome<RegisteredBrand | null>> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const listed = await session.call({
      step: 'find_brand',
      method: 'GET',
      path: 'brand',
      query: { referenceId: reference, page: String(page), recordsPerPage: String(PAGE_SIZE) },
      read: (answer) => toPage(answer, 'brandId'),
    })
    if (listed.kind !== 'done') return listed
    const match = listed.value.records.find((record) => isSameReference(record.reference, reference))
    if (match !== undefined) return readBrand(session, match.id)
    if (listed.value.isLast) return done(null)
  }
  return unavailable('subject', 60)
}

export async function readFeedback(session: JsonSession, tcrBrandId: string): Promise<Outcome<RegistryFeedback[]>> {
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  return session.call({
    step: 'read_feedback',
    method: 'GET',
    path: `brand/feedback/${tcrBrandId}`,
    read: toFeedback,
  })
}

export async function orderVetting(
  session: JsonSession,
  tcrBrandId: string,
  order: VettingOrder | null,
): Promise<Outcome<Vetting>> {
  if (order === null) return refused(REGISTRY_REASONS.vettingOff)
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  return session.call({
    step: 'order_vetting',
    method: 'POST',
    path: `brand/${tcrBrandId}/externalVetting`,
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
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  const listed = await session.call({
    step: 'read_vetting',
    method: 'GET',
    path: `brand/${tcrBrandId}/externalVetting`,
    read: (answer, note) => toNewestVetting(answer, order, note),
  })
  return listed.kind === 'done' ? done(listed.value.newest) : listed
}

/** Whether the company has answered TCR's mail: a vetting of a class of its own. */
export async function readAuthentication(session: JsonSession, tcrBrandId: string): Promise<Outcome<Vetting | null>> {
  if (!isBrandId(tcrBrandId)) return refused(REGISTRY_REASONS.brandUnknown)
  const listed = await session.call({
    step: 'read_authentication',
    method: 'GET',
    path: `brand/${tcrBrandId}/externalVetting`,
    read: toAuthentication,
  })
  return listed.kind === 'done' ? done(listed.value.newest) : listed
}

/** TCR compares references without regard to case. */
export function isSameReference(theirs: string | null, ours: string): boolean {
  return theirs?.toLowerCase() === ours.toLowerCase()
}

/** A reader that takes no other brand than the one that was asked for. */
function ours(tcrBrandId: string): (answer: unknown, note: NoteWord) => RegisteredBrand | null {
  return (answer, note) => {
    const brand = toBrand(answer, note)
    return brand?.tcrBrandId === tcrBrandId ? brand : null
  }
}
