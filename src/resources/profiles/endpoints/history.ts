import { Failure } from '../../../contract/failure.ts'
import { instant, oneOf, optional, text, uuid } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse, readPageSize, wholeNumber } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { listHistory } from '../history.store.ts'
import type { Profile } from '../profile.fields.ts'
import { profileTarget } from '../profile.store.ts'

const change = Type.Object({
  member: text({ max: 100 }, { description: 'Dotted path of the member in the profile.', example: 'short_name' }),
  from: Type.Unknown({ description: 'Value before; "changed" for a member that is kept encrypted.', example: 'SALES' }),
  to: Type.Unknown({ description: 'Value after; "changed" for a member that is kept encrypted.', example: 'SALES 2' }),
})

const HISTORY_OPERATIONS = [
  'createProfile',
  'updateProfile',
  'deleteProfile',
  'completeProfile',
  'registerProfile',
  'reviewProfile',
] as const

const entry = Type.Object({
  version: Type.Integer({
    description: 'Version of the profile that the change made; the number in its ETag.',
    example: 2,
  }),
  operation: oneOf(HISTORY_OPERATIONS, {
    description: 'What was done.',
    example: 'updateProfile',
  }),
  actor: oneOf(['user', 'operator', 'system'], {
    description: 'Who did it: a user by a request, an operator of the server, or the server on its own.',
    example: 'user',
  }),
  request_id: text(
    { max: 14 },
    { description: 'The request that did it; null where no user did.', example: 'req_7X9zKp2jDw', nullable: true },
  ),
  key_id: uuid({
    description: 'The API key that was used; null where no user did it.',
    example: '0190a0b0-0000-7000-8000-000000000001',
    nullable: true,
  }),
  user_id: uuid({
    description: 'The user whose key it is; null where no user did it.',
    example: '0190a0b0-0000-7000-8000-000000000002',
    nullable: true,
  }),
  user_email: text(
    { max: 254 },
    { description: "That user's e-mail address.", example: 'team@acme.com', nullable: true },
  ),
  changed_at: instant({ description: 'When it was done.', example: '2026-03-25T10:43:34.58912+00:00' }),
  changes: Type.Array(change, { description: 'Every member that changed.' }),
  registry_feedback: Type.Array(Type.Unknown(), {
    description: 'What the registry had said before this change, so that it can be seen what it answers to; else null.',
    example: [
      {
        category: 'TAX_ID',
        fields: ['brand.business.taxId'],
        says: 'The tax id does not belong to the legal name.',
      },
    ],
    nullable: true,
  }),
})

const query = Type.Object({
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries an answer, 20 unless told.', example: 20 }),
  ),
  cursor: optional(text({ max: 20 }, { description: 'Go on after the answer that gave this cursor.', example: '7' })),
  member: optional(
    text(
      { max: 100 },
      { description: 'Only changes of this member, as brand.business.legal_name.', example: 'short_name' },
    ),
  ),
})

/** `GET /v3/profiles/{profileId}/history`, ours: who changed what, when, from what to what. */
export const getProfileHistory: ReadEndpoint<Profile> = {
  kind: 'read',
  operation: 'getProfileHistory',
  method: 'GET',
  path: '/v3/profiles/:profileId/history',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014', 'VALIDATION_001'],
  failPhrase: 'retrieve profile history',
  document: {
    tag: 'Profiles',
    summary: 'Get the change history of a profile',
    description:
      'Answers every change of the profile, newest first: who, when, by which request, each member from and to.',
    query,
    answer: Type.Object({
      changes: Type.Array(entry, { description: 'The changes, newest first.' }),
      pagination: paginationResponse,
    }),
  },
  targetParam: 'profileId',
  target: profileTarget,
  read: async (db, { caller, target, query: asked }) => {
    const pageSize = readPageSize(asked, 20)
    const before = wholeNumber(asked, 'cursor')
    if (before !== null && !(before >= 1)) {
      throw new Failure('VALIDATION_001', { details: { cursor: ['cursor must be one that this list has answered'] } })
    }
    const member = asked.get('member')
    if (member !== null && !/^[a-z_.]{1,100}$/.test(member)) {
      throw new Failure('VALIDATION_001', { details: { member: ['member must be the dotted path of a member'] } })
    }
    const found = await listHistory(db, caller, { profileId: target.id, before, member, limit: pageSize + 1 })
    const changes = found.slice(0, pageSize)
    const hasMore = found.length > changes.length
    const cursors = hasMore ? { after: String(changes.at(-1)?.version), before: null } : null
    return {
      data: {
        changes: changes.map((line) => ({
          ...line,
          changes: line.changes.map(({ member: name, from, to }) => ({ member: name, from, to })),
        })),
        pagination: {
          page: null,
          page_size: pageSize,
          total_count: null,
          total_pages: null,
          has_more: hasMore,
          cursors,
        },
      },
    }
  },
}
