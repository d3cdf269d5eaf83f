import { compileRowReader, namesOf } from '../../contract/fields/field-table.ts'
import { toWireTimestamp } from '../../contract/timestamp.ts'
import { contains } from '../../db/contains.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import { type Brand, brandColumns, brandOfEach, decodeBrand } from '../brands/index.ts'
import type { Profile } from './profile.fields.ts'
import { ENCRYPTED_SETTINGS, PLAIN_SETTINGS, profileTable } from './profile-members.fields.ts'

const READ = [
  ...namesOf(profileTable, 'stored'),
  ...PLAIN_SETTINGS,
  ...ENCRYPTED_SETTINGS,
  'waba_id',
  'payment_method',
  'registry_feedback',
  'version',
]

const SELECT_LIST = `${READ.map((column) => `p.${column} as t_${column}`).join(', ')},
    ${brandColumns('b', 'tb_')}, ${brandColumns('ob', 'to_')}`

const FROM = `from profiles p
    left join brands b on b.organization_id = p.organization_id and b.owner_id = p.id
    left join brands ob on ob.organization_id = p.organization_id and ob.owner_id = p.organization_id`

/** Where an encrypted setting opens. */
export function settingPlace(column: string, profileId: string) {
  return { table: 'profiles', column, row: profileId }
}

const readRow = compileRowReader<Profile>(
  [...READ, 'brand', 'organizationBrand'].map((column) => [column, `t_${column}`]),
)

/** @param organizationBrand where it is known already: it is the same in every row of an organization. */
function decodeProfile(
  row: Record<string, unknown>,
  cipher: OrganizationCipher,
  organizationBrand?: Brand | null,
): Profile | null {
  if (typeof row.t_id !== 'string') return null
  const profile = readRow(row)
  for (const column of ENCRYPTED_SETTINGS) {
    const encrypted: unknown = profile[column]
    if (typeof encrypted === 'string')
      Object.assign(profile, { [column]: JSON.parse(cipher.decryptOften(encrypted, settingPlace(column, row.t_id))) })
  }
  profile.created_at = toWireTimestamp(profile.created_at)
  if (profile.updated_at !== null) profile.updated_at = toWireTimestamp(profile.updated_at)
  profile.brand = decodeBrand(row, 'tb_', profile.id, cipher)
  profile.organizationBrand =
    organizationBrand === undefined ? decodeBrand(row, 'to_', profile.organization_id, cipher) : organizationBrand
  return profile
}

/** The profile that a path names, read with the caller in one statement. */
export const profileTarget: TargetRead<Profile> = {
  sql: `select ${SELECT_LIST} ${FROM} where p.organization_id = $1 and p.id = $6::uuid and ${isNotDeleted('p.deleted_at')}`,
  lock: statement<object>(
    'lock_profile',
    'select version from profiles where organization_id = $1 and id = $2 for update',
  ),
  decode: (row, caller) => decodeProfile(row, caller.cipher),
}

/** The organization's brand alone, for a profile that does not exist yet. */
export const organizationBrandTarget: TargetRead<{ brand: Brand | null }> = {
  sql: `select $1::uuid as t_organization_id, ${brandColumns('ob', 'to_')} from (select 1) one
    left join brands ob on ob.organization_id = $1 and ob.owner_id = $1`,
  lock: statement<object>('lock_nothing', 'select $1::uuid as organization_id, $2::text as id'),
  decode: (row, caller) => ({ brand: decodeBrand(row, 'to_', caller.organization.organization_id, caller.cipher) }),
}

const found = statement<Record<string, unknown>>(
  'find_profile',
  `select ${SELECT_LIST} ${FROM} where p.organization_id = $1 and p.id = $2 and ${isNotDeleted('p.deleted_at')}`,
)

/** A live profile of the caller's organization, or null. */
export async function findProfile(db: Executor, caller: Caller, id: string): Promise<Profile | null> {
  const { organization_id: organizationId } = caller.organization
  const [row] = await db.run(organizationId, found, [organizationId, id])
  return row === undefined ? null : decodeProfile(row, caller.cipher)
}

