import { optional, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse, readCursor, readPageSize, toCursor } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { keyResponse } from '../api-key.fields.ts'
import { keyOwnerTarget, listKeys } from '../api-key.store.ts'

const query = Type.Object({
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Keys an answer, 100 unless told.', example: 20 }),
  ),
  cursor: optional(
    text(
      { max: 200 },
      { description: 'Go on after the answer that gave this cursor.', example: 'MjAyNi0wMy0yNVQxMDo0Mw' },
    ),
  ),
})

/** `GET /v3/profiles/{profileId}/keys`, ours. */
export const listProfileKeys: ReadEndpoint<{ id: string }> = {
  kind: 'read',
  operation: 'listProfileKeys',
  method: 'GET',
  path: '/v3/profiles/:profileId/keys',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014', 'VALIDATION_001'],
  failPhrase: 'retrieve API keys',
  document: {
    tag: 'API keys',
    summary: 'List the API keys of a profile',
    description: 'Answers the live keys of the profile without their text, newest first.',
    query,
    answer: Type.Object({
      keys: Type.Array(keyResponse, { description: 'The live keys, newest first.' }),
      pagination: paginationResponse,
    }),
  },
  targetParam: 'profileId',
  target: keyOwnerTarget,
  read: async (db, { caller, target, query: asked }) => {
    const pageSize = readPageSize(asked, 100)
    const before = readCursor(asked)
    const found = await listKeys(db, caller, { profileId: target.id, before, limit: pageSize + 1 })
    const keys = found.slice(0, pageSize)
    const last = found.length > keys.length ? keys.at(-1) : undefined
    return {
      data: {
        keys: keys.map((key) => ({ ...key })),
        pagination: {
          page: null,
          page_size: pageSize,
          total_count: null,
          total_pages: null,
          has_more: last !== undefined,
          cursors: last === undefined ? null : { after: toCursor(last), before: null },
        },
      },
    }
  },
}
