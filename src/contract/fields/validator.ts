import { createRequire } from 'node:module'
import type { Ajv, ErrorObject, SchemaValidateFunction, ValidateFunction } from 'ajv'
// The codes alone: the package's main entry loads the country names of every language with them.
import countries from 'i18n-iso-countries/index.js'
import { cardAdvice, looksLikeCard } from '../cards/card-text.ts'
import type { Details } from '../failure.ts'
import { isE164, phoneAdvice, readPhones } from '../text/phone.ts'
import { isManyLines, isOneLine } from '../text/plain-text.ts'
import { NOTE_KEYWORDS } from './field.ts'
import type { JsonObject } from './json-value.ts'
import type { TSchema } from './schema.ts'

/** Reads a package when it is first used: a start needs neither of the two, and they are a sixth of all that it would read. */
const readWhenUsed = createRequire(import.meta.url)

/** Makes the numbers of all countries ready; counts as uncompiled until it has run. */
function readPhonesOnce(): void {
  uncompiled.delete(readPhonesOnce)
  readPhones()
}

/** Of what it found it says only what is known to be wrong with it. */
const isPhone: SchemaValidateFunction = (wanted: boolean, value: string) => {
  uncompiled.delete(readPhonesOnce)
  if (!wanted || isE164(value)) return true
  isPhone.errors = [{ keyword: 'e164', params: { more: phoneAdvice(value) } }]
  return false
}

/** Whether the text is an absolute http(s) URL without credentials and without characters that a URL may not hold raw. */
function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || /[\p{Cc}\p{Cf}]/u.test(text)) return false
  const url = URL.parse === undefined ? parseUrl(text) : URL.parse(text)
  return url !== null && url.username === '' && url.password === '' && url.hostname !== ''
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** Of what it found it says only how another number than a card is written. */
const holdsNoCard: SchemaValidateFunction = (wanted: boolean, value: string) => {
  if (!wanted || !looksLikeCard(value)) return true
  holdsNoCard.errors = [{ keyword: 'humanText', params: { advice: cardAdvice(value) } }]
  return false
}

function newAjv(): Ajv {
  const { Ajv } = readWhenUsed('ajv') as typeof import('ajv')
  const { default: addFormats } = readWhenUsed('ajv-formats') as typeof import('ajv-formats')
  // Never coerce or remove: both would change what a partial update means. Never verbose: errors would carry the input.
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    coerceTypes: false,
    removeAdditional: false,
    allowUnionTypes: true,
  })
  addFormats(ajv, ['email', 'uuid', 'date-time'])
  for (const keyword of NOTE_KEYWORDS) ajv.addKeyword({ keyword })
  const textKeyword = (keyword: string, fits: (value: string) => boolean) =>
    ajv.addKeyword({
      keyword,
      type: 'string',
      schemaType: 'boolean',
      validate: (wanted: boolean, value: string) => !wanted || fits(value),
    })
  ajv.addKeyword({ keyword: 'humanText', type: 'string', schemaType: 'boolean', errors: true, validate: holdsNoCard })
  ajv.addKeyword({ keyword: 'e164', type: 'string', schemaType: 'boolean', errors: true, validate: isPhone })
  textKeyword('webAddress', isWebAddress)
  textKeyword('oneLine', isOneLine)
  textKeyword('manyLines', isManyLines)
  textKeyword('country', (value) => /^[A-Z]{2}$/.test(value) && countries.isValid(value))
  return ajv
}

let ajv: Ajv | null = null

/** What compiles the checks that nobody has used so far, and reads what they need. */
const uncompiled = new Set<() => void>([readPhonesOnce])

/** The members of `value` that do not fit, each with its sentences; empty when all fit. */
export type Check = (value: JsonObject) => Details

/**
 * A check of a schema. `root` is put before every path. A problem of a member is reported under the member's dotted path in
 * the request's own spelling (contract 8.9), so a missing member is reported under its own path, not its parent's.
 *
 * The schema is compiled when the check is first used: a start needs none of them, and a command few.
 */
export function compileCheck(schema: TSchema, root = ''): Check {
  let compiled: ValidateFunction | null = null
  const compile = () => {
    uncompiled.delete(compile)
    ajv ??= newAjv()
    compiled ??= ajv.compile(schema)
    return compiled
  }
  uncompiled.add(compile)
  return (value) => {
    const validate = compiled ?? compile()
    const details: Details = {}
    if (validate(value)) return details
    for (const error of validate.errors ?? []) addProblem(details, schema, root, error)
    validate.errors = null
    return details
  }
}

/** One function for each check that nobody has used so far, and for what checks need; called, it makes that ready. */
export function uncompiledChecks(): readonly (() => void)[] {
  return [...uncompiled]
}

function addProblem(details: Details, schema: TSchema, root: string, error: ErrorObject): void {
  const steps = error.instancePath.split('/').slice(1)
  if (error.keyword === 'required') steps.push(String(error.params.missingProperty))
  const path = pathOf(root, steps)
  const advice = error.keyword === 'humanText' ? (error.params.advice as string | null) : null
  const says = sentence(schemaAt(schema, steps), error.keyword, path) + (advice === null ? '' : `; ${advice}`)
  const known = details[path]
  if (known === undefined) details[path] = [says]
  // One sentence says what the member must be; a second one that repeats it for another keyword helps nobody. Of an empty text it is
  // told enough that it is empty.
  else if (!known.includes(says) && error.keyword !== 'oneLine') known.push(says)
  const more = error.keyword === 'e164' ? (error.params.more as string | null) : null
  if (more !== null) details[path]?.push(`${path}: ${more}`)
}

function pathOf(root: string, steps: readonly string[]): string {
  return steps.reduce(
    (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
    root,
  )
}

interface AnySchema {
  type?: string
  properties?: Record<string, AnySchema>
  items?: AnySchema
  says?: string | Record<string, string>
}

function schemaAt(schema: AnySchema, steps: readonly string[]): AnySchema | null {
  let at: AnySchema | undefined = schema
  for (const step of steps) at = at?.properties?.[step] ?? at?.items
  return at ?? null
}

const FALLBACK: Record<string, string> = {
  required: '{path} is required',
  type: '{path} has the wrong type',
  humanText: '{path} must not contain a card number',
  oneLine: '{path} must be on one line, without control, invisible or blank characters',
  manyLines: '{path} must not contain control characters other than line feeds and tabs',
  maxItems: '{path} has too many entries',
}

/** Text of no form, whose sentence speaks of its length: of a number that says nothing. A form shows itself how it is written. */
function isPlainText(schema: AnySchema | null, general: string | undefined): boolean {
  if (schema?.type !== 'string') return false
  return general === undefined || / must be \d+ to \d+ characters$/.test(general)
}

/** Keywords whose sentence is not about the member's form: a general sentence of the field does not speak for them. */
const APART: ReadonlySet<string> = new Set(['required', 'humanText', 'oneLine', 'manyLines'])

function sentence(schema: AnySchema | null, keyword: string, path: string): string {
  const says = schema?.says
  const general = typeof says === 'string' ? says : says?.any
  const own = typeof says === 'object' ? says[keyword] : undefined
  if (own === undefined && keyword === 'type' && isPlainText(schema, general))
    return `${path} must be text, in quotation marks`
  const fallback = FALLBACK[keyword] ?? '{path} is not valid'
  return (own ?? (APART.has(keyword) ? fallback : (general ?? fallback))).replaceAll('{path}', path)
}
