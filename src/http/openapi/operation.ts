import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import type { TSchema } from '../../contract/fields/schema.ts'
import { PERMISSIONS } from '../../contract/permissions.ts'
import type { Endpoint } from '../endpoint.ts'
import { RATE_CLASSES } from '../rate-limit/rate-limit.ts'
import { pathParameters } from './about.ts'
import { successSchema } from './envelope.ts'
import { exampleOf } from './example.ts'
import { EXAMPLES } from './examples.ts'
import { codesOf, failureResponses, refusingOf } from './failures.ts'
import { headerParameters, successHeaders } from './headers.ts'
import { toJsonSchema } from './schema.ts'
import type { SchemaNames } from './schema-names.ts'

/** What operations of one document share. */
export interface Shared {
  names: SchemaNames
  /** Answers of this schema carry an ETag, because what they show can be changed under If-Match. */
  tagged: ReadonlySet<string>
}

export function operationOf(endpoint: Endpoint, shared: Shared): JsonObject {
  const { document, operation } = endpoint
  const body = requestBody(endpoint, shared.names)
  const failures = failureResponses(codesOf(endpoint), refusingOf(endpoint), EXAMPLES[operation]?.problems ?? null)
  return {
    operationId: operation,
    tags: [document.tag],
    summary: document.summary,
    description: `${document.description}\n\n${terms(endpoint)}`,
    parameters: [...pathParameters(endpoint.path), ...queryParameters(document.query), ...headerParameters(endpoint)],
    ...(body === null ? {} : { requestBody: body }),
    responses: {
      [endpoint.status]: success(endpoint, shared),
      ...otherSuccesses(endpoint, shared),
      ...Object.fromEntries(failures),
    },
  }
}

function terms({ operation, rateClass, organizationOnly }: Endpoint): string {
  const { perMinute, burst } = RATE_CLASSES[rateClass]
  const keys = organizationOnly === true ? ' Only by a key of an organization that acts as itself.' : ''
  return `For the roles ${PERMISSIONS[operation].roles.join(', ')}.${keys} At most ${perMinute} requests a minute and ${burst} a second.`
}

function queryParameters(query: TSchema | undefined): JsonObject[] {
  if (query === undefined) return []
  const { properties, required = [] } = toJsonSchema(query, 'request')
  if (!isJsonObject(properties) || !Array.isArray(required)) return []
  return Object.entries(properties).map(([name, schema]) => {
    const { description = '', type, enum: values, ...rules } = schema as JsonObject
    // A parameter that is left out is not sent; null has no form in a query.
    const given = {
      type: Array.isArray(type) ? (type[0] ?? 'string') : (type ?? 'string'),
      ...(Array.isArray(values) ? { enum: values.filter((value) => value !== null) } : {}),
    }
    return { name, in: 'query', required: required.includes(name), description, schema: { ...given, ...rules } }
  })
}

function requestBody(endpoint: Endpoint, names: SchemaNames): JsonObject | null {
  if (endpoint.kind === 'read' || endpoint.document.body === undefined) return null
  const { body, mergePatch } = endpoint.document
  const { bodies, mergePatches } = EXAMPLES[endpoint.operation] ?? {}
  const content = (schema: JsonObject, examples: object | undefined): JsonObject => ({
    schema,
    ...(examples === undefined ? { example: exampleOf(schema, names.schemas) } : { examples: examples as JsonObject }),
  })
  return {
    description:
      endpoint.takesBody === 'required'
        ? 'One JSON object.'
        : 'One JSON object. It can be left out, like each of its members.',
    required: endpoint.takesBody === 'required',
    content: {
      'application/json': content(names.body(endpoint, body, 'request'), bodies),
      ...(mergePatch === true
        ? { 'application/merge-patch+json': content(names.body(endpoint, body, 'merge-patch'), mergePatches) }
        : {}),
    },
  }
}

function otherSuccesses(endpoint: Endpoint, { names }: Shared): JsonObject {
  const others = Object.entries(endpoint.document.otherResponses ?? {})
  return Object.fromEntries(
    others.map(([status, { description, answer }]) => {
      const schema = successSchema(names.answer(answer))
      const content = { 'application/json': { schema, example: exampleOf(schema, names.schemas) } }
      return [status, { description, headers: successHeaders(endpoint, false), content }]
    }),
  )
}

function success(endpoint: Endpoint, { names, tagged }: Shared): JsonObject {
  const { answer } = endpoint.document
  if (answer === null) return { description: 'Done. There is no body.', headers: successHeaders(endpoint, false) }
  const schema = successSchema(names.answer(answer))
  return {
    description: endpoint.kind === 'read' ? 'Found.' : 'Done.',
    headers: successHeaders(endpoint, tagged.has(JSON.stringify(names.answer(answer)))),
    content: { 'application/json': { schema, example: exampleOf(schema, names.schemas) } },
  }
}
