import { isUtf8 } from 'node:buffer'
import type { JsonObject, JsonValue } from '../../contract/fields/json-value.ts'
import { findJsonFault, placeIn } from './json-fault.ts'

const DEPTH_MAX = 32
const KEYS_MAX = 1000
/** A double needs 17 significant digits; sign, point and exponent fit well within this. */
const NUMBER_LENGTH_MAX = 40

const SAYS = {
  encoding: 'The body must be UTF-8.',
  mark: 'The body must not begin with a byte order mark.',
  malformed: 'The body is not valid JSON.',
  shape: 'The body must be a JSON object.',
  depth: `The body must not be nested deeper than ${DEPTH_MAX} levels.`,
  keys: `The body must not have more than ${KEYS_MAX} keys.`,
  duplicate: 'The body must not name a key twice in one object.',
  reserved: 'The body must not have a key named __proto__, constructor or prototype.',
  nul: 'The body must not contain the character U+0000.',
  surrogate: 'The body must not contain half of a surrogate pair.',
  number: 'Numbers must be finite, at most 40 characters long, and exact when they are whole.',
} as const

type Kind = keyof typeof SAYS

const HINTS: Partial<Record<Kind, string>> = {
  encoding: 'Send the body in UTF-8.',
  mark: 'Save the file as UTF-8 without a byte order mark.',
  shape: 'Put the members into one object, as {"name": "Sales Team"}.',
  number: 'Put identifiers and long numbers in quotation marks.',
}

/**
 * Why a body is refused. `says` is one of a fixed set of sentences and there is no cause: a parser's own error quotes
 * its input, which may hold a card number. `place` and `hint` say where and what to do, and quote nothing either.
 */
export class JsonProblem extends Error {
  readonly says: string
  readonly #kind: Kind
  readonly #at: number | null
  #hint: string | null
  #place: ReturnType<typeof placeIn> | null = null

  constructor(kind: Kind, at: number | null = null) {
    super(SAYS[kind])
    this.name = 'JsonProblem'
    this.says = SAYS[kind]
    this.#kind = kind
    this.#at = at
    this.#hint = HINTS[kind] ?? null
  }

  get hint(): string | null {
    return this.#hint
  }

  /** The sentence with the place that it is about, where there is one. */
  get saysWhere(): string {
    if (this.#place === null) return this.says
    const { line, column, offset } = this.#place
    return `${this.says.slice(0, -1)}: line ${line}, column ${column} (byte ${offset}).`
  }

  /** Looks in the body for the place that the problem is about. */
  locate(text: string): void {
    const isSought = this.#kind === 'malformed' || this.#kind === 'duplicate' || this.#kind === 'reserved'
    const fault = isSought ? findJsonFault(text, isReserved) : null
    const at = this.#at ?? fault?.at ?? null
    if (at !== null) this.#place = placeIn(text, at)
    this.#hint = fault?.says ?? this.#hint
  }
}

/**
 * Reads a request body of either JSON media type. No bytes are no body, which is `null`: a DELETE of the vendor's
 * client sends none. Otherwise the value is an object that PostgreSQL can store and no parser reads differently:
 * valid UTF-8 without byte order mark (RFC 8259 section 8.1), at most 32 levels and 1,000 keys, no duplicate or
 * reserved key at any depth, no U+0000, no lone surrogate, no number that a double cannot hold.
 *
 * Throws `JsonProblem`, and nothing else.
 */
export function readJson(bytes: Buffer | null): { value: JsonObject | null } {
  if (bytes === null || bytes.length === 0) return { value: null }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonProblem('mark')
  if (!isUtf8(bytes)) throw new JsonProblem('encoding')
  const text = bytes.toString('utf8')
  try {
    return { value: readText(text) }
  } catch (error) {
    if (error instanceof JsonProblem) error.locate(text)
    throw error
  }
}

function readText(text: string): JsonObject {
  const keysWritten = scan(text)
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonProblem('shape')
  // Keys that the parser has merged into one are missing here, however they were escaped.
  if (countKeys(value) !== keysWritten) throw new JsonProblem('duplicate')
  return value
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw new JsonProblem('malformed')
  }
}

/**
 * One pass over text that may be malformed (the parser judges that afterwards). Returns how many keys are written:
 * outside strings, each colon belongs to one.
 */
function scan(text: string): number {
  let depth = 0
  let keys = 0
  let at = 0
  let escapeAt = indexOrEnd(text, '\\', 0)
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) {
      at = indexOrEnd(text, '"', at + 1)
      while (escapeAt < at) {
        const next = skipEscape(text, escapeAt)
        // The quote that was found may be the escaped one.
        if (next > at) at = indexOrEnd(text, '"', next)
        escapeAt = indexOrEnd(text, '\\', next)
      }
    } else if (unit === 0x3a) {
      keys += 1
      if (keys > KEYS_MAX) throw new JsonProblem('keys', at)
    } else if (unit === 0x7b || unit === 0x5b) {
      depth += 1
      if (depth > DEPTH_MAX) throw new JsonProblem('depth', at)
    } else if (unit === 0x7d || unit === 0x5d) {
      depth -= 1
    } else if (isDigit(unit)) {
      at = skipNumber(text, at) - 1
    }
    at += 1
  }
  return keys
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from)
  return at < 0 ? text.length : at
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

/** Returns the index after the number's last character. */
function skipNumber(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    const belongs = isDigit(unit) || unit === 0x2e || unit === 0x2b || unit === 0x2d || (unit | 0x20) === 0x65
    if (!belongs) break
    at += 1
  }
  if (at - from > NUMBER_LENGTH_MAX) throw new JsonProblem('number', from)
  return at
}

/** Returns the index after an escape, both halves of a pair together. */
function skipEscape(text: string, at: number): number {
  return text.charCodeAt(at + 1) === 0x75 ? skipUnicodeEscapes(text, at) : at + 2
}

/** Raw halves of a pair cannot occur in valid UTF-8, so only an escape can leave one alone. */
function skipUnicodeEscapes(text: string, at: number): number {
  const unit = escapedUnit(text, at)
  if (unit === 0) throw new JsonProblem('nul', at)
  if (unit >= 0xdc00 && unit <= 0xdfff) throw new JsonProblem('surrogate', at)
  if (unit < 0xd800 || unit > 0xdbff) return at + 2
  const second = escapedUnit(text, at + 6)
  if (second < 0xdc00 || second > 0xdfff) throw new JsonProblem('surrogate', at)
  return at + 12
}

/** The code unit of a `\uXXXX` at an index; a space for anything else, which the parser refuses or which is no half. */
function escapedUnit(text: string, at: number): number {
  const hex = text.slice(at, at + 6)
  return /^\\u[0-9a-fA-F]{4}$/.test(hex) ? Number.parseInt(hex.slice(2), 16) : 0x20
}

/** Counts the keys of a value at every depth and refuses the reserved ones and inexact numbers on the way. */
function countKeys(value: JsonValue): number {
  if (typeof value === 'number') return checkNumber(value)
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item)
    return count
  }
  for (const key of Object.keys(value)) {
    if (isReserved(key)) throw new JsonProblem('reserved')
    count += 1 + countKeys(value[key] as JsonValue)
  }
  return count
}

function checkNumber(value: number): 0 {
  if (!Number.isFinite(value)) throw new JsonProblem('number')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new JsonProblem('number')
  return 0
}

/** Refused at any depth, alone or together: no member of the contract has such a name, and merging code trips on them. */
function isReserved(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}
