import { oneOf, optional, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { shown } from '../change.rules.ts'
import { pagination, readListQuery } from '../list.rules.ts'
import type { Profile } from '../profile.fields.ts'
import { countProfiles, listProfiles } from '../profile.store.ts'
import { profileResponse } from '../profile-answer.fields.ts'
import { PROFILE_STATUSES } from '../profile-members.fields.ts'

const query = Type.Object({
  page: optional(Type.Integer({ minimum: 1, description: 'Page, counted from 1.', example: 1 })),
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries a page, 20 unless told.', example: 20 }),
  ),
  cursor: optional(
    text(
      { max: 200 },
      { description: 'Go on after the answer that gave this cursor.', example: 'MjAyNi0wMy0yNVQxMDo0Mw' },
    ),
  ),
  status: optional(oneOf(PROFILE_STATUSES, { description: 'Only profiles of this status.', example: 'approved' })),
  search: optional(
    text({ max: 255 }, { description: 'Only profiles whose name or short_name contains this text.', example: 'sales' }),
  ),
})

const KEPT_IN_LINK: ReadonlySet<string> = new Set(['page_size', 'status', 'search'])

/** `GET /v3/profiles` (contract 8.6). Filters, pages and the pagination member are additions of ours. */
export const listProfilesEndpoint: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'listProfiles',
  method: 'GET',
  path: '/v3/profiles',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001'],
  failPhrase: 'retrieve profiles',
  document: {
    tag: 'Profiles',
    summary: 'List profiles in organization',
    description:
      'Answers the live profiles of the organization, oldest first, at most 1,000 at once; a Link header leads on. A key that acts as a profile has no children and gets an empty list.',
    query,
    answer: Type.Object({
      profiles: Type.Array(profileResponse, { description: 'The profiles, oldest first.' }),
      pagination: paginationResponse,
    }),
  },
  read: async (db, { caller, query: asked }) => {
    const wanted = readListQuery(asked)
    const isEmpty = caller.actingProfileId !== null || caller.organization.kind === 'user'
    const offset = wanted.page === null ? 0 : (wanted.page - 1) * wanted.pageSize
    const found: Profile[] = isEmpty
      ? []
      : await listProfiles(db, caller, { ...wanted, offset, limit: wanted.pageSize + 1 })
    const profiles = found.slice(0, wanted.pageSize)
    const total = wanted.page === null ? null : isEmpty ? 0 : await countProfiles(db, caller, wanted)
    const page = pagination(wanted, { hasMore: found.length > profiles.length, last: profiles.at(-1) ?? null, total })
    const data = { profiles: profiles.map((profile) => shown(profile, caller)), pagination: page }
    const after = (page.cursors as { after: string } | null)?.after
    if (after === undefined || wanted.page !== null) return { data }
    const next = new URLSearchParams([...asked].filter(([name]) => KEPT_IN_LINK.has(name)))
    next.set('cursor', after)
    return { data, headers: { link: `</v3/profiles?${next.toString()}>; rel="next"` } }
  },
}
