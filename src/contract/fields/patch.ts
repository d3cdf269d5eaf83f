import type { Details } from '../failure.ts'
import { keptForm } from '../text/stored-form.ts'
import { notesOf } from './field.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'
import type { TSchema } from './schema.ts'
import { isSameName, nearestName } from './spelling.ts'
import type { UnknownName } from './unknown-fields.ts'

/**
 * What a request body says about each member (decision 13): a value, a wish to clear, or nothing.
 *
 * - `application/json`: null means not provided; "" clears the members that say so.
 * - `application/merge-patch+json` (RFC 7396): null clears what can be cleared and is a problem elsewhere.
 */
export interface ParsedBody {
  /** The body without nulls and without the members to clear; only these are validated. Texts are in the form in which they are kept. */
  values: JsonObject
  /** Dotted paths, in the request's spelling, of the members to clear. */
  clears: ReadonlySet<string>
  problems: Details
  /** Dotted paths that the schema does not know. They are ignored (contract 1.1) and named in a header. */
  unknown: readonly string[]
  /** Of them, by their paths, the path that was probably meant. */
  meant: ReadonlyMap<string, string>
}

/** What is read where an operation has no body. */
export const EMPTY_BODY: ParsedBody = Object.freeze({
  values: Object.freeze({}),
  clears: new Set<string>(),
  problems: Object.freeze({}),
  unknown: Object.freeze([]),
  meant: new Map<string, string>(),
})

interface ObjectSchema {
  properties?: Record<string, TSchema>
  items?: TSchema
}

interface Walk {
  root: ObjectSchema
  merge: boolean
  clears: Set<string>
  problems: Details
  unknown: string[]
  meant: Map<string, string>
}

/** More are not looked up: a body of a thousand unknown names is no slip. */
const LOOKED_UP_MAX = 20

/** Reads a body against the object schema of its operation. */
export function readBody(schema: TSchema, body: JsonObject, merge: boolean): ParsedBody {
  const root = schema as ObjectSchema
  const walk: Walk = { root, merge, clears: new Set(), problems: {}, unknown: [], meant: new Map() }
  const values = readObject(root, body, '', walk)
  const { clears, problems, unknown, meant } = walk
  return { values, clears, problems, unknown, meant }
}

function readObject(schema: ObjectSchema, body: JsonObject, root: string, walk: Walk): JsonObject {
  const values: JsonObject = {}
  for (const [name, value] of Object.entries(body)) {
    const path = root === '' ? name : `${root}.${name}`
    const member =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (member === undefined) noteUnknown(schema, name, { root, path }, walk)
    else readMember(member, { values, name, path, value }, walk)
  }
  return values
}

function noteUnknown(
  schema: ObjectSchema,
  name: string,
  { root, path }: { root: string; path: string },
  walk: Walk,
): void {
  walk.unknown.push(path)
  if (walk.unknown.length > LOOKED_UP_MAX) return
  const beside = nearestName(name, Object.keys(schema.properties ?? {}))
  const meant = beside === null ? elsewhere(walk.root, name) : root === '' ? beside : `${root}.${beside}`
  if (meant !== null && meant !== path) walk.meant.set(path, meant)
}

const places = new WeakMap<ObjectSchema, { name: string; path: string }[]>()

/** Every member of a schema that is in no list, with its path. */
function placesOf(schema: ObjectSchema, above = ''): { name: string; path: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    { name, path: `${above}${name}` },
    ...placesOf(member as ObjectSchema, `${above}${name}.`),
  ])
}

/** The one place of the whole body that has the name, for a member that was sent at another depth. */
function elsewhere(root: ObjectSchema, name: string): string | null {
  const known = places.get(root) ?? placesOf(root)
  places.set(root, known)
  const found = known.filter((place) => isSameName(name, place.name))
  return found.length === 1 ? (found[0]?.path ?? null) : null
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

/** Members that a request may not have in strict mode. */
export function addUnknown({ unknown, meant }: ParsedBody, isStrict: boolean): Details {
  if (!isStrict) return {}
  return Object.fromEntries(
    unknown.map((path) => {
      const right = meant.get(path)
      return [path, [`${path} is not a known member${right === undefined ? '' : `; did you mean ${right}?`}`]]
    }),
  )
}

/** The unknown members as `X-Unknown-Fields` names them. */
export function unknownNames({ unknown, meant }: ParsedBody): UnknownName[] {
  return unknown.map((name) => ({ name, meant: meant.get(name) }))
}

const REQUIRED = / is required$/

/** Says of a member that is missing under which other name it came. */
export function addSpellings(details: Details, { meant }: ParsedBody): Details {
  if (meant.size === 0) return details
  const told = { ...details }
  for (const [sent, right] of meant) {
    const says = told[right]
    if (says === undefined || !says.some((sentence) => REQUIRED.test(sentence))) continue
    const [from, to] = lastNames(sent, right)
    told[right] = says.map((one) => (REQUIRED.test(one) ? `${one}; ${from} was sent, write ${to}` : one))
  }
  return told
}

/** The names alone where they stand in the same object, else the whole paths. */
function lastNames(sent: string, right: string): [string, string] {
  const split = (path: string) => path.lastIndexOf('.') + 1
  const isBeside = sent.slice(0, split(sent)) === right.slice(0, split(right))
  return isBeside ? [sent.slice(split(sent)), right.slice(split(right))] : [sent, right]
}
