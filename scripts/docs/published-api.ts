import { createHash } from 'node:crypto'

/** What a client can depend on, out of an OpenAPI document: one line each, so that a change is one line of a diff. */

interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  additionalProperties?: boolean | Schema
}

interface Content {
  $ref?: string
  content?: Record<string, { schema?: Schema }>
}

interface Parameter {
  $ref?: string
  name: string
  in: string
  required?: boolean
  schema?: Schema
}

interface Operation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: Content & { required?: boolean }
  responses: Record<string, Content>
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    parameters?: Record<string, Parameter>
    responses?: Record<string, Content>
  }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)

/** The type as one word; members of an object stand in lines of their own. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref)
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices !== undefined) return choices.map(typeOf).join(schema.allOf === undefined ? ' | ' : ' & ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const types = [schema.type ?? 'any'].flat()
  return types.map((type) => (type === 'array' ? `array of ${typeOf(schema.items ?? {})}` : type)).join(' | ')
}

/** Members at every depth, in alphabetical order: the order of members is no promise. */
function members(schema: Schema, path: string): string[] {
  const lines = Object.entries(schema.properties ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, member]) => {
      const isRequired = schema.required?.includes(name) === true
      return [
        `${path}.${name}: ${typeOf(member)}${isRequired ? ', required' : ''}`,
        ...members(member, `${path}.${name}`),
      ]
    })
  const inner = [...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [])].flatMap((choice) => members(choice, path))
  const values =
    typeof schema.additionalProperties === 'object' ? members(schema.additionalProperties, `${path}.*`) : []
  return [...lines, ...inner, ...values, ...(schema.items === undefined ? [] : members(schema.items, `${path}[]`))]
}

function bodies(what: string, { content = {} }: Content): string[] {
  return Object.entries(content).flatMap(([media, { schema = {} }]) => [
    `  ${what} ${media}: ${typeOf(schema)}`,
    ...members(schema, '').map((line) => `    ${line}`),
  ])
}

/** A parameter or response that lies among the components. */
function resolve<Part extends { $ref?: string }>(given: Part, shared: Record<string, Part> = {}): Part {
  return given.$ref === undefined ? given : (shared[nameOf(given.$ref)] ?? given)
}

function operationLines({ components }: ApiDocument, title: string, operation: Operation): string[] {
  const parameters = (operation.parameters ?? []).map((given) => resolve(given, components.parameters))
  const isBodyRequired = operation.requestBody?.required === true
  return [
    `${title} ${operation.operationId}`,
    ...parameters
      .map(
        (each) =>
          `  ${each.in} ${each.name}: ${typeOf(each.schema ?? {})}${each.required === true ? ', required' : ''}`,
      )
      .toSorted(),
    ...bodies(isBodyRequired ? 'body, required,' : 'body', operation.requestBody ?? {}),
    ...Object.keys(operation.responses)
      .toSorted()
      .flatMap((status) => {
        const lines = bodies(status, resolve(operation.responses[status] ?? {}, components.responses))
        return lines.length === 0 ? [`  ${status}`] : lines
      }),
  ]
}

/**
 * The published part of an API document: operations with parameters, bodies and statuses, and the members of every schema with
 * their types. Titles, descriptions, examples and bounds are not in it.
 */
export function publishedPart({ paths, components }: ApiDocument): string {
  const operations = Object.keys(paths)
    .toSorted()
    .flatMap((path) =>
      METHODS.filter((method) => paths[path]?.[method] !== undefined).flatMap((method) =>
        operationLines({ paths, components }, `${method.toUpperCase()} ${path}`, paths[path]?.[method] as Operation),
      ),
    )
  const schemas = Object.keys(components.schemas)
    .toSorted()
    .flatMap((name) => {
      const schema = components.schemas[name] ?? {}
      return [`${name}: ${typeOf(schema)}`, ...members(schema, '').map((line) => `  ${line}`)]
    })
  return `${[...operations, '', ...schemas].join('\n')}\n`
}

/** The mark of the published part, which a line of CHANGELOG.md carries. */
export function publishedMark(document: ApiDocument): string {
  return `[openapi ${createHash('sha256').update(publishedPart(document)).digest('hex').slice(0, 8)}]`
}
