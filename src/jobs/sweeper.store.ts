import type { Database } from '../db/database.ts'
import { statement } from '../db/statement.ts'

/** The organization that is none. Its policies show and delete what has expired anywhere, and nothing live. */
const NIL_ORGANIZATION = '00000000-0000-0000-0000-000000000000'

export interface Swept {
  /** How many expired rows were found, at most the size of the batch. */
  found: number
  /** How many of them this call deleted; another instance may have been faster. */
  deleted: number
}

// Rows are not locked while they are looked for: that would need a right to update them. Two sweepers may find the same
// rows, and the slower one deletes fewer. A claim that a job looks after stays: with it the method's reference would go.
const sweep = statement<Swept>(
  'sweep_expired_answers',
  `-- across organizations: what has expired goes everywhere
  with expired as (
    select k.organization_id, k.customer_id, k.mode, k.key from idempotency_keys k
     where k.expires_at < now()
       and not exists (select 1 from jobs j where j.organization_id = k.organization_id and j.id = k.id)
     order by k.expires_at limit $1::integer),
  gone as (
    delete from idempotency_keys k using expired e
     where k.organization_id = e.organization_id and k.customer_id = e.customer_id and k.mode = e.mode and k.key = e.key
       and k.expires_at < now()
    returning k.organization_id)
  select (select count(*) from expired) as found, (select count(*) from gone) as deleted`,
)

/** How long events, deliveries, told callbacks and webhooks of deleted profiles can be looked up; the policies of the tables say it too. */
const KEPT_DAYS = 7

/** Rows of a table that became too old by one of its times. `key` are the columns of its primary key. */
function sweepOld(table: string, time: string, key: readonly string[]) {
  return statement<Swept>(
    `sweep_old_${table}`,
    `-- across organizations: what is too old goes everywhere
    with old as (
      select ${key.join(', ')} from ${table}
       where ${time} < now() - interval '${KEPT_DAYS} days' order by ${time} limit $1::integer),
    gone as (
      delete from ${table} t using old o where ${key.map((column) => `t.${column} = o.${column}`).join(' and ')}
      returning t.organization_id)
    select (select count(*) from old) as found, (select count(*) from gone) as deleted`,
  )
}

const SWEEPS = {
  answers: sweep,
  events: sweepOld('events', 'created_at', ['organization_id', 'id']),
  deliveries: sweepOld('deliveries', 'created_at', ['organization_id', 'webhook_id', 'id']),
  webhooks: sweepOld('webhooks', 'ended_at', ['organization_id', 'id']),
  callbacks: sweepOld('callbacks', 'ended_at', ['organization_id', 'profile_id', 'id']),
}
export type Sweepable = keyof typeof SWEEPS
export const SWEEPABLE = Object.keys(SWEEPS) as Sweepable[]

/** Deletes up to `limit` rows that have had their time, the oldest first. Reads key columns only (decision 20). */
export async function sweepExpired(db: Database, what: Sweepable, limit: number): Promise<Swept> {
  const [swept] = await db.run(NIL_ORGANIZATION, SWEEPS[what], [limit])
  return swept ?? { found: 0, deleted: 0 }
}
