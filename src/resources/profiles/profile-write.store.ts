import type { NewEvent } from '../../contract/events.ts'
import { columnCast } from '../../db/column-cast.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { type Param, type Statement, statement } from '../../db/statement.ts'
import type { OrganizationCipher } from '../../encryption/key-ring.ts'
import { EVENT_PARAMS, eventCtes, eventParams } from '../../events/event.store.ts'
import type { Caller } from '../../http/caller.ts'
import {
  KEPT_PARAMS,
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'
import { BRAND_PARAMS, brandCte, brandParams, brandTouchCte } from '../brands/index.ts'
import { endCampaignsCte } from '../campaigns/index.ts'
import { endKeysBranches, KEY_ACTOR_PARAMS, keyActorParams } from '../users/index.ts'
import type { BrandWriting } from './change.rules.ts'
import { endWebhooksBranch } from './end.store.ts'
import type { HistoryEntry } from './history.rules.ts'
import type { Profile, ProfileSettings, StoredPaymentMethod } from './profile.fields.ts'
import { settingPlace } from './profile.store.ts'
import { ENCRYPTED_SETTINGS, PLAIN_SETTINGS, profileTable } from './profile-members.fields.ts'
import { wakeRunCte } from './run.store.ts'

/** What one write carries beside the profile's own columns. */
export interface Writing {
  caller: Caller
  history: HistoryEntry
  at: string
  brand: BrandWriting | null
  payment_method: StoredPaymentMethod | null
  events: readonly NewEvent[]
  kept: StoredResponse | null
}

const HISTORY_PARAMS = 6

function historyCte(source: string, first: number): string {
  const p = (offset: number) => `$${first + offset}`
  return `insert into profile_history
      (organization_id, profile_id, version, operation, request_id, key_id, user_id, changed_at, changes, registry_feedback)
    select s.organization_id, s.owner_id, s.version, ${p(0)}, ${p(1)}, ${p(2)}::uuid, ${p(3)}::uuid, s.at, ${p(4)}::jsonb, ${p(5)}::jsonb
      from ${source} s`
}

function historyParams({ caller, history }: Writing): Param[] {
  const { operation, request_id: requestId, changes, registry_feedback: feedback = null } = history
  return [operation, requestId, caller.keyId, caller.userId, changes, feedback]
}

const KEYS_OF_PROFILE = { which: 'k.profile_id = e.owner_id', reason: "'profile deleted'" }

const branchedStatements = new Map<string, Statement<{ version: number }>>()

/**
 * The one statement of a change, in the shape of decision 8: the profile first, under its version; history, events, brand
 * and idempotency row are inserted from what it returned, so either all of it happens or none.
 */
function branched(
  name: string,
  head: { text: string; params: number },
  parts: { brand: 'written' | 'touched' | null; told: boolean; kept: boolean; isEnd: boolean },
) {
  const full = `${name}${parts.brand === null ? '' : `_brand_${parts.brand}`}${parts.told ? '_told' : ''}${parts.kept ? '_kept' : ''}`
  const known = branchedStatements.get(full)
  if (known !== undefined) return known
  let next = head.params + 1
  const take = (count: number) => {
    const first = next
    next += count
    return first
  }
  const ctes = [
    `changed as (${head.text})`,
    ...(parts.isEnd ? [endCampaignsCte('changed'), endWebhooksBranch('changed'), wakeRunCte('changed')] : []),
    `noted as (${historyCte('changed', take(HISTORY_PARAMS))})`,
    ...(parts.isEnd ? endKeysBranches('changed', KEYS_OF_PROFILE, take(KEY_ACTOR_PARAMS)) : []),
    ...(parts.told ? eventCtes('changed', take(EVENT_PARAMS)) : []),
  ]
  if (parts.brand === 'written') ctes.push(`branded as (${brandCte('changed', take(BRAND_PARAMS))})`)
  if (parts.brand === 'touched') ctes.push(`branded as (${brandTouchCte('changed')})`)
  if (parts.kept) ctes.push(`kept as (${storedResponseCte('changed', take(KEPT_PARAMS))})`)
  const made = statement<{ version: number }>(full, `with ${ctes.join(',\n')}\nselect version from changed`)
  branchedStatements.set(full, made)
  return made
}

function formOf(brand: BrandWriting | null): 'written' | 'touched' | null {
  if (brand === null) return null
  return brand.sections === null ? 'touched' : 'written'
}

async function runWithCtes(
  db: Executor,
  name: string,
  head: { text: string; params: Param[]; isEnd?: true },
  writing: Writing,
): Promise<boolean> {
  const { caller, brand, kept, events } = writing
  const told = caller.hasWebhooks && events.length > 0
  const st = branched(
    name,
    { text: head.text, params: head.params.length },
    { brand: formOf(brand), told, kept: kept !== null, isEnd: head.isEnd === true },
  )
  const ownerId = String(head.params[1])
  const params = [
    ...head.params,
    ...historyParams(writing),
    ...(head.isEnd === true ? keyActorParams({ ...caller, requestId: writing.history.request_id }) : []),
    ...(told ? eventParams(events) : []),
    ...(brand === null || brand.sections === null ? [] : brandParams(brand.id, brand.sections, ownerId, caller.cipher)),
    ...(kept === null ? [] : storedResponseParams(kept)),
  ]
  return (await db.run(caller.organization.organization_id, st, params)).length === 1
}

const SETTING_COLUMNS = [...PLAIN_SETTINGS, ...ENCRYPTED_SETTINGS]
const CASTS: Record<string, string> = Object.fromEntries(
  PLAIN_SETTINGS.map((name) => [name, columnCast(profileTable[name].schema)]),
)

function settingParams(profile: ProfileSettings & { id: string }, cipher: OrganizationCipher): Param[] {
  const encrypted = ENCRYPTED_SETTINGS.map((column) => {
    const value = profile[column]
    return value === null ? null : cipher.encrypt(JSON.stringify(value), settingPlace(column, profile.id))
  })
  return [...PLAIN_SETTINGS.map((column) => profile[column]), ...encrypted]
}

const RETURNING = 'returning organization_id, id as owner_id, version, event_sequence as sequence'

const UPDATE = `update profiles
    set ${SETTING_COLUMNS.map((column, index) => `${column} = $${index + 5}${CASTS[column] ?? ''}`).join(', ')},
        payment_method = coalesce($${SETTING_COLUMNS.length + 5}::jsonb, payment_method), registry_feedback = null, version = version + 1, updated_at = $4,
        event_sequence = event_sequence + $${SETTING_COLUMNS.length + 6}::bigint
    where organization_id = $1 and id = $2 and version = $3 and ${isNotDeleted('deleted_at')} ${RETURNING}, updated_at as at`

/** Writes a changed profile over the version it was read at. False when that version is gone: nothing was written. */
export function saveProfile(db: Executor, profile: Profile, writing: Writing): Promise<boolean> {
  const params = [
    profile.organization_id,
    profile.id,
    profile.version,
    writing.at,
    ...settingParams(profile, writing.caller.cipher),
    writing.payment_method,
    writing.events.length,
  ]
  return runWithCtes(db, 'save_profile', { text: UPDATE, params }, writing)
}

const INSERT_COLUMNS = [
  'status',
  ...SETTING_COLUMNS,
  'payment_method',
  'waba_id',
  'waba_phone_number_id',
  'waba_access_token',
  'event_sequence',
]

const INSERT = `insert into profiles (organization_id, id, created_at, version, ${INSERT_COLUMNS.join(', ')})
    values ($1, $2, $3, 1, ${INSERT_COLUMNS.map((column, index) => `$${index + 4}${column === 'payment_method' ? '::jsonb' : (CASTS[column] ?? '')}`).join(', ')})
    ${RETURNING}, created_at as at`

/** Direct WhatsApp credentials to keep with a new profile; the token is encrypted here. */
export interface WhatsappLink {
  waba_id: string
  phone_number_id: string | null
  access_token: string
}

/** Writes a new profile. */
export function insertProfile(
  db: Executor,
  profile: Profile,
  whatsapp: WhatsappLink | null,
  writing: Writing,
): Promise<boolean> {
  const { cipher } = writing.caller
  const token =
    whatsapp === null
      ? null
      : cipher.encrypt(whatsapp.access_token, { table: 'profiles', column: 'waba_access_token', row: profile.id })
  const params = [
    profile.organization_id,
    profile.id,
    profile.created_at,
    profile.status,
    ...settingParams(profile, cipher),
    writing.payment_method,
    whatsapp?.waba_id ?? null,
    whatsapp?.phone_number_id ?? null,
    token,
    writing.events.length,
  ]
  return runWithCtes(db, 'insert_profile', { text: INSERT, params }, writing)
}

const DELETE = `update profiles set deleted_at = $4, version = version + 1, event_sequence = event_sequence + $5::bigint
    where organization_id = $1 and id = $2 and version = $3 and ${isNotDeleted('deleted_at')} ${RETURNING}, deleted_at as at`

/** Marks the profile as deleted; its data stays (contract 8.11). Its keys and webhooks end with it; its run and the campaigns that a registry has are ended by jobs. */
export function markProfileDeleted(db: Executor, profile: Profile, writing: Writing): Promise<boolean> {
  const params = [profile.organization_id, profile.id, profile.version, writing.at, writing.events.length]
  return runWithCtes(db, 'delete_profile', { text: DELETE, params, isEnd: true }, writing)
}