const foundAny = statement<Record<string, unknown>>(
  'find_any_profile',
  `select ${SELECT_LIST}, p.deleted_at is not null as t_is_deleted ${FROM} where p.organization_id = $1 and p.id = $2`,
)

/** A profile of the organization, deleted or not: for work that no caller asked for. Null where there never was one. */
export async function readProfile(
  db: Executor,
  organizationId: string,
  { id, cipher }: { id: string; cipher: OrganizationCipher },
): Promise<{ profile: Profile; isDeleted: boolean } | null> {
  const [row] = await db.run(organizationId, foundAny, [organizationId, id])
  const profile = row === undefined ? null : decodeProfile(row, cipher)
  return profile === null ? null : { profile, isDeleted: row?.t_is_deleted === true }
}

export interface ListFilter {
  status: string | null
  search: string | null
  /** Continue after this profile. */
  after: { created_at: string; id: string } | null
  offset: number
  limit: number
}

const SEARCHED = contains(['p.name', 'p.short_name'], '$3::text')

const LIST_FILTER = `p.organization_id = $1 and p.deleted_at is null
      and ($2::text is null or p.status = $2)
      and ($3::text is null or ${SEARCHED})`

/** The profiles of a page first, then the brands of those: an offset passes many profiles whose brands nobody asked for. */
function pageOf(condition: string, limits: string): string {
  return `select ${SELECT_LIST}
    from (select ${READ.map((column) => `p.${column}`).join(', ')}
            from profiles p where ${condition} order by p.created_at, p.id ${limits}) p
    ${brandOfEach('b', { organization: 'p.organization_id', id: 'p.id' })}
    left join brands ob on ob.organization_id = $1 and ob.owner_id = $1
   order by p.created_at, p.id`
}

const listed = statement<Record<string, unknown>>('list_profiles', pageOf(LIST_FILTER, 'limit $4 offset $5'))

/**
 * A statement of its own: "no cursor, or after it" in one would keep the index from being entered at the cursor, and the
 * last page of a long list would cost as much as the whole list.
 */
export const listedAfter = statement<Record<string, unknown>>(
  'list_profiles_after',
  pageOf(`${LIST_FILTER} and (p.created_at, p.id) > ($5::timestamptz, $6::uuid)`, 'limit $4'),
)

const COUNT = `select count(*) as total from profiles p where p.organization_id = $1 and p.deleted_at is null`

/** A statement of its own: without a filter the index answers, and rows are looked at only where they were changed of late. */
const countedAll = statement<{ total: number }>('count_all_profiles', COUNT)

const counted = statement<{ total: number }>(
  'count_profiles',
  `${COUNT}
      and ($2::text is null or p.status = $2)
      and ($3::text is null or ${SEARCHED})`,
)

/** Live profiles, oldest first (contract 8.6). */
export async function listProfiles(db: Executor, caller: Caller, filter: ListFilter): Promise<Profile[]> {
  const { organization_id: organizationId } = caller.organization
  const { after } = filter
  const common = [organizationId, filter.status, filter.search, filter.limit]
  const rows =
    after === null
      ? await db.run(organizationId, listed, [...common, filter.offset])
      : await db.run(organizationId, listedAfter, [...common, after.created_at, after.id])
  const [first] = rows
  const organizationBrand = first === undefined ? null : decodeBrand(first, 'to_', organizationId, caller.cipher)
  return rows.flatMap((row) => decodeProfile(row, caller.cipher, organizationBrand) ?? [])
}

export async function countProfiles(
  db: Executor,
  caller: Caller,
  filter: Pick<ListFilter, 'status' | 'search'>,
): Promise<number> {
  const { organization_id: organizationId } = caller.organization
  const { status, search } = filter
  const [row] =
    status === null && search === null
      ? await db.run(organizationId, countedAll, [organizationId])
      : await db.run(organizationId, counted, [organizationId, status, search])
  return row?.total ?? 0
}
