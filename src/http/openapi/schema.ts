import { notesOf } from '../../contract/fields/field.ts'
import type { JsonObject, JsonValue } from '../../contract/fields/json-value.ts'
import type { TSchema } from '../../contract/fields/schema.ts'

/**
 * A field table as JSON Schema 2020-12, the schema language of OpenAPI 3.1. The keywords of ours are translated to
 * standard ones, or left out where they say nothing to a client.
 */

/** What the schema describes: it decides what may be null and what must be there. */
export type Use = 'answer' | 'request' | 'merge-patch'

/** Finds the name of a component that says the same, so that it is named instead of repeated. */
export type NameOf = (schema: JsonObject) => string | null

interface Shape {
  type?: string
  properties?: Record<string, TSchema>
  required?: readonly string[]
  items?: TSchema
  format?: string
  pattern?: string
  enum?: readonly JsonValue[]
  e164?: true
  webAddress?: true
  country?: true
}

interface Place {
  use: Use
  /** The member is required in its object. */
  isRequired: boolean
  name: string
  /** Top members of an answer; what a request has beyond them is never returned. Null when it cannot be known. */
  returned: ReadonlySet<string> | null
  /** Inside a member that is never returned. */
  isUnreturned: boolean
  nameOf: NameOf
}

const BOUNDS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'] as const
/** What a member of no type can hold. */
const ANYTHING = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const
/** Null means "not provided" for these in a merge patch too (decision 13). */
const NEVER_STORED = new Set(['payment_details', 'sandbox'])

/**
 * The schema of a whole body, of `data`, or of a query.
 *
 * - answer: every member is there, null where there is no value.
 * - request: an optional member may be null, which means not provided.
 * - merge-patch: null removes what can be removed; what is required is judged on the merged result, so nothing is here.
 */
export function toJsonSchema(
  schema: TSchema,
  use: Use,
  options: { nameOf?: NameOf; returned?: ReadonlySet<string> } = {},
): JsonObject {
  const { nameOf = () => null, returned = null } = options
  return shapeOf(schema, { use, isRequired: true, name: '', returned, isUnreturned: false, nameOf })
}

function shapeOf(schema: TSchema, place: Place): JsonObject {
  const shape = schema as Shape
  const result = {
    ...typeOf(schema, place),
    ...textRules(schema, place.use),
    ...innerOf(schema, place),
    ...wordsOf(schema, place),
  }
  const name = shape.properties === undefined && shape.items === undefined ? null : place.nameOf(result)
  return name === null ? result : { $ref: `#/components/schemas/${name}` }
}

function isNullable(schema: TSchema, { use, isRequired, name }: Place): boolean {
  const { nullable, clears } = notesOf(schema)
  if (use === 'answer') return nullable === true
  if (use === 'merge-patch') return clears !== undefined || NEVER_STORED.has(name)
  return !isRequired
}

function typeOf(schema: TSchema, place: Place): JsonObject {
  const { type, enum: values } = schema as Shape
  if (type === undefined) return { type: [...ANYTHING] }
  if (!isNullable(schema, place)) return values === undefined ? { type } : { type, enum: [...values] }
  return values === undefined ? { type: [type, 'null'] } : { type: [type, 'null'], enum: [...values, null] }
}

/** Formats hold both ways. Patterns and bounds bind requests only: a reader that refuses what it is given helps nobody. */
function textRules(schema: TSchema, use: Use): JsonObject {
  const shape = schema as Shape
  const rules: JsonObject = {}
  const canBeEmpty = use !== 'answer' && notesOf(schema).clears === 'null-or-empty'
  if (shape.format !== undefined) rules.format = shape.format
  if (shape.webAddress && !canBeEmpty) rules.format = 'uri'
  if (use === 'answer') return rules
  if (shape.pattern !== undefined) rules.pattern = shape.pattern
  if (shape.e164) rules.pattern = '^\\+[1-9]\\d{1,14}$'
  if (shape.country) rules.pattern = '^[A-Z]{2}$'
  if (shape.webAddress) rules.pattern = canBeEmpty ? '^(https?://\\S+)?$' : '^https?://\\S+$'
  for (const bound of BOUNDS) {
    const value = (schema as Record<string, JsonValue | undefined>)[bound]
    if (value !== undefined) rules[bound] = value
  }
  return rules
}

function innerOf(schema: TSchema, place: Place): JsonObject {
  const { properties, required = [], items } = schema as Shape
  // A card is not stored, and an entry of a list replaces another: there is nothing to merge with.
  const use = place.use === 'merge-patch' && notesOf(schema).secret === 'forwarded' ? 'request' : place.use
  if (items !== undefined) {
    const inItems = use === 'merge-patch' ? 'request' : use
    return { items: shapeOf(items, { ...place, use: inItems, isRequired: true, name: '' }) }
  }
  if (properties === undefined) return {}
  const needed = (name: string, member: TSchema) =>
    use === 'answer' ? required.includes(name) || notesOf(member).nullable === true : required.includes(name)
  const members = Object.entries(properties).map(([name, member]) => {
    const isUnreturned = place.isUnreturned || (place.returned !== null && !place.returned.has(name))
    const at = { ...place, use, name, isRequired: required.includes(name), isUnreturned, returned: null }
    return [name, shapeOf(member, at)] as const
  })
  const all = Object.entries(properties).filter(([name, member]) => use !== 'merge-patch' && needed(name, member))
  return {
    properties: Object.fromEntries(members),
    ...(all.length === 0 ? {} : { required: all.map(([name]) => name) }),
  }
}

function wordsOf(schema: TSchema, place: Place): JsonObject {
  const { description, example, clears, secret } = notesOf(schema)
  const words: JsonObject = {}
  const removed = {
    answer: '',
    request: clears === 'null-or-empty' ? ' An empty text removes it.' : '',
    'merge-patch': clears === undefined ? '' : ` Null${clears === 'null' ? '' : ' or an empty text'} removes it.`,
  }[place.use]
  if (description !== undefined) words.description = description + removed
  // A required member has no example of null.
  const isShown = example !== undefined && (example !== null || isNullable(schema, place))
  if (isShown) words.examples = [example as JsonValue]
  if (place.use !== 'answer' && secret !== undefined && place.isUnreturned) words.writeOnly = true
  return words
}
