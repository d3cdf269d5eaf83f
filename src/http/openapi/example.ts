import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'

/** The value that a schema's own examples make together: that of a leaf, or an object of those of its members. */
export function exampleOf(schema: JsonObject, components: JsonObject): JsonValue {
  if (typeof schema.$ref === 'string') {
    const found = components[schema.$ref.split('/').at(-1) ?? '']
    return isJsonObject(found) ? exampleOf(found, components) : null
  }
  if (Array.isArray(schema.examples)) return schema.examples[0] ?? null
  if (schema.const !== undefined) return schema.const
  if (isJsonObject(schema.items)) return [exampleOf(schema.items, components)]
  if (!isJsonObject(schema.properties)) return null
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, member]) => [
      name,
      isJsonObject(member) ? exampleOf(member, components) : null,
    ]),
  )
}
