import { isJsonObject, type JsonObject, type JsonValue } from '../contract/fields/json-value.ts'
import type { LintPacket } from './packet.ts'

/** Merge patches (RFC 7396) of a packet. A list has no parts there, so a change of a campaign carries all of them. */

/** Sets a member of a section of the brand; null takes it away. */
export function brandFix(section: string, member: string, value: JsonValue): JsonObject {
  return { brand: { [section]: { [member]: value } } }
}

/** Sets a member of one campaign. */
export function campaignFix(packet: LintPacket, index: number, members: JsonObject): JsonObject {
  return { campaigns: packet.campaigns.map((campaign, at) => (at === index ? { ...campaign, ...members } : campaign)) }
}

/** Applies a merge patch. Neither value is changed. */
export function applyPatch(value: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch
  const result: JsonObject = isJsonObject(value) ? { ...value } : {}
  for (const [name, member] of Object.entries(patch)) {
    if (member === null) delete result[name]
    else result[name] = applyPatch(result[name] ?? null, member)
  }
  return result
}
