import { type TSchema, Type } from './schema.ts'

/**
 * A field of a resource is one annotated TypeBox schema. From it come the validator and its exact sentences, the OpenAPI
 * schema, what null and "" mean, and which members are secret.
 */
export interface FieldNotes {
  /** One sentence in our words, for the API reference. */
  description: string
  example?: unknown
  /** The sentence after the member's path when the value does not fit; or whole sentences by Ajv keyword. `{path}` is the path. */
  says?: string | Record<string, string>
  /** The value can be removed: with null in a merge patch, and, for `null-or-empty`, also with "" (decision 13). */
  clears?: 'null' | 'null-or-empty'
  /** The store keeps `encrypted` encrypted; `forwarded` goes to a provider and is kept nowhere (decisions 18 and 19). */
  secret?: 'sealed' | 'forwarded'
  /** The response says null where there is no value. */
  nullable?: boolean
  /** Text that a person writes: refused when it looks like a card number. */
  humanText?: boolean
  /** Text on one line: no control, format or blank characters, kept in NFC. */
  oneLine?: boolean
  /** Text on several lines: of control characters only line feeds and tabs, kept in NFC. */
  manyLines?: boolean
  /** A number of WhatsApp, which is kept in the form in which WhatsApp means it. */
  whatsappNumber?: boolean
}

/** Notes of ours on a schema that validate nothing. Ajv is told of them, the OpenAPI document is freed of them. `nullable` is Ajv's own. */
export const NOTE_KEYWORDS = ['says', 'example', 'clears', 'secret', 'whatsappNumber'] as const

/** Text on one line between bounds, counted in characters. */
export function line(bounds: { min?: number; max: number; pattern?: string }, notes: FieldNotes) {
  return text(bounds, { ...notes, oneLine: true })
}

/** Text on several lines between bounds, counted in characters. */
export function lines(bounds: { min?: number; max: number; pattern?: string }, notes: FieldNotes) {
  return text(bounds, { ...notes, manyLines: true })
}

/** A text between bounds, counted in characters, whose form a pattern gives or that is only shown. */
export function text(bounds: { min?: number; max: number; pattern?: string }, notes: FieldNotes) {
  return Type.String({
    ...(bounds.min === undefined ? {} : { minLength: bounds.min }),
    maxLength: bounds.max,
    ...(bounds.pattern === undefined ? {} : { pattern: bounds.pattern }),
    ...notes,
  })
}

export function flag(notes: FieldNotes) {
  return Type.Boolean({ says: '{path} must be true or false', ...notes })
}

/** One of a closed list. Case matters (contract 2.1, VALIDATION_006). */
export function oneOf<const Values extends readonly string[]>(values: Values, notes: FieldNotes) {
  return Type.Unsafe<Values[number]>({
    type: 'string',
    enum: [...values],
    says: `{path} must be one of: ${values.join(', ')}`,
    ...notes,
  })
}

export function uuid(notes: FieldNotes) {
  return Type.String({ format: 'uuid', maxLength: 36, says: '{path} must be a UUID', ...notes })
}

/** An instant as the API writes it: ISO 8601 with the offset +00:00 (contract 1.7). */
export function instant(notes: FieldNotes) {
  return Type.String({ format: 'date-time', ...notes })
}

export function email(notes: FieldNotes) {
  return Type.String({ format: 'email', maxLength: 254, says: '{path} must be a valid email address', ...notes })
}

/** A phone number in E.164: plus sign, country code, a length that exists in that country. */
export function phone(notes: FieldNotes) {
  return Type.String({
    maxLength: 16,
    e164: true,
    says: "{path} must be in E.164 format (e.g. '+12025551234')",
    ...notes,
  })
}

/** An http or https address without credentials. It is shown and never fetched. */
export function webAddress(notes: FieldNotes) {
  return Type.String({ maxLength: 2048, webAddress: true, says: '{path} must be a valid HTTP or HTTPS URL', ...notes })
}

/** ISO 3166-1 alpha-2, upper case. */
export function country(notes: FieldNotes) {
  return Type.String({
    maxLength: 2,
    country: true,
    says: "{path} must be an ISO 3166-1 alpha-2 country code (e.g. 'US')",
    ...notes,
  })
}

export const optional = Type.Optional

/** The notes of a schema that was made by a function of this module. */
export function notesOf(schema: TSchema): Partial<FieldNotes> {
  return schema as Partial<FieldNotes>
}
