import { CATALOGUE, type ErrorCode } from '../../contract/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import type { Endpoint } from '../endpoint.ts'
import type { OpenEndpoint } from '../public-endpoint.ts'
import { documentPath, INFO, SECURITY_SCHEMES, tagsOf } from './about.ts'
import { failureExample } from './failures.ts'
import { HEADERS, PARAMETERS } from './headers.ts'
import { operationOf, type Shared } from './operation.ts'
import { openOperationOf } from './public-operation.ts'
import { SchemaNames } from './schema-names.ts'
import { shareResponses } from './shared-responses.ts'

/**
 * The OpenAPI 3.1 document of the endpoints: what is served is what is described, because both come from the same
 * declarations. The same endpoints and URL make the same document.
 *
 * @param openEndpoints those that ask for no API key.
 * @param publicUrl where clients reach the API; null names the server that the document was read from.
 * @throws Error for an endpoint that is not fully described.
 */
export function buildOpenApi(
  endpoints: readonly Endpoint[],
  openEndpoints: readonly OpenEndpoint[],
  publicUrl: string | null,
): JsonObject {
  const names = new SchemaNames([...endpoints, ...openEndpoints])
  const shared: Shared = { names, tagged: taggedAnswers(endpoints, names) }
  const described: Record<string, JsonObject> = {}
  const describe = ({ path, method }: { path: string; method: string }, operation: JsonObject) => {
    const place = documentPath(path)
    described[place] = { ...described[place], [method.toLowerCase()]: operation }
  }
  for (const endpoint of endpoints) describe(endpoint, operationOf(endpoint, shared))
  for (const endpoint of openEndpoints) describe(endpoint, openOperationOf(endpoint, names))
  const operations = shareResponses(described)
  return {
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: publicUrl ?? '/', description: 'This server.' }],
    security: [{ apiKey: [] }],
    tags: tagsOf([...endpoints, ...openEndpoints].map(({ document }) => document.tag)),
    paths: operations.paths,
    components: {
      schemas: names.schemas,
      responses: operations.responses,
      parameters: onlyUsed(PARAMETERS, 'parameters', operations),
      headers: onlyUsed(HEADERS, 'headers', operations),
      examples: onlyUsed(failureExamples(), 'examples', operations),
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

/** The answers that show what can be changed under If-Match. */
function taggedAnswers(endpoints: readonly Endpoint[], names: SchemaNames): ReadonlySet<string> {
  return new Set(
    endpoints.flatMap((endpoint) =>
      endpoint.kind === 'write' && endpoint.etagOf !== undefined && endpoint.document.answer !== null
        ? [JSON.stringify(names.answer(endpoint.document.answer))]
        : [],
    ),
  )
}

function failureExamples(): JsonObject {
  return Object.fromEntries((Object.keys(CATALOGUE) as ErrorCode[]).map((code) => [code, failureExample(code)]))
}

function onlyUsed(components: JsonObject, kind: string, within: JsonObject): JsonObject {
  const used = references(within)
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(`#/components/${kind}/${name}`)))
}

function references(value: JsonValue, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) references(item, found)
  else if (isJsonObject(value)) {
    if (typeof value.$ref === 'string') found.add(value.$ref)
    for (const member of Object.values(value)) references(member, found)
  }
  return found
}
