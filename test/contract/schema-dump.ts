import type pg from 'pg'

/** The schema of a database as SQL, from PostgreSQL's catalogs, in an order that depends on names alone. The embedded programs bring no pg_dump. */

const TABLES = `
  select c.oid, c.relname::text as name, c.relrowsecurity as is_secured, c.relforcerowsecurity as is_forced,
         array_to_string(c.reloptions, ', ') as options
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   order by c.relname collate "C"`

const COLUMNS = `
  select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_required,
         pg_get_expr(d.adbin, d.adrelid) as value, a.attgenerated <> '' as is_generated
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
   order by a.attname collate "C"`

/** PostgreSQL 18 lists what is not null among the constraints too; the columns say it already. */
const CONSTRAINTS = `
  select conname::text as name, pg_get_constraintdef(oid) as definition from pg_constraint
   where conrelid = $1 and contype <> 'n' order by conname collate "C"`

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = $1 and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
   order by c.relname collate "C"`

const POLICIES = `
  select polname::text as name, polcmd::text as command, polpermissive as is_permissive,
         pg_get_expr(polqual, polrelid) as seen, pg_get_expr(polwithcheck, polrelid) as written
    from pg_policy where polrelid = $1 order by polname collate "C"`

const GRANTS = `
  select x.privilege_type as privilege, string_agg(distinct coalesce(x.name, ''), ', ' order by coalesce(x.name, '')) as columns
    from (select p.privilege_type, null::text as name from pg_class c, aclexplode(c.relacl) p
           where c.oid = $1 and p.grantee = $2::regrole
          union all
          select p.privilege_type, a.attname::text from pg_attribute a, aclexplode(a.attacl) p
           where a.attrelid = $1 and p.grantee = $2::regrole) x
   group by x.privilege_type, x.name is null order by x.privilege_type collate "C", x.name is null`

/** What the rules of migrations forbid, and any kind of object that nobody has thought of. */
const OTHERS = `
  select c.relkind::text || ' ' || c.relname as name from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind not in ('r', 'p', 'i', 'I')
   union all select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
   union all select 'trigger ' || tgname from pg_trigger where not tgisinternal
   union all select 'type ' || t.typname from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd')
   order by 1`

const COMMANDS: Record<string, string> = { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' }

type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>

interface Table {
  oid: number
  name: string
  is_secured: boolean
  is_forced: boolean
  options: string | null
}

async function columnsOf(query: Query, { oid }: Table): Promise<string[]> {
  const columns = await query<{
    name: string
    type: string
    is_required: boolean
    value: string | null
    is_generated: boolean
  }>(COLUMNS, [oid])
  return columns.map(({ name, type, is_required: isRequired, value, is_generated: isGenerated }) => {
    const made = value === null ? '' : isGenerated ? ` generated always as (${value}) stored` : ` default ${value}`
    return `  ${name} ${type}${made}${isRequired ? ' not null' : ''}`
  })
}

async function policiesOf(query: Query, { oid, name: table }: Table): Promise<string[]> {
  const policies = await query<{
    name: string
    command: string
    is_permissive: boolean
    seen: string | null
    written: string | null
  }>(POLICIES, [oid])
  return policies.map(({ name, command, is_permissive: isPermissive, seen, written }) => {
    const kind = `${isPermissive ? '' : ' as restrictive'} for ${COMMANDS[command]}`
    const rows = `${seen === null ? '' : ` using ${seen}`}${written === null ? '' : ` with check ${written}`}`
    return `create policy ${name} on ${table}${kind}${rows};`
  })
}

async function dumpTable(query: Query, table: Table, server: string): Promise<string> {
  const constraints = await query<{ name: string; definition: string }>(CONSTRAINTS, [table.oid])
  const indexes = await query<{ definition: string }>(INDEXES, [table.oid])
  const grants = await query<{ privilege: string; columns: string }>(GRANTS, [table.oid, server])
  const inside = [
    ...(await columnsOf(query, table)),
    ...constraints.map(({ name, definition }) => `  constraint ${name} ${definition}`),
  ]
  const { name, options, is_secured: isSecured, is_forced: isForced } = table
  return [
    `create table ${name} (\n${inside.join(',\n')}\n)${options === null ? '' : ` with (${options})`};`,
    ...indexes.map(({ definition }) => `${definition.replaceAll('public.', '')};`),
    ...(isSecured ? [`alter table ${name} enable row level security;`] : []),
    ...(isForced ? [`alter table ${name} force row level security;`] : []),
    ...(await policiesOf(query, table)),
    ...grants.map(
      ({ privilege, columns }) =>
        `grant ${privilege.toLowerCase()}${columns === '' ? '' : ` (${columns})`} on ${name} to server;`,
    ),
  ].join('\n')
}

/**
 * Columns stand in the order of their names: an upgrade adds them behind the others, and no statement depends on their places.
 *
 * @param server the role that the server runs as; it is named `server` in the dump
 */
export async function dumpSchema(client: pg.ClientBase, server: string): Promise<string> {
  const query: Query = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await client.query<Row>(text, values)).rows
  const tables: string[] = []
  for (const table of await query<Table>(TABLES)) tables.push(await dumpTable(query, table, server))
  const others = (await query<{ name: string }>(OTHERS)).map(({ name }) => `-- ${name}`)
  return `${[...tables, ...(others.length === 0 ? [] : [others.join('\n')])].join('\n\n')}\n`
}
