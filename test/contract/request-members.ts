import { type FieldNotes, notesOf } from '../../src/contract/fields/field.ts'
import type { TSchema } from '../../src/contract/fields/schema.ts'
import { compileCheck } from '../../src/contract/fields/validator.ts'
import type { Json } from '../kit/servers/client.ts'

/** The members of a request as the field tables declare them, and what tests do with each: place, take out, sample. */

export interface Member {
  path: string
  schema: TSchema
  notes: Partial<FieldNotes>
  isRequired: boolean
  isLeaf: boolean
}

interface ObjectSchema {
  properties?: Record<string, TSchema>
  required?: readonly string[]
}

/** Every member at every depth, an object before what is inside it. */
export function membersOf(schema: TSchema, root = ''): Member[] {
  const { properties = {}, required = [] } = schema as ObjectSchema
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = root === '' ? name : `${root}.${name}`
    const isLeaf = (member as ObjectSchema).properties === undefined
    const own = { path, schema: member, notes: notesOf(member), isRequired: required.includes(name), isLeaf }
    return [own, ...(isLeaf ? [] : membersOf(member, path))]
  })
}

const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export function valueAt(body: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => (at as Json | null)?.[step], body)
}

/** A deep copy with the member at the path replaced, or taken out for undefined. */
export function replaced(body: Json, [head = '', ...rest]: readonly string[], value: unknown): Json {
  const { [head]: held, ...others } = structuredClone(body)
  const after = rest.length === 0 ? value : replaced((held ?? {}) as Json, rest, value)
  return after === undefined ? others : { ...others, [head]: after }
}

/** Where the answer shows a member of the request: the brand's in snake_case. */
export const shownAt = (path: string) =>
  path.split('.').map((step) => (path.startsWith('brand') ? toSnake(step) : step))

/** For every member at least one of them is valid and is not its example. */
const CANDIDATES: readonly unknown[] = [
  'profile_and_organization',
  'PUBLIC_PROFIT',
  'RETAIL',
  'KEY_ACCOUNT',
  'NYSE',
  'LEI',
  'OTHER TEXT',
  '+442079460000',
  'CA',
  'other@example.com',
  'https://example.com/other',
  '44',
  'Other text',
  [{ id: 'CA', isMain: true }],
  true,
  false,
]

/** Members that a rule judges by what stands beside them. */
const OF_A_FORM: Readonly<Record<string, unknown>> = { 'brand.business.taxId': '98-7654321' }

const checks = new Map<string, ReturnType<typeof compileCheck>>()

function fits({ path, schema }: Member, value: unknown): boolean {
  const check = checks.get(path) ?? compileCheck({ type: 'object', properties: { member: schema } } as TSchema)
  checks.set(path, check)
  return Object.keys(check({ member: value } as Parameters<typeof check>[0])).length === 0
}

/** The example of the member. Fails when its own schema refuses it. */
export function baseSample(member: Member): unknown {
  const base = member.notes.example ?? 'A note'
  if (!fits(member, base)) throw new Error(`${member.path}: the example does not fit its own schema`)
  return base
}

/** A valid value that is not the example. Fails when there is none to choose. */
export function otherSample(member: Member): unknown {
  const base = JSON.stringify(baseSample(member))
  const other = [OF_A_FORM[member.path], ...CANDIDATES].find(
    (candidate) => candidate !== undefined && JSON.stringify(candidate) !== base && fits(member, candidate),
  )
  if (other === undefined) throw new Error(`${member.path}: no other value fits; add one to CANDIDATES`)
  return other
}
