import type { JsonObject, JsonValue } from '../../contract/fields/json-value.ts'
import { type Brand, brandDifferences, ENCRYPTED_BRAND_MEMBERS } from '../brands/index.ts'
import type { ProfileSettings } from './profile.fields.ts'
import { ENCRYPTED_SETTINGS, PLAIN_SETTINGS } from './profile-members.fields.ts'

/** One member's change. What is encrypted at rest is not repeated here: it reads "changed" (decision 19). */
export interface Change extends JsonObject {
  member: string
  from: JsonValue
  to: JsonValue
}

/** Who changed what, as it is written with the change. */
export interface HistoryEntry {
  operation: 'createProfile' | 'updateProfile' | 'deleteProfile'
  request_id: string
  changes: Change[]
  /** What the registry had said before this change, where it had said anything. */
  registry_feedback?: JsonValue[] | null
}

const ENCRYPTED_WORD = 'changed'

type Snapshot = Omit<ProfileSettings, 'name'> & {
  name?: string
  brand: Pick<Brand, 'contact' | 'business' | 'compliance'> | null
}

function concealed(member: string): Change {
  return { member, from: ENCRYPTED_WORD, to: ENCRYPTED_WORD }
}

/**
 * The members that differ between two states, in the order of the API. `before` is null for a new profile: then every
 * member that has a value is listed.
 */
export function changesBetween(before: Snapshot | null, after: Snapshot, hasCard: boolean): Change[] {
  const changes: Change[] = []
  for (const member of PLAIN_SETTINGS) {
    const from = before?.[member] ?? null
    const to = after[member] ?? null
    if (from !== to && JSON.stringify(from) !== JSON.stringify(to)) changes.push({ member, from, to })
  }
  for (const member of ENCRYPTED_SETTINGS) {
    if (JSON.stringify(before?.[member] ?? null) !== JSON.stringify(after[member])) changes.push(concealed(member))
  }
  for (const change of brandDifferences(before?.brand ?? null, after.brand)) {
    changes.push(ENCRYPTED_BRAND_MEMBERS.has(change.member) ? concealed(change.member) : change)
  }
  if (hasCard) changes.push(concealed('payment_details'))
  return changes
}
