import { join } from 'node:path'
import Postgrator from 'postgrator'
import { packageRoot } from '../../src/package-root.ts'

/** The migration that the tests wait with: the first one that changes several tables that are in use. */
export const WAITING_VERSION = 13

/**
 * Leaves the schema as the migration of that number finds it, and empty. `query` runs as the owner of the tables, one
 * text or script at a time.
 */
export async function leaveSchemaBefore(
  version: number,
  query: (text: string) => Promise<readonly object[] | undefined>,
): Promise<void> {
  const tables = await query("select quote_ident(tablename) as name from pg_tables where schemaname = 'public'")
  for (const { name } of (tables ?? []) as { name: string }[]) await query(`drop table if exists ${name} cascade`)
  const postgrator = new Postgrator({
    migrationPattern: join(packageRoot, 'src', 'db', 'migrations', '*.sql'),
    driver: 'pg',
    database: '',
    schemaTable: 'schema_versions',
    newline: 'LF',
    execQuery: async (text) => ({ rows: [...((await query(text)) ?? [])] }),
  })
  await postgrator.migrate(String(version - 1))
}
