import { isDeepStrictEqual } from 'node:util'
import { ENDPOINTS } from '../../src/app/app.ts'
import { Failure } from '../../src/contract/failure.ts'
import { notesOf } from '../../src/contract/fields/field.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/contract/fields/json-value.ts'
import type { TSchema } from '../../src/contract/fields/schema.ts'
import { takeCard } from '../../src/http/card-input.ts'
import type { Call, WriteEndpoint } from '../../src/http/endpoint.ts'
import { exampleOf } from '../../src/http/openapi/example.ts'
import { toJsonSchema } from '../../src/http/openapi/schema.ts'
import { readMembers } from '../../src/http/pipeline/write-request.ts'
import type { BillingModel } from '../../src/resources/profiles/profile.fields.ts'
import { OTHER_PROFILE, READER, storedProfile } from './stored-example.ts'

/**
 * What every field of the profile's bodies does with nothing, null, "" and a value, in both media types (decision 13).
 * It is not told here: each cell is a request that the endpoint's own `decide` has judged against a stored profile.
 */

export type Given = 'absent' | 'null' | 'empty' | 'value'
export const GIVEN: readonly Given[] = ['absent', 'null', 'empty', 'value']

export type CellOutcome =
  | { kind: 'kept' | 'removed' | 'set' | 'unused' | 'used' }
  /** 400 VALIDATION_001 with this sentence under this path. */
  | { kind: 'refused'; at: string; says: string }

export interface NullCell {
  operation: 'updateProfile' | 'createProfile'
  merge: boolean
  /** Dotted path in the request's spelling. */
  member: string
  given: Given
  /** The request body that was judged. */
  body: JsonObject
  /** By the stored billing model, on which some rules depend; a new profile has none stored. */
  outcomes: Partial<Record<BillingModel, CellOutcome>>
}

const MODELS: readonly BillingModel[] = ['organization', 'profile']

interface Member {
  path: readonly string[]
  value: JsonValue
}

/** Every cell, operation by operation, in the order of the field table. */
export function nullCells(): NullCell[] {
  return [...cellsOf('updateProfile', false), ...cellsOf('updateProfile', true), ...cellsOf('createProfile', false)]
}

function cellsOf(operation: NullCell['operation'], merge: boolean): NullCell[] {
  const endpoint = ENDPOINTS.find((one) => one.operation === operation)
  if (endpoint?.kind !== 'write' || endpoint.document.body === undefined) throw new Error(`${operation} takes no body`)
  const whole = exampleBody(endpoint.document.body)
  const models = operation === 'updateProfile' ? MODELS : (['profile'] as const)
  // A stored value is replaced by one that is no example; a new profile takes the examples.
  const pick = (choices: readonly string[]) => (operation === 'updateProfile' ? choices.at(-1) : undefined)
  return membersOf(endpoint.document.body, pick).flatMap((member) =>
    GIVEN.map((given) => {
      const body = bodyWith(operation, whole, member, given)
      const outcomes = Object.fromEntries(
        models.map((model) => [model, outcomeOf(endpoint, { body, merge, model, member })]),
      )
      return { operation, merge, member: member.path.join('.'), given, body, outcomes }
    }),
  )
}

function exampleBody(schema: TSchema): JsonObject {
  const example = exampleOf(toJsonSchema(schema, 'merge-patch'), {})
  if (!isJsonObject(example)) throw new Error('a body is an object')
  return example
}

/** The members of an object schema and of the objects in it. What is in a list is replaced with the list. */
function membersOf(
  schema: TSchema,
  pick: (choices: readonly string[]) => string | undefined,
  above: readonly string[] = [],
): Member[] {
  const { properties = {} } = schema as { properties?: Record<string, TSchema> }
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = [...above, name]
    const isObject = (member as { properties?: object }).properties !== undefined
    const { enum: choices = [] } = member as { enum?: readonly string[] }
    const simple = pick(choices) ?? notesOf(member).example ?? 'A text.'
    const value = isObject ? exampleBody(member) : (simple as JsonValue)
    return [{ path, value }, ...membersOf(member, pick, path)]
  })
}

