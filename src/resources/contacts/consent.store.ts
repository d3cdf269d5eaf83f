import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import type { Channel } from './contact.fields.ts'

/** What a send asks of contacts, for all its recipients at once, and what an answer of a person changes. */

/** A contact that a sender sees, as far as a send has to know it. */
export interface ReachedContact {
  id: string
  ownerId: string
  channels: readonly Channel[]
  defaultChannel: Channel
}

/** What a sender knows of one number. */
export interface Consent {
  digest: string
  /** Any record that the sender sees says so, also one that is dissociated: the strictest counts. */
  isOptedOut: boolean
  /** The contact that counts of those with the number: the own one before the organization's and those of other profiles. */
  contact: ReachedContact | null
  /** The sender's own record, also a dissociated one, whose id a new contact with this number takes over. */
  ownId: string | null
}

interface ConsentRow {
  digest: string
  is_opted_out: boolean
  own_id: string | null
  contact: { id: string; owner_id: string; channels: string; default_channel: Channel } | null
}

// $1 organization, $2 the sender: a profile, or the organization itself. $3 the digests.
const loaded = statement<ConsentRow>(
  'load_consent',
  `select n.digest, coalesce(k.is_opted_out, false) as is_opted_out, k.own_id, k.contact
     from jsonb_array_elements_text($3::jsonb) as n(digest)
     left join lateral (
       select bool_or(c.opt_out) as is_opted_out,
              max(c.id::text) filter (where c.owner_id = $2::uuid) as own_id,
              (array_agg(
                 json_build_object('id', c.id, 'owner_id', c.owner_id, 'channels', c.channels, 'default_channel', c.default_channel)
                 order by c.owner_id = $2::uuid desc, c.owner_id = $1 desc, c.created_at, c.id)
                 filter (where c.dissociated_at is null))[1] as contact
         from contacts c
         left join lateral (
           select r.inherit_contacts from profiles r where r.organization_id = $1 and r.id = $2::uuid offset 0) r on true
         left join lateral (
           select s.allow_contact_sharing from profiles s
            where s.organization_id = $1 and s.id = c.owner_id and ${isNotDeleted('s.deleted_at')} offset 0) s on true
        where c.organization_id = $1 and c.number_digest = n.digest
          and (c.owner_id = $2::uuid
               or ($2::uuid = $1 and s.allow_contact_sharing is not null)
               or (r.inherit_contacts and (c.owner_id = $1 or s.allow_contact_sharing)))
     offset 0) k on true`,
)

/**
 * What a sender knows of each number, in one statement: whether it may be sent to, and the contact. One entry for each digest, in
 * any order; a digest that is given twice has two.
 */
export async function loadConsent(
  db: Executor,
  organizationId: string,
  { senderId, digests }: { senderId: string; digests: readonly string[] },
): Promise<Consent[]> {
  const rows = await db.run(organizationId, loaded, [organizationId, senderId, digests])
  return rows.map(({ digest, is_opted_out: isOptedOut, own_id: ownId, contact }) => ({
    digest,
    isOptedOut,
    ownId,
    contact:
      contact === null
        ? null
        : {
            id: contact.id,
            ownerId: contact.owner_id,
            channels: contact.channels.split(',') as Channel[],
            defaultChannel: contact.default_channel,
          },
  }))
}

/** A contact that a send adds: found by the digests, shown by the encrypted number, which opens for this id alone. */
export interface AddedContact {
  id: string
  numberDigest: string
  nationalDigest: string
  encryptedNumber: string
}

// $1 organization, $2 owner, $3 now, $4 the contacts. A record that was dissociated comes back under its own id.
const added = statement<{ id: string; number_digest: string }>(
  'add_contacts',
  `insert into contacts as c (organization_id, owner_id, id, number_digest, national_digest, number, channels, default_channel, opt_out, version, created_at)
   select $1::uuid, $2::uuid, n.id, n."numberDigest", n."nationalDigest", n."encryptedNumber", 'sms', 'sms', false, 1, $3::timestamptz
     from jsonb_to_recordset($4::jsonb) as n(id uuid, "numberDigest" text, "nationalDigest" text, "encryptedNumber" text)
   on conflict (organization_id, number_digest, owner_id) do update
      set national_digest = excluded.national_digest, number = excluded.number, channels = excluded.channels,
          default_channel = excluded.default_channel, version = c.version + 1, created_at = excluded.created_at,
          updated_at = null, dissociated_at = null
    where c.id = excluded.id and c.dissociated_at is not null
   returning id, number_digest`,
)

/**
 * Adds the numbers of a send that its sender has no contact for. Their opt-outs stay as they are. What another request has added
 * meanwhile is left out of the answer: read it with `loadConsent`.
 */
export async function addContacts(
  db: Executor,
  organizationId: string,
  { ownerId, at, contacts }: { ownerId: string; at: string; contacts: readonly AddedContact[] },
): Promise<{ id: string; digest: string }[]> {
  const rows = await db.run(organizationId, added, [organizationId, ownerId, at, contacts])
  return rows.map(({ id, number_digest: digest }) => ({ id, digest }))
}

// $1 organization, $2 the owners with the id of a new record each, $3 digest, $4 now. Whoever was no contact stays none.
const optedOut = statement<{ id: string }>(
  'opt_out_number',
  `insert into contacts as c (organization_id, owner_id, id, number_digest, channels, default_channel, opt_out, version, created_at, dissociated_at)
   select $1::uuid, o."ownerId", o.id, $3, 'sms', 'sms', true, 1, $4::timestamptz, $4::timestamptz
     from jsonb_to_recordset($2::jsonb) as o("ownerId" uuid, id uuid)
   on conflict (organization_id, number_digest, owner_id) do update
      set opt_out = true, version = c.version + 1, updated_at = excluded.created_at
    where not c.opt_out
   returning id`,
)

// $1 organization, $2 the owners, $3 digest, $4 now.
const optedIn = statement<{ id: string }>(
  'opt_in_number',
  `update contacts set opt_out = false, version = version + 1, updated_at = $4::timestamptz
    where organization_id = $1 and number_digest = $3 and opt_out
      and owner_id in (select o."ownerId" from jsonb_to_recordset($2::jsonb) as o("ownerId" uuid))
   returning id`,
)

/**
 * Notes that a person wants no more messages of these accounts, or wants them again. An opt-out is noted also where the person was no
 * contact. @returns how many records changed.
 */
export async function noteOptOut(
  db: Executor,
  organizationId: string,
  {
    owners,
    digest,
    isOptedOut,
    at,
  }: { owners: readonly { ownerId: string; id: string }[]; digest: string; isOptedOut: boolean; at: string },
): Promise<number> {
  const rows = await db.run(organizationId, isOptedOut ? optedOut : optedIn, [organizationId, owners, digest, at])
  return rows.length
}
