import type { TestApp } from './servers/app.ts'

/** All rows of the database as one text, but when an API key was last used; `except` names tables to leave out. */
export async function everything(app: TestApp, except: readonly string[] = []): Promise<string> {
  const tables = await app.sql<{ name: string }>(
    "select tablename::text as name from pg_tables where schemaname = 'public' and tablename <> all($1) order by 1",
    [['rate_windows', ...except]],
  )
  const rowsOf = ({ name }: { name: string }) =>
    `select '${name}' as name, (select string_agg(r, E'\\n' order by r)
       from (select (to_jsonb(t) - 'last_used_at')::text as r from ${name} t) a) as rows`
  const tablesWithRows = await app.sql<{ name: string; rows: string | null }>(
    `${tables.map(rowsOf).join(' union all ')} order by name`,
  )
  return tablesWithRows.map(({ name, rows }) => `${name}\n${rows ?? ''}`).join('\n')
}
