import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { type Param, type Statement, statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import {
  KEPT_PARAMS,
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'
import type { Contact } from './contact.fields.ts'
import { numberPlace, readerOf } from './contact.store.ts'

/**
 * Changes of one contact. Each is one statement with fixed parameters: the change, and the stored response where there is one to store,
 * taken from the row that was changed. So either both happen or none.
 */

const KEPT = storedResponseCte('(select organization_id, id from changed where $2::uuid is not null)', 2)
const NONE: readonly Param[] = Array.from({ length: KEPT_PARAMS }, () => null)

/** `text` changes the row and returns organization_id and id. $1 is the organization, $2 to $13 the stored response, what follows its own. */
function change(name: string, text: string): Statement<{ id: string }> {
  return statement<{ id: string }>(name, `with changed as (${text}), kept as (${KEPT}) select id from changed`)
}

async function run(
  db: Executor,
  caller: Caller,
  made: Statement<{ id: string }>,
  { kept, params }: { kept: StoredResponse | null; params: readonly Param[] },
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, made, [
    organizationId,
    ...(kept === null ? NONE : storedResponseParams(kept)),
    ...params,
  ])
  return rows.length === 1
}

/** The digests under which the number of a contact is found. */
export interface ContactDigests {
  number: string
  national: string
}

const known = statement<{ id: string; version: number; opt_out: boolean; is_dissociated: boolean }>(
  'find_own_contact',
  `select c.id, c.version, c.opt_out, c.dissociated_at is not null as is_dissociated from contacts c
    where c.organization_id = $1 and c.number_digest = $2 and c.owner_id = $3::uuid`,
)

/** The contact that an account has, or had, with a number. */
export interface KnownContact {
  id: string
  version: number
  optOut: boolean
  isDissociated: boolean
}

/** The own contact of the account with this number, also a dissociated one; null where there was none. */
export async function findOwnContact(db: Executor, caller: Caller, digest: string): Promise<KnownContact | null> {
  const { organization_id: organizationId } = caller.organization
  const [row] = await db.run(organizationId, known, [organizationId, digest, readerOf(caller)])
  if (row === undefined) return null
  return { id: row.id, version: row.version, optOut: row.opt_out, isDissociated: row.is_dissociated }
}

// $14 owner, $15 id, $16 digest, $17 national digest, $18 number, $19 channels, $20 default, $21 opted out, $22 now.
const insert = change(
  'insert_contact',
  `insert into contacts (organization_id, owner_id, id, number_digest, national_digest, number, channels, default_channel, opt_out, version, created_at)
   select $1::uuid, o.owner_id, $15::uuid, $16, $17, $18, $19, $20, $21::boolean, 1, $22::timestamptz
     from (select $1::uuid as owner_id where $14::uuid = $1::uuid
           union all
           select held.id from (
             select p.id from profiles p where p.organization_id = $1 and p.id = $14::uuid and ${isNotDeleted('p.deleted_at')} for key share) held) o
   on conflict (organization_id, number_digest, owner_id) do nothing
   returning organization_id, id`,
)

function encrypted(caller: Caller, { id, number }: Contact): string {
  return caller.cipher.encrypt(JSON.stringify(number), numberPlace(id))
}

/** Adds a contact. False when the account has one with this number by now, or is gone itself: nothing was written. */
export function insertContact(
  db: Executor,
  caller: Caller,
  contact: Contact,
  { digests, kept }: { digests: ContactDigests; kept: StoredResponse | null },
): Promise<boolean> {
  const params = [
    contact.ownerId,
    contact.id,
    digests.number,
    digests.national,
    encrypted(caller, contact),
    contact.channels.join(','),
    contact.defaultChannel,
    contact.optOut,
    contact.createdAt,
  ]
  return run(db, caller, insert, { kept, params })
}

// $14 id, $15 version it was read at, $16 national digest, $17 number, $18 channels, $19 default, $20 now.
const associate = change(
  'associate_contact',
  `update contacts
      set national_digest = $16, number = $17, channels = $18, default_channel = $19, version = version + 1,
          created_at = $20::timestamptz, updated_at = null, dissociated_at = null
    where organization_id = $1 and id = $14::uuid and version = $15::bigint
      and dissociated_at is not null
   returning organization_id, id`,
)

/** Adds a contact that was dissociated once more; opt_out stays as it is. False when it is no longer what was read. */
export function associateContact(
  db: Executor,
  caller: Caller,
  contact: Contact,
  { digests, readAt, kept }: { digests: ContactDigests; readAt: number; kept: StoredResponse | null },
): Promise<boolean> {
  const params = [
    contact.id,
    readAt,
    digests.national,
    encrypted(caller, contact),
    contact.channels.join(','),
    contact.defaultChannel,
    contact.createdAt,
  ]
  return run(db, caller, associate, { kept, params })
}

// $14 id, $15 version it was read at, $16 default channel, $17 opted out, $18 now.
const save = change(
  'save_contact',
  `update contacts set default_channel = $16, opt_out = $17::boolean, version = version + 1, updated_at = $18::timestamptz
    where organization_id = $1 and id = $14::uuid and version = $15::bigint and ${isNotDeleted('dissociated_at')}
   returning organization_id, id`,
)

/** Writes channel and opt-out over the version that was read. False when that is gone. */
export function saveContact(
  db: Executor,
  caller: Caller,
  contact: Contact,
  { at, kept }: { at: string; kept: StoredResponse | null },
): Promise<boolean> {
  const { id, version, defaultChannel, optOut } = contact
  const params = [id, version, defaultChannel, optOut, at]
  return run(db, caller, save, { kept, params })
}

// $14 id, $15 version it was read at, $16 now.
const dissociate = change(
  'dissociate_contact',
  `update contacts set number = null, national_digest = null, version = version + 1, dissociated_at = $16::timestamptz
    where organization_id = $1 and id = $14::uuid and version = $15::bigint and ${isNotDeleted('dissociated_at')}
   returning organization_id, id`,
)

/** Takes the contact from its account: its number is forgotten, but for the digest by which an opt-out is found. False as above. */
export function dissociateContact(
  db: Executor,
  caller: Caller,
  { id, version }: Pick<Contact, 'id' | 'version'>,
  { at, kept }: { at: string; kept: StoredResponse | null },
): Promise<boolean> {
  return run(db, caller, dissociate, { kept, params: [id, version, at] })
}
