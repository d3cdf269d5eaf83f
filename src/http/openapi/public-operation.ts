import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { OpenEndpoint } from '../public-endpoint.ts'
import { pathParameters } from './about.ts'
import { successSchema } from './envelope.ts'
import { exampleOf } from './example.ts'
import { failureResponses, openCodesOf } from './failures.ts'
import { openSuccessHeaders } from './headers.ts'
import type { SchemaNames } from './schema-names.ts'

/** An operation that asks for no API key: the secret in its path takes the place of key, role and limit. */
export function openOperationOf(endpoint: OpenEndpoint, names: SchemaNames): JsonObject {
  const { document, operation, failPhrase, kind } = endpoint
  const problems: JsonObject = { sandbox: ['sandbox must be true or false'] }
  const failures = failureResponses(openCodesOf(endpoint), { failPhrase, isChange: false, hasRates: false }, problems)
  return {
    operationId: operation,
    tags: [document.tag],
    summary: document.summary,
    description: `${document.description}\n\nFor whoever has the token. There is no Idempotency-Key: a token is answered once.`,
    security: [],
    parameters: pathParameters(endpoint.path),
    ...requestBody(endpoint, names),
    responses: { [endpoint.status]: success(endpoint, kind, names), ...Object.fromEntries(failures) },
  }
}

function requestBody(endpoint: OpenEndpoint, names: SchemaNames): JsonObject {
  const { body } = endpoint.document
  if (body === undefined) return {}
  const schema = names.body(endpoint, body, 'request')
  return {
    requestBody: {
      description: 'One JSON object. It can be left out, like each of its members.',
      required: false,
      content: { 'application/json': { schema, example: exampleOf(schema, names.schemas) } },
    },
  }
}

function success({ document }: OpenEndpoint, kind: 'read' | 'write', names: SchemaNames): JsonObject {
  const headers = openSuccessHeaders(kind)
  if (document.answer === null) return { description: 'Done. There is no body.', headers }
  const schema = successSchema(names.answer(document.answer))
  return {
    description: kind === 'read' ? 'Found.' : 'Done.',
    headers,
    content: { 'application/json': { schema, example: exampleOf(schema, names.schemas) } },
  }
}
