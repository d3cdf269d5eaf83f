import type { Details } from './failure.ts'
import { notesOf } from './field.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'
import { keptForm } from './kept-form.ts'
import type { TSchema } from './schema.ts'

/**
 * What a request body says about each member (decision 13): a value, a wish to clear, or nothing.
 *
 * - `application/json`: null means not provided; "" clears the members that say so.
 * - `application/merge-patch+json` (RFC 7396): null clears what can be cleared and is a problem elsewhere.
 */
export interface Reading {
  /** The body without nulls and without the members to clear; only these are validated. Texts are in the form in which they are kept. */
  values: JsonObject
  /** Dotted paths, in the request's spelling, of the members to clear. */
  clears: ReadonlySet<string>
  problems: Details
  /** Dotted paths that the schema does not know. They are ignored (contract 1.1) and named in a header. */
  unknown: readonly string[]
}

/** What is read where an operation has no body. */
export const NOTHING_READ: Reading = Object.freeze({
  values: Object.freeze({}),
  clears: new Set<string>(),
  problems: Object.freeze({}),
  unknown: Object.freeze([]),
})

interface ObjectSchema {
  properties?: Record<string, TSchema>
  items?: TSchema
}

interface Walk {
  merge: boolean
  clears: Set<string>
  problems: Details
  unknown: string[]
}

/** Reads a body against the object schema of its operation. */
export function readBody(schema: TSchema, body: JsonObject, merge: boolean): Reading {
  const walk: Walk = { merge, clears: new Set(), problems: {}, unknown: [] }
  const values = readObject(schema as ObjectSchema, body, '', walk)
  return { values, clears: walk.clears, problems: walk.problems, unknown: walk.unknown }
}

function readObject(schema: ObjectSchema, body: JsonObject, root: string, walk: Walk): JsonObject {
  const values: JsonObject = {}
  for (const [name, value] of Object.entries(body)) {
    const path = root === '' ? name : `${root}.${name}`
    const member =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (member === undefined) walk.unknown.push(path)
    else readMember(member, { values, name, path, value }, walk)
  }
  return values
}

function readMember(
  member: TSchema,
  { values, name, path, value }: { values: JsonObject; name: string; path: string; value: JsonValue },
  walk: Walk,
): void {
  const { clears } = notesOf(member)
  if (value === null) {
    if (!walk.merge || name === 'payment_details' || name === 'sandbox') return
    if (clears !== undefined) walk.clears.add(path)
    else walk.problems[path] = [`${path} cannot be cleared`]
  } else if (value === '' && clears === 'null-or-empty') walk.clears.add(path)
  else if (isJsonObject(value) && (member as ObjectSchema).properties !== undefined) {
    values[name] = readObject(member as ObjectSchema, value, path, walk)
  } else if (Array.isArray(value)) values[name] = readList(member as ObjectSchema, value, path, walk)
  else values[name] = typeof value === 'string' ? keptForm(member, value) : value
}

/** Inside a list there is nothing stored to keep or to clear, so null means not provided in both media types. */
function readList(schema: ObjectSchema, list: readonly JsonValue[], path: string, walk: Walk): JsonValue[] {
  const { items } = schema
  if (items === undefined) return [...list]
  return list.map((item, index) => {
    if (isJsonObject(item))
      return readObject(items as ObjectSchema, item, `${path}[${index}]`, { ...walk, merge: false })
    return typeof item === 'string' ? keptForm(items, item) : item
  })
}

/** Members that a request may not have in strict mode (decision 22). */
export function addUnknown(reading: Reading, isStrict: boolean): Details {
  if (!isStrict) return {}
  return Object.fromEntries(reading.unknown.map((path) => [path, [`${path} is not a known member`]]))
}
