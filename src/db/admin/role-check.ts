import type { Database } from '../database.ts'
import { statement } from '../statement.ts'
import { quoteRole } from './grants.ts'
import { schemaProblem } from './migrate.ts'

interface RoleRow {
  role: string
  is_superuser: boolean
  bypasses_rls: boolean
  owned: number
  unprotected: string[]
  has_settings: boolean
}

/** The tables that are read before it is known whose row it is: they hold ids and keyed digests only. */
const DIRECTORIES = ['imported_keys', 'jobs', 'registration_references']

const roleRead = statement<RoleRow>(
  'read_own_role',
  `select r.rolname::text as role, r.rolsuper as is_superuser, r.rolbypassrls as bypasses_rls,
          (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname = 'public' and pg_has_role(r.oid, c.relowner, 'USAGE')) as owned,
          to_jsonb(array(select c.relname::text from pg_class c
                  join pg_namespace n on n.oid = c.relnamespace
                  join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
                 where c.relkind in ('r', 'p') and n.nspname = 'public' and not c.relrowsecurity
                   and c.relname not in (${DIRECTORIES.map((name) => `'${name}'`).join(', ')})
                 order by c.relname)) as unprotected,
          current_setting('TimeZone') in ('UTC', 'Etc/UTC') and '0' not in (current_setting('lock_timeout'),
            current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')) as has_settings
     from pg_roles r where r.rolname = current_user`,
)

const versionsRead = statement<{ version: number; name: string }>(
  'read_schema_versions',
  "select version, coalesce(name, '') as name from schema_versions where version > 0",
)

/** The statements that make a role fit for the server. */
export function roleStatements(role: string): string[] {
  const name = quoteRole(role)
  return [
    `create role ${name} login password '<a password>' nosuperuser nobypassrls`,
    `grant usage on schema public to ${name}`,
  ]
}

/**
 * Why the server must not run on this database, one sentence each; empty when it may. Row-level security binds neither
 * owner nor superuser nor BYPASSRLS, so the second wall would not stand (decision 20).
 */
export async function databaseProblems(db: Database): Promise<string[]> {
  const [role] = await db.runUnscoped(roleRead, [])
  if (role === undefined) return ['The database does not say which role this is.']
  const reasons = [
    role.is_superuser ? 'is a superuser' : null,
    role.bypasses_rls ? 'has BYPASSRLS' : null,
    role.owned > 0 ? 'owns tables' : null,
  ].filter((reason) => reason !== null)
  if (reasons.length > 0) {
    const how = roleStatements('letterhead_app').map((text) => `  ${text};`)
    return [
      `The role "${role.role}" of DATABASE_URL ${reasons.join(' and ')}, so row-level security would not bind it. Give the server a role of its own:\n${how.join('\n')}\n  or run \`letterhead migrate --create-role\` with DATABASE_OWNER_URL.`,
    ]
  }
  // Behind a pooler that drops them every time would be read in another zone, and no wait for a lock would end.
  if (!role.has_settings) {
    return [
      `The connections of "${role.role}" lack the time zone or the time limits that they ask for: a pooler drops them. Set them for the role, as docs/OPERATIONS.md shows ("Behind a pooler").`,
    ]
  }
  const problem = await schemaState(db)
  if (problem !== null) return [problem]
  return role.unprotected.map(
    (table) =>
      `The table ${table} lacks row-level security, so one organization could read what is another's. As its owner: alter table ${quoteRole(table)} enable row level security;`,
  )
}

/** Why this program cannot serve the schema, or null. A database without a readable version table has not been migrated. */
async function schemaState(db: Database): Promise<string | null> {
  try {
    return schemaProblem(await db.runUnscoped(versionsRead, []))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '42P01' || code === '42501') return schemaProblem([])
    throw error
  }
}
