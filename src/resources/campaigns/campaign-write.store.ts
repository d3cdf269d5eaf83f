import type { NewEvent } from '../../contract/events.ts'
import type { Operation } from '../../contract/permissions.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { type Param, type Statement, statement } from '../../db/statement.ts'
import { EVENT_PARAMS, eventCtes, eventParams } from '../../events/event.store.ts'
import {
  KEPT_PARAMS,
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'
import type { Campaign, CampaignContent } from './campaign.fields.ts'
import type { CampaignDifference } from './campaign.rules.ts'
import { CONTENT_COLUMNS } from './campaign.store.ts'
import { endCampaignCte } from './campaign-registry.store.ts'

/**
 * Every change of a campaign is one statement (decision 8): the owner's row is held at the version it was judged by, the
 * campaign changes at its own; history, event and stored response are inserted from what that returned. So either all of it happens or
 * none. The profile counts the event and keeps its version, which stands for its settings and its brand.
 */

/** The owner as it was read: a profile with its version, or the organization itself, whose version is null. */
export interface CampaignOwner {
  organizationId: string
  id: string
  version: number | null
}

/** Who made a change: nobody but the operator where there is no key. */
export interface CampaignActor {
  requestId: string | null
  keyId: string | null
  userId: string | null
}

/** What one write carries beside the campaign. */
export interface CampaignWriting {
  owner: CampaignOwner
  actor: CampaignActor
  changes: readonly CampaignDifference[]
  event: NewEvent
  kept: StoredResponse | null
}

// $1 organization, $2 owner, $3 version of the profile.
const HELD = {
  profile: `select organization_id, id as owner_id from profiles
    where organization_id = $1 and id = $2 and version = $3 and ${isNotDeleted('deleted_at')} for no key update`,
  organization: `select organization_id, organization_id as owner_id from organizations
    where organization_id = $1 and organization_id = $2::uuid and $3::bigint is null for no key update`,
}

// $5 is the time of every change. What belongs to the organization itself is in no order with a profile's events.
const TOLD = {
  profile: `update profiles p set event_sequence = p.event_sequence + 1 from changed c
    where p.organization_id = $1 and p.id = $2
    returning p.organization_id, p.id as owner_id, p.event_sequence as sequence, $5::timestamptz as at`,
  organization: `select c.organization_id, null::uuid as owner_id, null::bigint as sequence, $5::timestamptz as at from changed c`,
}

const RETURNING = 'returning organization_id, owner_id, id, version'

const INSERT = `insert into campaigns (organization_id, owner_id, id, created_at, version, ${CONTENT_COLUMNS.map(({ column }) => column).join(', ')})
    select h.organization_id, h.owner_id, $4, $5::timestamptz, 1, ${CONTENT_COLUMNS.map(({ cast }, at) => `$${at + 6}${cast}`).join(', ')}
      from held h ${RETURNING}`

const RETURNING_CHANGED = 'returning c.organization_id, c.owner_id, c.id, c.version'

const UPDATE = `update campaigns c
    set updated_at = $5::timestamptz, version = c.version + 1, ${CONTENT_COLUMNS.map(({ column, cast }, at) => `${column} = $${at + 7}${cast}`).join(', ')}
    from held h
    where c.organization_id = h.organization_id and c.owner_id = h.owner_id and c.id = $4 and c.version = $6
      and c.deleted_at is null and c.lock is null ${RETURNING_CHANGED}`

const DELETE = `update campaigns c set deleted_at = $5::timestamptz, version = c.version + 1
    from held h
    where c.organization_id = h.organization_id and c.owner_id = h.owner_id and c.id = $4 and c.version = $6
      and c.deleted_at is null ${RETURNING_CHANGED}`

const HISTORY_PARAMS = 5

function historyCte(first: number): string {
  const p = (offset: number) => `$${first + offset}`
  return `insert into campaign_history
      (organization_id, owner_id, campaign_id, version, operation, request_id, key_id, user_id, changed_at, changes)
    select c.organization_id, c.owner_id, c.id, c.version, ${p(0)}, ${p(1)}, ${p(2)}::uuid, ${p(3)}::uuid, $5::timestamptz, ${p(4)}::jsonb
      from changed c`
}

const statements = new Map<string, Statement<{ id: string }>>()

function statementOf(name: string, text: string, parts: { owner: keyof typeof HELD; params: number; kept: boolean }) {
  const full = `${name}_of_${parts.owner}${parts.kept ? '_kept' : ''}`
  const known = statements.get(full)
  if (known !== undefined) return known
  let next = parts.params + 1
  const take = (count: number) => {
    const first = next
    next += count
    return first
  }
  const ctes = [
    `held as (${HELD[parts.owner]})`,
    `changed as (${text})`,
    `told as (${TOLD[parts.owner]})`,
    `noted as (${historyCte(take(HISTORY_PARAMS))})`,
    ...eventCtes('told', take(EVENT_PARAMS)),
    ...(text === DELETE ? [endCampaignCte('changed')] : []),
  ]
  if (parts.kept) ctes.push(`kept as (${storedResponseCte('changed', take(KEPT_PARAMS))})`)
  const made = statement<{ id: string }>(full, `with ${ctes.join(',\n')}\nselect id from changed`)
  statements.set(full, made)
  return made
}

async function write(
  db: Executor,
  change: { name: string; operation: Operation; text: string; params: Param[] },
  { owner, actor, changes, event, kept }: CampaignWriting,
): Promise<boolean> {
  const params = [owner.organizationId, owner.id, owner.version, ...change.params]
  const st = statementOf(change.name, change.text, {
    owner: owner.version === null ? 'organization' : 'profile',
    params: params.length,
    kept: kept !== null,
  })
  const rows = await db.run(owner.organizationId, st, [
    ...params,
    ...[change.operation, actor.requestId, actor.keyId, actor.userId, changes],
    ...eventParams([event]),
    ...(kept === null ? [] : storedResponseParams(kept)),
  ])
  return rows.length === 1
}

function contentParams(content: CampaignContent): Param[] {
  return CONTENT_COLUMNS.map(({ member }) => content[member] ?? null)
}

/** Writes a new campaign. False when the owner is no longer what was read: nothing was written. */
export function insertCampaign(db: Executor, campaign: Campaign, writing: CampaignWriting): Promise<boolean> {
  const params = [campaign.id, campaign.createdAt, ...contentParams(campaign)]
  return write(db, { name: 'insert_campaign', operation: 'createCampaign', text: INSERT, params }, writing)
}

/** Writes the content of a campaign over the version it was read at. False when that is gone, or it was locked since. */
export function saveCampaign(
  db: Executor,
  campaign: Campaign & { updatedAt: string },
  writing: CampaignWriting,
): Promise<boolean> {
  const params = [campaign.id, campaign.updatedAt, campaign.version, ...contentParams(campaign)]
  return write(db, { name: 'save_campaign', operation: 'updateCampaign', text: UPDATE, params }, writing)
}

/** Marks a campaign as deleted; its row stays, so that a registry that has it can be told. False as for a change. */
export function markCampaignDeleted(
  db: Executor,
  { id, version }: Pick<Campaign, 'id' | 'version'>,
  { at, ...writing }: CampaignWriting & { at: string },
): Promise<boolean> {
  return write(
    db,
    { name: 'delete_campaign', operation: 'deleteCampaign', text: DELETE, params: [id, at, version] },
    writing,
  )
}
