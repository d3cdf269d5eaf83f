import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'

const NAMES: readonly JsonValue[] = ['profileId', 'x-profile-id']

/** The document with a profile of this server as the example wherever a request names one, so that a request can be sent as it is shown. */
export function withExampleProfile(document: JsonObject, profileId: string): JsonObject {
  return replaced(document, profileId) as JsonObject
}

function replaced(value: JsonValue, profileId: string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => replaced(item, profileId))
  if (!isJsonObject(value)) return value
  const { name, in: place, schema } = value
  if (typeof place === 'string' && NAMES.includes(name ?? null) && isJsonObject(schema))
    return { ...value, schema: { ...schema, examples: [profileId] } }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, profileId)]))
}
