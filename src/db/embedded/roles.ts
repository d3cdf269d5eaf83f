import type { Administrator } from './administrator.ts'

export const DATABASE = 'letterhead'
/** Owns the database and its tables: migrations, backup and restore. */
export const OWNER = 'letterhead_owner'
/** Owns nothing and is bound by row-level security: the server. */
export const SERVER = 'letterhead_app'

const POWERLESS = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls'

/** Makes the roles and the database that are missing. Safe to repeat after it was cut short at any statement. */
export async function ensureRoles(administrator: Administrator): Promise<void> {
  const rows = await administrator.query(
    'select rolname::text as name from pg_roles union all select datname::text from pg_database where not datistemplate',
  )
  const present = new Set(rows.map((row) => row.name))
  for (const role of [OWNER, SERVER]) {
    if (!present.has(role)) await administrator.query(`create role ${role} ${POWERLESS}`)
  }
  if (present.has(DATABASE)) return
  await administrator.query(`create database ${DATABASE} owner ${OWNER}`)
}
