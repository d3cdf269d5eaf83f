import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import type { ParsedBody } from '../../contract/fields/patch.ts'
import { type Role, seesTaxId } from '../../contract/permissions.ts'
import { applyBrand, type Brand, type BrandSections, brandDifferences, newBrand } from '../brands/index.ts'
import { changesBetween, type HistoryEntry } from './history.rules.ts'
import type { ProfileSettings } from './profile.fields.ts'
import { presentProfile, type Viewed } from './response.rules.ts'

/** What an answer needs to know of who reads it. */
export interface Reader {
  organization: { email: string; waba_id: string | null }
  role: Role
}

/** The profile as this reader sees it. */
export function shown(profile: Viewed, reader: Reader): JsonObject {
  const { email, waba_id: organizationWabaId } = reader.organization
  return presentProfile(profile, { email, organizationWabaId, showTaxId: seesTaxId(reader.role) })
}

/** The own brand in a write; its sections are null where they were sent as they are stored. */
export interface BrandWriting {
  id: string
  sections: BrandSections | null
  isNew: boolean
}

/** A change of the own brand: what to store, and the brand as it will be read afterwards. */
export interface BrandChange {
  stored: BrandWriting
  shown: Brand
}

/** The own brand after a valid request; null when the request has none. A new one takes `newBrandId` (contract 8.9). */
export function brandAfter(
  current: Brand | null,
  reading: ParsedBody,
  at: { now: string; newBrandId: string },
): BrandChange | null {
  const request = reading.values.brand
  if (!isJsonObject(request)) return null
  const sections = applyBrand(current, request, reading.clears)
  if (current !== null) {
    const isSame = brandDifferences(current, sections).length === 0
    return {
      stored: { id: current.id, sections: isSame ? null : sections, isNew: false },
      shown: { ...current, ...sections, updated_at: at.now },
    }
  }
  const fresh = newBrand(at.newBrandId, at.now, sections)
  return { stored: { id: fresh.id, sections, isNew: true }, shown: fresh }
}

type State = Omit<ProfileSettings, 'name'> & { name?: string; brand: Brand | null }

/** The line that the history gets with a change. */
export function historyEntry(
  operation: HistoryEntry['operation'],
  call: { requestId: string; card: object | null },
  before: State | null,
  after: State,
): HistoryEntry {
  return { operation, request_id: call.requestId, changes: changesBetween(before, after, call.card !== null) }
}