/** A body of this one top member: whole where the member lies inside it, so that nothing else in it is at fault. */
function bodyWith(operation: string, whole: JsonObject, { path, value }: Member, given: Given): JsonObject {
  const [top = ''] = path
  const body: JsonObject = operation === 'createProfile' && top !== 'name' ? { name: 'Example' } : {}
  if (path.length > 1) body[top] = structuredClone(whole[top] ?? {})
  let at = body
  for (const step of path.slice(0, -1)) at = at[step] as JsonObject
  const last = path.at(-1) ?? ''
  if (given === 'absent') delete at[last]
  else at[last] = given === 'null' ? null : given === 'empty' ? '' : value
  return body
}

interface Judged {
  body: JsonObject
  merge: boolean
  model: BillingModel
  member: Member
}

function outcomeOf(endpoint: WriteEndpoint, { body, merge, model, member }: Judged): CellOutcome {
  const isNew = endpoint.operation === 'createProfile'
  const path = member.path.join('.')
  try {
    const before = judge(endpoint, { body: isNew ? { name: 'Example' } : {}, merge, model })
    const after = judge(endpoint, { body, merge, model })
    const place = answerPath(member.path)
    const [was, is] = [valueAt(before, place), valueAt(after, place)]
    const sent = valueAt(body, member.path) ?? null
    if (was === undefined) return { kind: sent === null ? 'unused' : 'used' }
    if (sent !== null && isDeepStrictEqual(sent, is)) return { kind: 'set' }
    if (isDeepStrictEqual(was, is) || (isNothing(was) && isNothing(is))) return { kind: 'kept' }
    return { kind: isNothing(is) ? 'removed' : 'set' }
  } catch (error) {
    if (!(error instanceof Failure) || error.details === null) throw error
    const [at, [says = ''] = []] =
      Object.entries(error.details).find(([found]) => found === path) ?? Object.entries(error.details)[0] ?? []
    return { kind: 'refused', at: at ?? path, says }
  }
}

/** What the endpoint answers to this body, having written nothing. */
function judge(endpoint: WriteEndpoint, { body, merge, model }: Omit<Judged, 'member'>): JsonValue {
  const read = structuredClone(body)
  const card = takeCard(read)
  const isNew = endpoint.operation === 'createProfile'
  const call: Call = {
    caller: READER,
    params: {},
    query: new URLSearchParams(),
    target: isNew ? { brand: null } : storedProfile(model),
    body: read,
    reading: readMembers(endpoint, read, merge),
    merge,
    card,
    earlyProblems: card?.problems ?? {},
    isStrict: false,
    now: '2026-03-25T10:43:34.58912+00:00',
    requestId: 'req_7X9zKp2jDw',
    providers: {
      payments: true,
      whatsapp: true,
      brandRegistry: true,
      carrier: true,
      mail: true,
      vetting: false,
      mocks: false,
      templateReview: true,
      changeableInCampaign: [],
      registryFees: { brand: null, revet: null, vetting: null, campaignReview: null },
    },
    newId: '770e8400-e29b-41d4-a716-446655440003',
    newBrandId: '770e8400-e29b-41d4-a716-446655440004',
    urlProblem: () => null,
    digestOfKey: () => '',
    digestOfInvitation: () => '',
    digestOfNumber: () => '',
  }
  return endpoint.decide(call, isNew ? undefined : [{ id: OTHER_PROFILE, sms: null, whatsapp: null }]).data
}

/** The brand is sent in camelCase and answered in snake_case (contract 1.1). */
function answerPath(path: readonly string[]): string[] {
  if (path[0] !== 'brand') return [...path]
  return path.map((step) => step.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

function valueAt(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value
  for (const step of path) {
    if (at === null) return null
    at = isJsonObject(at) ? at[step] : undefined
  }
  return at
}

function isNothing(value: JsonValue | undefined): boolean {
  // Members of ours are not shown where they are not set.
  if (!isJsonObject(value)) return value === null || value === undefined
  return Object.values(value).every((member) => member === null)
}
