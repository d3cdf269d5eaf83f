import { toWireTimestamp } from '../../contract/timestamp.ts'
import { contains } from '../../db/contains.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { type Param, statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import type { StoredResponse } from '../../http/idempotency/idempotency.store.ts'
import { written } from './single-row-change.store.ts'
import type { Webhook } from './webhook.fields.ts'

/**
 * Webhooks of an account: of the organization, or of the profile that the request acts as. Address and secrets are encrypted,
 * each for its own column.
 */

type EncryptedColumn = 'endpoint_url' | 'signing_secret' | 'previous_secret'

const place = (column: EncryptedColumn, id: string) => ({ table: 'webhooks', column, row: id })

function encryptColumn(cipher: OrganizationCipher, column: EncryptedColumn, id: string, value: string): string {
  return cipher.encrypt(value, place(column, id))
}

const COLUMNS = [
  'id',
  'display_name',
  'endpoint_url',
  'is_active',
  'event_types',
  'event_filters',
  'retry_count',
  'timeout_seconds',
  'last_delivery_attempt_at',
  'last_successful_delivery_at',
  'consecutive_failures',
  'created_at',
  'updated_at',
  'disabled_at',
  'profile_id',
] as const
const TIMES = [
  'last_delivery_attempt_at',
  'last_successful_delivery_at',
  'created_at',
  'updated_at',
  'disabled_at',
] as const

/** A webhook whose profile is gone is off, whatever it was before. */
const IS_ACTIVE = '(w.is_active and w.ended_at is null)'
const SHOWN: Partial<Record<(typeof COLUMNS)[number], string>> = {
  is_active: IS_ACTIVE,
  disabled_at: 'coalesce(w.ended_at, w.disabled_at)',
}

const columns = (prefix: string) =>
  COLUMNS.map((column) => `${SHOWN[column] ?? `w.${column}`} as ${prefix}${column}`).join(', ')

function decode(row: Record<string, unknown>, prefix: string, cipher: OrganizationCipher): Webhook {
  const read = Object.fromEntries(COLUMNS.map((column) => [column, row[`${prefix}${column}`]]))
  for (const time of TIMES) if (typeof read[time] === 'string') read[time] = toWireTimestamp(read[time])
  return {
    ...read,
    endpoint_url: cipher.decrypt(String(read.endpoint_url), place('endpoint_url', String(read.id))),
  } as unknown as Webhook
}

/** A webhook with its encrypted secret, which names the version that a rotation replaces. */
export interface StoredWebhook extends Webhook {
  encryptedSecret: string
}

/** The webhook that the path names, of the account that asks. */
export const webhookTarget: TargetRead<StoredWebhook> = {
  sql: `select ${columns('t_')}, w.signing_secret as t_signing_secret from webhooks w
         where w.organization_id = $1 and w.id = $6::uuid and w.profile_id is not distinct from s.id`,
  lock: statement<object>(
    'lock_webhook',
    'select retry_count from webhooks where organization_id = $1 and id = $2 for update',
  ),
  decode: (row, caller) =>
    typeof row.t_id === 'string'
      ? { ...decode(row, 't_', caller.cipher), encryptedSecret: String(row.t_signing_secret) }
      : null,
}

/** The same, and for the organization itself also those of its profiles that are gone: they can be looked at and deleted. */
export const webhookOrEndedTarget: TargetRead<StoredWebhook> = {
  ...webhookTarget,
  sql: `select ${columns('t_')}, w.signing_secret as t_signing_secret from webhooks w
         where w.organization_id = $1 and w.id = $6::uuid
           and (w.profile_id is not distinct from s.id or (s.id is null and w.ended_at is not null))`,
}

/** The secrets of a joined row, opened. @throws DecryptionFailed. */
export function openSecrets(
  row: { endpoint_url: string; signing_secret: string; previous_secret: string | null },
  id: string,
  cipher: OrganizationCipher,
): { url: string; secret: string; previousSecret: string | null } {
  const { endpoint_url: url, signing_secret: secret, previous_secret: previous } = row
  return {
    url: cipher.decrypt(url, place('endpoint_url', id)),
    secret: cipher.decrypt(secret, place('signing_secret', id)),
    previousSecret: previous === null ? null : cipher.decrypt(previous, place('previous_secret', id)),
  }
}

const MATCHES = `($3::text is null or ${contains(['w.display_name'], '$3::text')}) and ($4::boolean is null or ${IS_ACTIVE} = $4)`

function listing(suffix: string, owner: string) {
  const where = `${owner} and ${MATCHES}`
  return {
    listed: statement<Record<string, unknown>>(
      `list_webhooks${suffix}`,
      `select ${columns('')} from webhooks w where w.organization_id = $1 and ${where} order by w.created_at, w.id limit $5::integer offset $6::integer`,
    ),
    counted: statement<{ total: number }>(
      `count_webhooks${suffix}`,
      `select count(*) as total from webhooks w where w.organization_id = $1 and ${where}`,
    ),
  }
}

const OWN = listing('', 'w.profile_id is not distinct from $2::uuid')
/** Of the profiles that are gone; a caller who acts as a profile has none. */
const ENDED = listing('_ended', '$2::uuid is null and w.ended_at is not null')

export interface WebhookFilter {
  search: string | null
  isActive: boolean | null
  /** Those of profiles that were deleted, instead of the account's own. */
  isEnded: boolean
}

function filterParams(caller: Caller, { search, isActive }: WebhookFilter): Param[] {
  return [caller.organization.organization_id, caller.actingProfileId, search, isActive]
}

