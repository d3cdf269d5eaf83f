import { type OwnerSession, quoteName } from '../../db/admin/owner-session.ts'
import { CommandFailure } from '../command-failure.ts'
import { inLoadingOrder, type Reference, type Table } from './table-order.ts'

/** The migration runner's own tables: a restore goes into a schema that is migrated already. */
const NOT_DATA = "('schema_versions', 'migration_lock')"

const TABLES = `
  select c.relname::text as name, json_agg(a.attname::text order by a.attnum) as columns
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   where c.relkind in ('r', 'p') and not c.relispartition
     and c.relnamespace = to_regnamespace(current_schema()) and c.relname not in ${NOT_DATA}
   group by c.relname order by c.relname`

const REFERENCES = `
  select child.relname::text as child, parent.relname::text as parent
    from pg_constraint k
    join pg_class child on child.oid = k.conrelid
    join pg_class parent on parent.oid = k.confrelid
   where k.contype = 'f' and child.relnamespace = to_regnamespace(current_schema())`

/** Every table of the installation, whatever migration made it, in the order in which they can be loaded. */
export async function listTables(owner: OwnerSession): Promise<Table[]> {
  const tables = await owner.query<Table>(TABLES)
  return inLoadingOrder(tables, await owner.query<Reference>(REFERENCES))
}

/** The version of the newest migration that was applied. Fails on a database that was never migrated. */
export async function readSchemaVersion(owner: OwnerSession): Promise<number> {
  try {
    const [row] = await owner.query<{ version: number | null }>(
      'select max(version)::int as version from schema_versions',
    )
    if (row?.version) return row.version
  } catch (error) {
    if ((error as { code?: string }).code !== '42P01') throw error
  }
  throw new CommandFailure('SCHEMA', 'The database has not been migrated: run `letterhead migrate`.')
}

/** Locks every table at once: for a backup against migrations, for a restore also against other writers. */
export async function lockTables(
  owner: OwnerSession,
  tables: readonly Table[],
  mode: 'access share' | 'exclusive',
): Promise<void> {
  if (tables.length === 0) return
  await owner.query(`lock table ${tables.map(({ name }) => quoteName(name)).join(', ')} in ${mode} mode`)
}

/** `<table> (<columns>)`, as COPY takes it. */
export function copyTarget({ name, columns }: Table): string {
  return `${quoteName(name)} (${columns.map(quoteName).join(', ')})`
}
