import type { Administrator } from './administrator.ts'

export const DATABASE = 'letterhead'
/** Owns the database and its tables: migrations, backup and restore. */
export const OWNER = 'letterhead_owner'
/** Owns nothing and is bound by row-level security: the server. */
export const SERVER = 'letterhead_app'

const POWERLESS = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls'

/** Any number that nothing else in the administrator's database locks. */
const TURN = 1

/**
 * Makes the roles and the database that are missing. Safe to repeat after it was cut short at any statement: what the one
 * before was at when its process died is still carried out, so this one waits for that and looks again.
 */
export async function ensureRoles(administrator: Administrator): Promise<void> {
  if ((await missing(administrator)).length === 0) return
  await administrator.query(`select pg_advisory_lock(${TURN})`)
  for (const text of await missing(administrator)) await administrator.query(text)
  await administrator.query(`select pg_advisory_unlock(${TURN})`)
}

/** The statements that make what is not there. */
async function missing(administrator: Administrator): Promise<string[]> {
  const rows = await administrator.query(
    'select rolname::text as name from pg_roles union all select datname::text from pg_database where not datistemplate',
  )
  const present = new Set(rows.map((row) => row.name))
  const roles = [OWNER, SERVER].filter((role) => !present.has(role)).map((role) => `create role ${role} ${POWERLESS}`)
  return present.has(DATABASE) ? roles : [...roles, `create database ${DATABASE} owner ${OWNER}`]
}
