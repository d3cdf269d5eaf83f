/**
 * SQL: where it may be written, that each statement on a tenant table names the organization, and that nothing is used
 * which only one server of PostgreSQL's family has (decision 9).
 */
import { textsOf } from './syntax.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

const acrossOrganizations = /--\s*across organizations:\s*\S+/
const isStore = (path) => path.endsWith('.store.ts')
const mayHoldSql = (path) => isStore(path) || /^src\/(db\/|cli\/(backup|restore))/.test(path)

/**
 * Tables that have an organization_id column.
 *
 * @param {SourceFile[]} migrations
 * @returns {Set<string>}
 */
function tenantTables(migrations) {
  const tables = new Set()
  for (const { text } of migrations) {
    const sql = withoutComments(text).toLowerCase()
    for (const { name, body } of createdTables(sql)) {
      if (/\borganization_id\b/.test(body)) tables.add(name)
    }
    for (const [, name] of sql.matchAll(
      /alter table (?:if exists )?(?:only )?([a-z_]+)\s+add (?:column )?(?:if not exists )?organization_id\b/g,
    )) {
      tables.add(name)
    }
  }
  return tables
}

function* createdTables(sql) {
  for (const match of sql.matchAll(/create table (?:if not exists )?(?:[a-z_]+\.)?([a-z_]+)\s*\(/g)) {
    const start = match.index + match[0].length
    let depth = 1
    let end = start
    for (; end < sql.length && depth > 0; end += 1) {
      if (sql[end] === '(') depth += 1
      if (sql[end] === ')') depth -= 1
    }
    yield { name: match[1], body: sql.slice(start, end) }
  }
}

/**
 * Every text in a store or in db/ that names a tenant table names organization_id too, or says in an SQL comment
 * `-- across organizations: <reason>`.
 *
 * @param {SourceFile[]} files program files
 * @param {SourceFile[]} migrations
 * @returns {Problem[]}
 */
export function checkOrganizationInSql(files, migrations) {
  const tables = tenantTables(migrations)
  const stores = files.filter(({ path }) => mayHoldSql(path))
  if (stores.some(({ path }) => isStore(path)) && tables.size === 0) {
    return [
      { path: 'src/db/migrations', line: 1, message: 'no tenant table was found, so no statement could be checked' },
    ]
  }
  return stores.flatMap((file) =>
    textsOf(file).flatMap(({ text, line }) => {
      const used = tablesIn(text).filter((table) => tables.has(table))
      if (used.length === 0 || acrossOrganizations.test(text) || /\borganization_id\b/.test(withoutComments(text)))
        return []
      return [{ path: file.path, line, message: `SQL on ${used.join(', ')} does not name organization_id` }]
    }),
  )
}

function tablesIn(text) {
  const uses = withoutComments(text)
    .toLowerCase()
    .matchAll(/\b(?:from|join|into|update|using|table)\s+(?:only\s+)?([a-z_]+)\b/g)
  return [...new Set([...uses].map(([, table]) => table))]
}

const sqlStarts = [
  /^select\s+(\d|'|\*|\$|exists\b|distinct\b|[a-z_.]+\s*(,|\(|\bfrom\b|\bas\b|::))/,
  /^insert\s+into\s+[a-z_.$]+\s*(\(|(as|default|select|values)\b)/,
  /^update\s+[a-z_$]+(\s+(as\s+)?[a-z_]+)?\s+set\b/,
  /^delete\s+from\s+[a-z_.$]+(\s+(as\s+)?[a-z_]+)?\s*($|;|(where|using|returning)\b)/,
  /^with\s+(recursive\s+)?[a-z_]+\s*(\([^)]*\)\s*)?as\s+(not\s+)?(materialized\s*)?\(/,
]

/**
 * SQL is written in stores, in db/ and in the backup, and nowhere else.
 *
 * @param {SourceFile[]} files program files
 * @returns {Problem[]}
 */
export function checkSqlPlaces(files) {
  return files
    .filter(({ path }) => !mayHoldSql(path))
    .flatMap((file) =>
      textsOf(file)
        .filter(({ text }) => sqlStarts.some((start) => start.test(withoutComments(text).trim().toLowerCase())))
        .map(({ line }) => ({ path: file.path, line, message: 'SQL outside a *.store.ts file' })),
    )
}

const forbidden = [
  [/\b(small|big)?serial\b/, 'serial'],
  [/\bgenerated\s+(always|by\s+default)\s+as\s+identity\b/, 'identity column'],
  [/\bcreate\s+sequence\b|\bnextval\s*\(/, 'sequence'],
  [/\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b/, 'trigger'],
  [/\bcreate\s+(or\s+replace\s+)?(function|procedure)\b/, 'stored function'],
  [/(^|;)\s*(un)?listen\s+[a-z_*]|(^|;)\s*notify\s+[a-z_]|\bpg_notify\s*\(/, 'LISTEN and NOTIFY'],
  [/\bpg_(try_)?advisory_/, 'advisory lock'],
  [/\b(select|returning)\s+([a-z_]+\.)?\*/, '`*` in place of columns'],
  [/(^|;)\s*truncate\b/, 'truncate'],
]

/**
 * Constructs that PostgreSQL's relatives lack or do differently, and `*` that changes with the schema.
 *
 * @param {SourceFile[]} files program files
 * @param {SourceFile[]} migrations
 * @returns {Problem[]}
 */
export function checkSqlPortability(files, migrations) {
  const written = [
    ...migrations.map(({ path, text }) => ({ path, line: 1, text })),
    ...files
      .filter(({ path }) => isStore(path))
      .flatMap((file) => textsOf(file).map((text) => ({ path: file.path, ...text }))),
  ]
  return written.flatMap(({ path, line, text }) => {
    const sql = withoutComments(text).toLowerCase()
    return forbidden
      .filter(([construct]) => construct.test(sql))
      .map(([, name]) => ({ path, line, message: `not portable SQL: ${name}` }))
  })
}

/**
 * Migrations are numbered from 1 without gaps, and their first line says whether code before them still works.
 *
 * @param {SourceFile[]} migrations
 * @returns {Problem[]}
 */
export function checkMigrations(migrations) {
  const numbered = migrations.map(({ path, text }) => ({
    path,
    text,
    number: Number.parseInt(path.split('/').at(-1), 10),
  }))
  const inOrder = numbered.toSorted((a, b) => a.number - b.number)
  const gaps = inOrder
    .filter(({ number }, at) => number !== at + 1)
    .slice(0, 1)
    .map(({ path }) => ({ path, line: 1, message: 'migrations are not numbered 1, 2, 3 without a gap' }))
  const headless = inOrder
    .filter(({ text }) => !/^-- (expand|contract)\n/.test(text))
    .map(({ path }) => ({ path, line: 1, message: 'the first line is neither `-- expand` nor `-- contract`' }))
  return [...gaps, ...headless]
}

function withoutComments(sql) {
  return sql.replaceAll(/--[^\n]*/g, ' ').replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
}
