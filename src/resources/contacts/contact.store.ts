import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import type { Channel, Contact, ContactNumber, ContactQuery } from './contact.fields.ts'

/**
 * Contacts as an account sees them: its own, those of the organization where it inherits contacts, and those of other profiles that
 * share theirs. What one of them merely inherits it does not pass on. Flags are read with the contacts, so a change of one acts on the
 * next request. The organization itself sees the contacts of all its profiles.
 */

/** Where the number of a contact is kept. */
export const numberPlace = (id: string) => ({ table: 'contacts', column: 'number', row: id })

const COLUMNS = [
  'id',
  'owner_id',
  'number',
  'channels',
  'default_channel',
  'opt_out',
  'version',
  'created_at',
  'updated_at',
] as const

const columns = (prefix = '') => COLUMNS.map((column) => `c.${column} as ${prefix}${column}`).join(', ')
const NAMES = COLUMNS.join(', ')

type ContactRow = Record<(typeof COLUMNS)[number], unknown>

function decode(row: ContactRow, readerId: string, cipher: OrganizationCipher): Contact {
  const id = String(row.id)
  return {
    id,
    ownerId: String(row.owner_id),
    number: JSON.parse(cipher.decrypt(String(row.number), numberPlace(id))) as ContactNumber,
    channels: String(row.channels).split(',') as Channel[],
    defaultChannel: row.default_channel as Channel,
    optOut: row.opt_out === true,
    isInherited: row.owner_id !== readerId,
    version: Number(row.version),
    createdAt: toWireTimestamp(String(row.created_at)),
    updatedAt: typeof row.updated_at === 'string' ? toWireTimestamp(row.updated_at) : null,
  }
}

/** The account that a request reads as: a profile, or the organization itself. */
export function readerOf({ actingProfileId, organization }: Caller): string {
  return actingProfileId ?? organization.organization_id
}

/**
 * The contact that a path names, if the account sees it: its own; where it is the organization, that of a live profile; where it is a
 * profile that inherits contacts, that of the organization and of a live profile that shares.
 */
export const contactTarget: TargetRead<Contact> = {
  sql: `select ${columns('t_')} from contacts c
          left join lateral (
            select r.inherit_contacts from profiles r where r.organization_id = $1 and r.id = s.id offset 0) r on true
          left join lateral (
            select w.allow_contact_sharing from profiles w
             where w.organization_id = $1 and w.id = c.owner_id and ${isNotDeleted('w.deleted_at')} offset 0) w on true
         where c.organization_id = $1 and c.id = $6::uuid and ${isNotDeleted('c.dissociated_at')}
           and (c.owner_id = coalesce(s.id, $1)
                or (s.id is null and w.allow_contact_sharing is not null)
                or (r.inherit_contacts and (c.owner_id = $1 or w.allow_contact_sharing)))`,
  lock: statement<object>(
    'lock_contact',
    'select version from contacts where organization_id = $1 and id = $2 for update',
  ),
  decode: (row, caller) =>
    typeof row.t_id === 'string'
      ? decode(
          Object.fromEntries(COLUMNS.map((column) => [column, row[`t_${column}`]])) as ContactRow,
          readerOf(caller),
          caller.cipher,
        )
      : null,
}

/**
 * The accounts whose contacts a profile sees, nearest first. $1 organization, $2 the profile.
 */
const OWNERS = `reader as materialized (
    select r.inherit_contacts from profiles r where r.organization_id = $1 and r.id = $2::uuid),
  owners as materialized (
    select $2::uuid as id, 0 as distance
    union all
    select $1::uuid as id, 1 as distance from reader where inherit_contacts
    union all
    select s.id, 2 as distance from profiles s
     where s.organization_id = $1 and s.deleted_at is null and s.id <> $2::uuid and s.allow_contact_sharing
       and (select inherit_contacts from reader))`

/** Of the contacts with one number the nearest counts: the own one, then the organization's, then the oldest of other profiles. */
const listed = statement<ContactRow>(
  'list_contacts',
  `with ${OWNERS}
   select ${NAMES} from (
     select ${columns()} from owners o cross join lateral (
       select ${columns()} from contacts c
        where c.organization_id = $1 and c.owner_id = o.id and c.dissociated_at is null
          and ($3::text is null or strpos(c.channels, $3) > 0)
          and not exists (
            select 1 from contacts d
             where d.organization_id = $1 and d.number_digest = c.number_digest and ${isNotDeleted('d.dissociated_at')} and d.id <> c.id
               and ((o.distance > 0 and d.owner_id = $2::uuid)
                 or (o.distance > 1 and d.owner_id = $1)
                 or (o.distance > 1 and (d.created_at, d.id) < (c.created_at, c.id) and exists (
                       select 1 from profiles s
                        where s.organization_id = $1 and s.id = d.owner_id and s.allow_contact_sharing
                          and ${isNotDeleted('s.deleted_at')} offset 0)))
             offset 0)
        order by c.created_at desc, c.id desc limit $4::integer + $5::integer) c) c
   order by c.created_at desc, c.id desc limit $4::integer offset $5::integer`,
)

const counted = statement<{ total: number }>(
  'count_contacts',
  `with ${OWNERS}
   select count(distinct c.number_digest) as total from owners o cross join lateral (
     select c.number_digest from contacts c
      where c.organization_id = $1 and c.owner_id = o.id and c.dissociated_at is null
        and ($3::text is null or strpos(c.channels, $3) > 0) offset 0) c`,
)