/** Webhooks of the account, oldest first. */
export async function listWebhooks(
  db: Executor,
  caller: Caller,
  filter: WebhookFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<Webhook[]> {
  const params = [...filterParams(caller, filter), limit, offset]
  const { listed } = filter.isEnded ? ENDED : OWN
  const rows = await db.run(caller.organization.organization_id, listed, params)
  return rows.map((row) => decode(row, '', caller.cipher))
}

export async function countWebhooks(db: Executor, caller: Caller, filter: WebhookFilter): Promise<number> {
  const { counted } = filter.isEnded ? ENDED : OWN
  const [row] = await db.run(caller.organization.organization_id, counted, filterParams(caller, filter))
  return row?.total ?? 0
}

const RETURNING = 'returning organization_id, id, now() as at'
const SETTINGS = [
  'display_name',
  'endpoint_url',
  'event_types',
  'event_filters',
  'retry_count',
  'timeout_seconds',
] as const

function settingParams(webhook: Pick<Webhook, 'id' | (typeof SETTINGS)[number]>, cipher: OrganizationCipher): Param[] {
  return [
    webhook.display_name,
    encryptColumn(cipher, 'endpoint_url', webhook.id, webhook.endpoint_url),
    webhook.event_types,
    webhook.event_filters,
    webhook.retry_count,
    webhook.timeout_seconds,
  ]
}

const insert = written(
  'insert_webhook',
  `insert into webhooks (organization_id, id, profile_id, created_at, signing_secret, is_active, ${SETTINGS.join(', ')})
   select $1::uuid, $2::uuid, o.profile_id, $4::timestamptz, $5, true, $6, $7, $8::jsonb, $9::jsonb, $10::integer, $11::integer
     from (select null::uuid as profile_id where $3::uuid is null
           union all
           select held.id from (
             select p.id from profiles p where p.organization_id = $1 and p.id = $3 and ${isNotDeleted('p.deleted_at')} for key share) held) o
   ${RETURNING}`,
  11,
)

/** Writes a webhook of the account. False when the profile that it would belong to is gone by now. */
export function insertWebhook(
  db: Executor,
  caller: Caller,
  webhook: Webhook,
  secret: string,
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const encrypted = encryptColumn(caller.cipher, 'signing_secret', webhook.id, secret)
  const params = [organizationId, webhook.id, caller.actingProfileId, webhook.created_at, encrypted]
  return insert(db, organizationId, [...params, ...settingParams(webhook, caller.cipher)], kept)
}

const update = written(
  'update_webhook',
  `update webhooks set updated_at = $3, ${SETTINGS.map((column, at) => `${column} = $${at + 4}${{ event_types: '::jsonb', event_filters: '::jsonb', retry_count: '::integer', timeout_seconds: '::integer', display_name: '', endpoint_url: '' }[column]}`).join(', ')}
    where organization_id = $1 and id = $2 ${RETURNING}`,
  9,
)

/** Writes the settings over those that are stored. False when the webhook is gone. */
export function updateWebhook(
  db: Executor,
  caller: Caller,
  webhook: Webhook,
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const params = [organizationId, webhook.id, webhook.updated_at, ...settingParams(webhook, caller.cipher)]
  return update(db, organizationId, params, kept)
}

const toggle = written(
  'toggle_webhook',
  `update webhooks
      set is_active = $4::boolean, updated_at = $3,
          consecutive_failures = case when $4 then 0 else consecutive_failures end,
          disabled_at = case when $4 then null else disabled_at end,
          disabled_by = case when $4 then null else disabled_by end
    where organization_id = $1 and id = $2 ${RETURNING}`,
  4,
)

/** Switches a webhook on, with its failures forgotten, or off. False when it is gone. */
export function toggleWebhook(
  db: Executor,
  caller: Caller,
  webhook: Webhook,
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  return toggle(db, organizationId, [organizationId, webhook.id, webhook.updated_at, webhook.is_active], kept)
}

const rotate = written(
  'rotate_webhook_secret',
  `update webhooks set signing_secret = $4, previous_secret = $5, previous_secret_until = now() + interval '24 hours', updated_at = $6
    where organization_id = $1 and id = $2 and signing_secret = $3 ${RETURNING}`,
  6,
)

/**
 * Puts a new secret in the place of the one that was read. The old one signs `webhook-signature` for 24 more hours.
 * False when the secret is no longer the one that was read.
 */
export function rotateSecret(
  db: Executor,
  caller: Caller,
  { webhook, secret, at }: { webhook: StoredWebhook; secret: string; at: string },
  kept: StoredResponse | null,
): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  const { id, encryptedSecret } = webhook
  const previous = caller.cipher.decrypt(encryptedSecret, place('signing_secret', id))
  const params = [
    organizationId,
    id,
    encryptedSecret,
    encryptColumn(caller.cipher, 'signing_secret', id, secret),
    encryptColumn(caller.cipher, 'previous_secret', id, previous),
    at,
  ]
  return rotate(db, organizationId, params, kept)
}

const remove = written('delete_webhook', `delete from webhooks where organization_id = $1 and id = $2 ${RETURNING}`, 2)

/** Deletes a webhook and, by its foreign key, its delivery log (contract 12.2). False when it is gone already. */
export function deleteWebhook(db: Executor, caller: Caller, id: string, kept: StoredResponse | null): Promise<boolean> {
  const { organization_id: organizationId } = caller.organization
  return remove(db, organizationId, [organizationId, id], kept)
}
