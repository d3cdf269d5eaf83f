import type TypeBox from 'typebox'
import type { TSchema } from 'typebox'

/**
 * Shapes are TypeBox's: its names, its types, and the very JSON Schema objects that it makes. Only its program is not
 * loaded. It is 709 modules for the nine functions used here, which cost each start of a server or a command a quarter
 * of a second and 13 MB. A test compares every function with TypeBox's own.
 */
type Builders = Pick<
  typeof TypeBox,
  'Array' | 'Boolean' | 'Integer' | 'Number' | 'Object' | 'Optional' | 'String' | 'Unknown' | 'Unsafe'
>

export type { Static, TObject, TSchema } from 'typebox'

type Plain = Record<string, unknown>

const OPTIONAL = '~optional'

const isOptional = (schema: TSchema | undefined): boolean => schema !== undefined && Object.hasOwn(schema, OPTIONAL)

/** The mark is no part of the JSON Schema: nothing that lists, copies or prints the schema sees it. */
function optional(schema: TSchema): TSchema {
  const marked: TSchema = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(schema))
  return Object.defineProperty(marked, OPTIONAL, { value: true, configurable: true, writable: true, enumerable: false })
}

function object(properties: Record<string, TSchema>, options: Plain = {}): Plain {
  const required = Object.keys(properties).filter((name) => !isOptional(properties[name]))
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options }
}

const ofType =
  (type: string) =>
  (options: Plain = {}): Plain => ({ type, ...options })

/** Makes schemas: `Type.Object({ name: Type.String() })`. A member is required unless it went through `Type.Optional`. */
export const Type = {
  Array: (items: TSchema, options: Plain = {}) => ({ type: 'array', items, ...options }),
  Boolean: ofType('boolean'),
  Integer: ofType('integer'),
  Number: ofType('number'),
  Object: object,
  Optional: optional,
  String: ofType('string'),
  Unknown: (options: Plain = {}) => ({ ...options }),
  Unsafe: (schema: TSchema) => ({ ...schema }),
} as unknown as Builders
