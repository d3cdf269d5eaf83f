import type { JsonObject } from '../../contract/fields/json-value.ts'

/** The envelopes (contract 1.5). Member order is part of the contract. */

const META: JsonObject = {
  type: 'object',
  description: 'About the answer.',
  properties: {
    request_id: {
      type: 'string',
      description: 'Id of the request, as in X-Request-Id; of a replay, that of the request that was executed.',
      examples: ['req_7X9zKp2jDw'],
    },
    timestamp: {
      type: 'string',
      format: 'date-time',
      description: 'When the answer was made.',
      examples: ['2026-03-25T10:43:34.5891264+00:00'],
    },
    version: { type: 'string', const: 'v3', description: 'Version of the API.', examples: ['v3'] },
  },
  required: ['request_id', 'timestamp', 'version'],
}

const ERROR: JsonObject = {
  type: 'object',
  description: 'What was refused.',
  properties: {
    code: { type: 'string', description: 'A code of the catalogue, for programs.', examples: ['RESOURCE_014'] },
    message: { type: 'string', description: 'A sentence, for people.', examples: ['Profile not found'] },
    details: {
      type: ['object', 'null'],
      description: 'Sentences by the dotted path of the member of the request that they are about.',
      additionalProperties: {
        type: 'array',
        description: 'What is wrong with the member.',
        items: { type: 'string', examples: ['short_name is not valid'] },
      },
      examples: [null],
    },
    doc_url: {
      type: 'string',
      format: 'uri-reference',
      description:
        'Where the code is explained: a published code on the published page, one of Letterhead on this server. A path where the server does not know the address that clients reach it by.',
      examples: ['https://docs.sent.dm/docs/reference/api/error-catalog'],
    },
    hint: {
      type: 'string',
      description: 'What to do, for people. Its words may change.',
      examples: [
        'The profile does not exist, was deleted, or belongs to another organization. List the profiles of this key.',
      ],
    },
  },
  required: ['code', 'message', 'details', 'doc_url', 'hint'],
}

const REF = { meta: { $ref: '#/components/schemas/Meta' }, error: { $ref: '#/components/schemas/Error' } }
const MEMBERS = ['success', 'data', 'error', 'meta']

const succeeded = (is: boolean): JsonObject => ({
  type: 'boolean',
  const: is,
  description: 'Whether the request was carried out.',
  examples: [is],
})
const none = (description: string): JsonObject => ({ type: 'null', description, examples: [null] })

/** The parts that all envelopes share, by component name. */
export const ENVELOPE_SCHEMAS: JsonObject = {
  Meta: META,
  Error: ERROR,
  Failure: {
    type: 'object',
    description: 'A refusal.',
    properties: {
      success: succeeded(false),
      data: none('Null: there is none.'),
      error: REF.error,
      meta: REF.meta,
    },
    required: MEMBERS,
  },
}

/** The envelope around `data`. */
export function successSchema(data: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: { success: succeeded(true), data, error: none('Null: nothing was refused.'), meta: REF.meta },
    required: MEMBERS,
  }
}
