import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { migrate } from '../../src/db/admin/migrate.ts'
import { packageRoot } from '../../src/package-root.ts'
import { leaveSchemaBefore } from '../kit/schema.ts'
import { createTestDatabase } from '../kit/servers/cluster.ts'
import { dumpSchema } from './schema-dump.ts'

/** Every number that a migration has: an installation may stand at each. */
const VERSIONS = readdirSync(join(packageRoot, 'src', 'db', 'migrations'))
  .map((file) => Number.parseInt(file, 10))
  .sort((a, b) => a - b)

const FIXTURES = join(packageRoot, 'test', 'fixtures', 'upgrade')

/** Data as an installation of that version can hold it, in a file for each migration that made place for some. */
function dataOf(version: number): string {
  const names = readdirSync(FIXTURES).sort()
  const known = names.filter((name) => Number.parseInt(name, 10) <= version)
  for (const name of names) assert.ok(VERSIONS.includes(Number.parseInt(name, 10)), `${name} belongs to no migration`)
  return known.map((name) => readFileSync(join(FIXTURES, name), 'utf8')).join('\n')
}

type Rows = Record<string, Record<string, unknown>[]>

/** All rows by table; of each the members that `like` has, when told. */
async function rowsOf(client: pg.Client, like?: Rows): Promise<Rows> {
  const tables = await client.query<{ name: string }>(
    "select tablename::text as name from pg_tables where schemaname = 'public' and tablename not in ('schema_versions', 'migration_lock')",
  )
  const rows: Rows = {}
  for (const { name } of tables.rows) {
    if (like !== undefined && like[name] === undefined) continue
    const found = await client.query<{ row: Record<string, unknown> }>(`select to_jsonb(t) as row from ${name} t`)
    const columns = like?.[name]?.[0] === undefined ? null : Object.keys(like[name][0])
    rows[name] = found.rows
      .map(({ row }) => (columns === null ? row : Object.fromEntries(columns.map((column) => [column, row[column]]))))
      .toSorted((a, b) => (identity(a) < identity(b) ? -1 : 1))
  }
  return rows
}

const identity = (row: Record<string, unknown>) =>
  JSON.stringify(['id', 'owner_id', 'version', 'key', 'digest', 'name', 'operation'].map((column) => row[column]))

/** Migrations that mend rows which are there, beside adding columns. Each runs once: rows that came after it stay as they are. */
const MENDS: Record<number, (rows: Rows) => void> = {
  17: ({ profiles = [], api_keys: keys = [] }) => {
    const endOf = new Map(profiles.map(({ id, deleted_at: end }) => [id, end]))
    for (const key of keys) key.revoked_at ??= endOf.get(key.profile_id) ?? null
  },
  18: ({ profiles = [], webhooks = [] }) => {
    for (const profile of profiles) profile.name = String(profile.name).normalize('NFC')
    for (const webhook of webhooks) webhook.display_name = String(webhook.display_name).normalize('NFC')
  },
}

function expectedFrom(version: number, before: Rows): Rows {
  const after = structuredClone(before)
  for (const [at, mend] of Object.entries(MENDS)) if (Number(at) > version) mend(after)
  return after
}

test('from the schema of every earlier version, with data in it, an upgrade keeps each row and ends in the schema of today', async () => {
  const database = await createTestDatabase()
  const client = new pg.Client(database.owner)
  await client.connect()
  const server = new pg.Client(database.server).user ?? ''
  try {
    const wanted = await dumpSchema(client, server)
    const query = async (text: string) => (await client.query(text)).rows
    for (const version of VERSIONS) {
      await leaveSchemaBefore(version + 1, query)
      await client.query(dataOf(version))
      const before = await rowsOf(client)
      const empty = Object.keys(before).filter((table) => before[table]?.length === 0)
      assert.deepEqual(empty, [], `version ${version}: tables for which test/fixtures/upgrade has no row`)
      const pending = VERSIONS.filter((each) => each > version)
      assert.deepEqual(await migrate(database.owner, server), pending, `from version ${version}`)
      assert.deepEqual(await rowsOf(client, before), expectedFrom(version, before), `from version ${version}`)
      assert.equal(await dumpSchema(client, server), wanted, `from version ${version}`)
    }
  } finally {
    await client.end()
    await database.drop()
  }
})

test('the data of an old installation holds what migrations have mended', () => {
  const data = dataOf(VERSIONS.at(-1) ?? 0)
  for (const text of [String.raw`Cafe\0301`, String.raw`Re\0301ception`, 'Of the deleted profile'])
    assert.ok(data.includes(text), text)
})
