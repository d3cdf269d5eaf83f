import type { NewEvent } from '../../contract/events.ts'
import type { JsonValue } from '../../contract/fields/json-value.ts'
import type { Executor } from '../../db/database.ts'
import { type Statement, statement } from '../../db/statement.ts'
import { EVENT_PARAMS, eventCtes, eventParams } from '../../events/event.store.ts'
import type { Change } from './history.rules.ts'
import type { ProfileStatus } from './profile.fields.ts'

/** Changes of a profile that no request carries: by the registration and by operators. Run inside a transaction. */

export interface MachineHistory {
  operation: 'completeProfile' | 'registerProfile' | 'reviewProfile'
  actor: 'user' | 'operator' | 'system'
  /** Null but for a user. */
  requestId: string | null
  keyId: string | null
  userId: string | null
  changes: readonly Change[]
}

export interface MachineChange {
  organizationId: string
  profileId: string
  /** What is left out keeps its value. */
  set: {
    status?: ProfileStatus
    sending_phone_number?: string
    whatsapp_phone_number?: string
    /** What the registry said: goes into the history with the next change by a user. */
    registry_feedback?: JsonValue[]
  }
  /** A line of history goes with a new version; without one the version stays (campaigns are not in it). */
  history: MachineHistory | null
  events: readonly NewEvent[]
}

const HEAD = `update profiles
    set status = coalesce($3, status), sending_phone_number = coalesce($4, sending_phone_number),
        whatsapp_phone_number = coalesce($5, whatsapp_phone_number),
        registry_feedback = coalesce($6::jsonb, registry_feedback),
        updated_at = case when num_nonnulls($3, $4, $5) > 0 then now() else updated_at end,
        version = version + $7::integer, event_sequence = event_sequence + $8::bigint
    where organization_id = $1 and id = $2
    returning organization_id, id as owner_id, version, event_sequence as sequence, now() as at`

const NOTED = `noted as (
    insert into profile_history
      (organization_id, profile_id, version, operation, actor, request_id, key_id, user_id, changed_at, changes)
    select s.organization_id, s.owner_id, s.version, $9, $10, $11, $12::uuid, $13::uuid, s.at, $14::jsonb from changed s)`

function statementOf(name: string, hasHistory: boolean): Statement<{ version: number }> {
  const first = hasHistory ? 15 : 9
  const ctes = [`changed as (${HEAD})`, ...(hasHistory ? [NOTED] : []), ...eventCtes('changed', first)]
  return statement<{ version: number }>(name, `with ${ctes.join(',\n')}\nselect version from changed`)
}

const withHistory = statementOf('change_profile_noted', true)
const withoutHistory = statementOf('change_profile', false)

/**
 * Changes the profile with its events and, where there is one, its line of history. A deleted profile is changed too.
 *
 * @returns false for a profile that does not exist.
 */
export async function changeProfile(tx: Executor, change: MachineChange): Promise<boolean> {
  const { organizationId, profileId, set, history, events } = change
  const head = [
    organizationId,
    profileId,
    set.status ?? null,
    set.sending_phone_number ?? null,
    set.whatsapp_phone_number ?? null,
    set.registry_feedback ?? null,
    history === null ? 0 : 1,
    events.length,
  ]
  const line =
    history === null
      ? []
      : [history.operation, history.actor, history.requestId, history.keyId, history.userId, history.changes]
  const params = [...head, ...line, ...eventParams(events)]
  if (params.length !== 8 + line.length + EVENT_PARAMS) throw new Error('the parameters of a change do not add up')
  return (await tx.run(organizationId, history === null ? withoutHistory : withHistory, params)).length === 1
}

const held = statement<{ id: string }>(
  'hold_profile',
  'select id from profiles where organization_id = $1 and id = $2 for update',
)

/** Locks the profile's row, deleted or not, so that no change by a user comes between what is read and what is written. */
export async function holdProfile(tx: Executor, organizationId: string, profileId: string): Promise<void> {
  await tx.run(organizationId, held, [organizationId, profileId])
}