/** The same for the organization: it sees all, its own first. */
const ofLiveOwner = (contact: 'c' | 'd') => `exists (
    select 1 from profiles s
     where s.organization_id = $1 and s.id = ${contact}.owner_id and ${isNotDeleted('s.deleted_at')} offset 0)`

const listedForOrganization = statement<ContactRow>(
  'list_contacts_for_organization',
  `select ${columns()} from contacts c
    where c.organization_id = $1 and c.number is not null and (c.owner_id = $1 or ${ofLiveOwner('c')})
      and ($2::text is null or strpos(c.channels, $2) > 0)
      and not exists (
        select 1 from contacts d
         where d.organization_id = $1 and d.number_digest = c.number_digest and ${isNotDeleted('d.dissociated_at')} and d.id <> c.id
           and c.owner_id <> $1
           and (d.owner_id = $1
             or ((d.created_at, d.id) < (c.created_at, c.id) and ${ofLiveOwner('d')}))
         offset 0)
    order by c.created_at desc, c.id desc limit $3::integer offset $4::integer`,
)

const countedForOrganization = statement<{ total: number }>(
  'count_contacts_for_organization',
  `select count(distinct c.number_digest) as total from contacts c
    where c.organization_id = $1 and c.number is not null
      and (c.owner_id = $1 or c.owner_id in (
             select s.id from profiles s where s.organization_id = $1 and s.deleted_at is null))
      and ($2::text is null or strpos(c.channels, $2) > 0)`,
)

/** A page of the contacts, newest first, and how many there are. */
async function listContacts(
  db: Executor,
  caller: Caller,
  { channel, limit, offset }: { channel: Channel | null; limit: number; offset: number },
): Promise<{ contacts: Contact[]; total: number }> {
  const { organization_id: organizationId } = caller.organization
  const { actingProfileId } = caller
  const rows =
    actingProfileId === null
      ? await db.run(organizationId, listedForOrganization, [organizationId, channel, limit, offset])
      : await db.run(organizationId, listed, [organizationId, actingProfileId, channel, limit, offset])
  const [count] =
    actingProfileId === null
      ? await db.run(organizationId, countedForOrganization, [organizationId, channel])
      : await db.run(organizationId, counted, [organizationId, actingProfileId, channel])
  const contacts = rows.map((row) => decode(row, readerOf(caller), caller.cipher))
  return { contacts, total: count?.total ?? 0 }
}

/**
 * Contacts that have a number, by the digest of E.164 ($3) or by that of the national form ($4), each found by an index of its own.
 * $2 is the reader. One for each number.
 */
const foundByNumber = statement<ContactRow>(
  'find_contacts_by_number',
  `select ${NAMES} from (
     select distinct on (c.number_digest) ${columns()}
       from (select ${columns()}, c.number_digest from contacts c
              where c.organization_id = $1 and c.number_digest = $3::text and ${isNotDeleted('c.dissociated_at')}
             union
             select ${columns()}, c.number_digest from contacts c
              where c.organization_id = $1 and c.national_digest = $4::text) c
       left join lateral (
         select r.inherit_contacts from profiles r where r.organization_id = $1 and r.id = $2::uuid offset 0) r on true
       left join lateral (
         select s.id, s.allow_contact_sharing from profiles s
          where s.organization_id = $1 and s.id = c.owner_id and ${isNotDeleted('s.deleted_at')} offset 0) s on true
      where c.owner_id = $2::uuid
         or ($2::uuid = $1 and s.id is not null)
         or (r.inherit_contacts and (c.owner_id = $1 or s.allow_contact_sharing))
      order by c.number_digest, c.owner_id = $2::uuid desc, c.owner_id = $1 desc, c.created_at, c.id) c
    where $5::text is null or strpos(c.channels, $5) > 0
    order by c.created_at desc, c.id desc`,
)

/** The contacts that the account sees with one of these numbers, newest first: one, or one of each country that writes it so. */
async function findContactsByNumber(
  db: Executor,
  caller: Caller,
  { digest, nationalDigest, channel }: { digest: string; nationalDigest: string | null; channel: Channel | null },
): Promise<Contact[]> {
  const { organization_id: organizationId } = caller.organization
  const params = [organizationId, readerOf(caller), digest, nationalDigest, channel]
  const rows = await db.run(organizationId, foundByNumber, params)
  return rows.map((row) => decode(row, readerOf(caller), caller.cipher))
}

/**
 * A page of the contacts that the account sees, newest first, and how many there are.
 *
 * @param digestOf the keyed digest under which a number is found
 */
export async function findContacts(
  db: Executor,
  caller: Caller,
  { channel, page, pageSize, phone, search }: ContactQuery,
  digestOf: (number: string) => string,
): Promise<{ contacts: Contact[]; total: number }> {
  const offset = (page - 1) * pageSize
  if (phone === null && search === null) return listContacts(db, caller, { channel, limit: pageSize, offset })
  if (phone === null && search === '') return { contacts: [], total: 0 }
  const digest = digestOf(phone ?? `+${search}`)
  const nationalDigest = phone === null ? digestOf(search ?? '') : null
  const found = await findContactsByNumber(db, caller, { digest, nationalDigest, channel })
  return { contacts: found.slice(offset, offset + pageSize), total: found.length }
}
