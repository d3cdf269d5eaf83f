import { SCHEMA_VERSION } from '../../src/db/migrate.ts'

/** What the last migration drops. */
const DROPPED = {
  profiles: ['profiles_status', 'profiles_billing_model'],
  brands: ['brands_lock'],
  idempotency_keys: ['idempotency_keys_state'],
  profile_history: ['profile_history_actor', 'profile_history_profile'],
}

/** Leaves the schema as the last migration finds it. `query` runs as the owner of the tables or above. */
export async function undoLastMigration(query: (text: string) => Promise<unknown>): Promise<void> {
  for (const [table, names] of Object.entries(DROPPED))
    for (const name of names) await query(`alter table ${table} add constraint ${name} check (true)`)
  await query(`delete from schema_versions where version = ${SCHEMA_VERSION}`)
}
