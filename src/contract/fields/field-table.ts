import { notesOf, optional } from './field.ts'
import type { JsonObject } from './json-value.ts'
import type { Static, TObject, TSchema } from './schema.ts'

/**
 * A resource is a table of rows, one a member, in the order in which answers show them. Types, defaults, schemas of
 * requests and answers, columns, history and serialiser are derived from it when the program is loaded.
 */

type Kind = 'setting' | 'stored' | 'computed'

/** A member of a resource. `initial` is what a new one has where nobody says otherwise; undefined where that is always said. */
export interface Row<S extends TSchema = TSchema, K extends Kind = Kind, Initial = unknown> {
  readonly schema: S
  /** `setting`: a client may set it. `stored`: the server alone writes it. `computed`: made for each answer. */
  readonly kind: K
  readonly initial: Initial
  /** Requests that make the resource do not take it. */
  readonly isUpdateOnly: boolean
}

export type FieldTable = Readonly<Record<string, Row>>

/** Null as the initial value says that the member may have no value. */
function row<S extends TSchema, K extends Kind, Initial>(schema: S, kind: K, initial: Initial): Row<S, K, Initial> {
  return { schema: initial === null ? { ...schema, nullable: true } : schema, kind, initial, isUpdateOnly: false }
}

/** A member that a client sets and may leave out: with `null` it has no value then. */
export function setting<S extends TSchema, const Initial extends Static<S> | null>(schema: S, initial: Initial) {
  return row(schema, 'setting', initial)
}

/** A setting that only a change takes. */
export function updateSetting<S extends TSchema>(schema: S) {
  return { ...row(schema, 'setting', null), isUpdateOnly: true }
}

/** A member that a client has to give. */
export function requiredSetting<S extends TSchema>(schema: S) {
  return row(schema, 'setting', undefined)
}

/** A member that the server writes: it is there from the beginning. */
export function stored<S extends TSchema>(schema: S) {
  return row(schema, 'stored', undefined)
}

/** A member that the server writes once there is something to write. */
export function storedLater<S extends TSchema>(schema: S) {
  return row(schema, 'stored', null)
}

/** A member that each answer makes anew. */
export function computed<S extends TSchema>(schema: S) {
  return row(schema, 'computed', undefined)
}

/** An object as it is stored: an optional member without a value is null. */
type StoredObject<T> = { [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? T[K] | null : T[K] }

type StoredValue<S extends TSchema> = S extends TObject ? StoredObject<Static<S>> : Static<S>

/** The type of a member as it is stored. */
type ValueOf<R> =
  R extends Row<infer S, Kind, infer Initial> ? StoredValue<S> | (null extends Initial ? null : never) : never

type NamesOf<T, K extends Kind> = { [N in keyof T]: T[N] extends Row<TSchema, K> ? N : never }[keyof T] & string

/** The stored members of a kind, with their types. */
export type ValuesOf<T, K extends Kind> = { -readonly [N in NamesOf<T, K>]: ValueOf<T[N]> }

/** The names of the members of a kind, in the order of the table. */
export function namesOf<T extends FieldTable, K extends Kind>(table: T, kind: K): NamesOf<T, K>[] {
  return Object.keys(table).filter((name) => table[name]?.kind === kind) as NamesOf<T, K>[]
}

/** The settings whose values are encrypted at rest. */
export function encryptedSettings<T extends FieldTable>(table: T): NamesOf<T, 'setting'>[] {
  return namesOf(table, 'setting').filter((name) => {
    const own = table[name]
    return own !== undefined && notesOf(own.schema).secret === 'sealed'
  })
}

/** What a new resource has where the request says nothing. */
export function initialValues<T extends FieldTable, K extends Kind>(table: T, kind: K) {
  const values = namesOf(table, kind).map((name) => [name, table[name]?.initial] as const)
  return Object.fromEntries(values.filter(([, initial]) => initial !== undefined)) as {
    [N in NamesOf<T, K> as T[N] extends Row<TSchema, K, infer I> ? (I extends undefined ? never : N) : never]: ValueOf<
      T[N]
    >
  }
}

/** The schemas of an answer, in the order of the table. */
export function answerSchemas<T extends FieldTable>(table: T): { [N in keyof T]: T[N]['schema'] } {
  return Object.fromEntries(Object.entries(table).map(([name, { schema }]) => [name, schema])) as {
    [N in keyof T]: T[N]['schema']
  }
}

/** The settings that a request gives. A change takes all of them and requires none; what only it takes comes last. */
export function requestSchemas(table: FieldTable, request: 'create' | 'update'): Record<string, TSchema> {
  const settings = Object.entries(table).filter(([, { kind }]) => kind === 'setting')
  const rows = [
    ...settings.filter(([, { isUpdateOnly }]) => !isUpdateOnly),
    ...settings.filter(([, { isUpdateOnly }]) => isUpdateOnly && request === 'update'),
  ]
  const isRequired = ({ initial }: Row) => request === 'create' && initial === undefined
  return Object.fromEntries(rows.map(([name, row]) => [name, isRequired(row) ? row.schema : optional(row.schema)]))
}

/** A function that makes an object from texts of JavaScript, by its members: one filled member by member becomes a hash table. */
function compiled(parameters: readonly string[], members: readonly (readonly [name: string, text: string])[]): unknown {
  const made = members.map(([name, text]) => `${JSON.stringify(name)}: ${text}`)
  return new Function(...parameters, `return { ${made.join(', ')} }`)
}

/**
 * A function that arranges a resource as the table says: what is computed comes from its second argument, the rest from its
 * first; null where there is nothing.
 */
export function compileSerializer<Stored extends object, Computed extends object>(
  table: FieldTable,
): (stored: Stored, computed: Computed) => JsonObject {
  const members = Object.entries(table).map(([name, { kind }]) => {
    return [name, `${kind === 'computed' ? 'computed' : 'stored'}[${JSON.stringify(name)}] ?? null`] as const
  })
  return compiled(['stored', 'computed'], members) as (stored: Stored, computed: Computed) => JsonObject
}

/** A function that takes the members of a resource out of a row, by the name that each has there. */
export function compileRowReader<Resource>(
  names: readonly (readonly [member: string, column: string])[],
): (row: Record<string, unknown>) => Resource {
  const members = names.map(([member, column]) => [member, `row[${JSON.stringify(column)}]`] as const)
  return compiled(['row'], members) as (row: Record<string, unknown>) => Resource
}
