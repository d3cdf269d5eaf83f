import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { TSchema } from '../../contract/fields/schema.ts'
import { paginationResponse } from '../../contract/paging.ts'
import type { EndpointDocument } from '../endpoint.ts'
import { ENVELOPE_SCHEMAS } from './envelope.ts'
import { toJsonSchema, type Use } from './schema.ts'

const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const refer = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

/** What schemas are taken from. */
export interface Described {
  operation: string
  document: EndpointDocument
}

/** The schemas of a document by name. What two operations answer alike has one name: that of the operation that gets it. */
export class SchemaNames {
  readonly schemas: JsonObject = { ...ENVELOPE_SCHEMAS }
  readonly #answers = new Map<string, string>()

  constructor(endpoints: readonly Described[]) {
    this.#add('Pagination', paginationResponse)
    for (const { operation, document } of endpoints) {
      if (operation.startsWith('get') && document.answer !== null) this.#add(operation.slice(3), document.answer)
    }
    // A list comes after what is in it, which is named in it.
    const isList = ({ document }: Described) => (document.answer as { type?: string } | null)?.type === 'array'
    for (const { operation, document } of [...endpoints.filter((one) => !isList(one)), ...endpoints.filter(isList)]) {
      if (document.answer !== null) this.#add(`${upperFirst(operation)}Answer`, document.answer)
    }
  }

  #translate(schema: TSchema): JsonObject {
    return toJsonSchema(schema, 'answer', { nameOf: (found) => this.#answers.get(JSON.stringify(found)) ?? null })
  }

  #add(name: string, schema: TSchema): void {
    const found = this.#translate(schema)
    if (found.$ref !== undefined) return
    this.#answers.set(JSON.stringify(found), name)
    this.schemas[name] = found
  }

  /** The schema of `data`, by its name. */
  answer(schema: TSchema): JsonObject {
    return this.#translate(schema)
  }

  /** The schema of a request body, by its name. */
  body(endpoint: Described, schema: TSchema, use: Exclude<Use, 'answer'>): JsonObject {
    const name = `${upperFirst(endpoint.operation)}${use === 'request' ? 'Request' : 'MergePatch'}`
    const { answer } = endpoint.document
    const members = (answer as { properties?: object } | null)?.properties
    this.schemas[name] ??= toJsonSchema(schema, use, {
      ...(members === undefined ? {} : { returned: new Set(Object.keys(members)) }),
    })
    return refer(name)
  }
}
