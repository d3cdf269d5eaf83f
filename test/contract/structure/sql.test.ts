import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

type Check = (files: SourceFile[], migrations: SourceFile[]) => Problem[]

const sql = await loadScript<{
  checkOrganizationInSql: Check
  checkSqlPlaces: (files: SourceFile[]) => Problem[]
  checkSqlPortability: Check
  checkMigrations: (migrations: SourceFile[]) => Problem[]
}>('checks/sql.mjs')

const migration = (path: string, text: string): SourceFile => ({ path: `src/db/migrations/${path}`, text })
const schema = [
  migration(
    '001.do.expand-things.sql',
    '-- expand\ncreate table things (\n  organization_id uuid not null check (organization_id is not null),\n  id uuid\n);\ncreate table jobs (id uuid);\n',
  ),
  migration(
    '002.do.expand-parts.sql',
    '-- expand\ncreate table parts (id uuid);\nalter table parts add column organization_id uuid;\n',
  ),
]

const store = (text: string): SourceFile[] => [
  { path: 'src/resources/things/thing.store.ts', text: `export const it = statement('it', \`${text}\`)\n` },
]

test('a statement on a tenant table that does not name the organization is found, in every form of statement', () => {
  const statements = [
    'select id from things where id = $1',
    'insert into things (id) values ($1)',
    'update things set id = $1',
    'delete from things where id = $1',
    'select id from jobs join things on things.id = jobs.id',
    'with a as (select id from parts) select id from a',
    `select \${columns} from things where id = $1`,
    'select id from things -- organization_id',
  ]
  for (const text of statements) {
    const problems = sql.checkOrganizationInSql(store(text), schema)
    assert.equal(problems.length, 1, text)
    assert.match(problems[0]?.message ?? '', /does not name organization_id/)
    assert.equal(problems[0]?.path, 'src/resources/things/thing.store.ts')
  }
})

test('a statement that names the organization, touches no tenant table, or says why it spans organizations passes', () => {
  const statements = [
    'select id from things where organization_id = $1',
    'select id from jobs',
    'delete from things where at < now() -- across organizations: expired rows go for everyone',
  ]
  for (const text of statements) assert.deepEqual(sql.checkOrganizationInSql(store(text), schema), [], text)
})

test('stores without any known tenant table are a problem, because nothing could be checked', () => {
  assert.equal(sql.checkOrganizationInSql(store('select id from things'), []).length, 1)
})

test('SQL outside stores, db and backup is found; prose that begins like SQL is not', () => {
  const write = (path: string, text: string) => sql.checkSqlPlaces([{ path, text: `export const it = ${text}\n` }])
  const statements = [
    "'select id from things'",
    '`\n  select t.id, t.name from things t`',
    `\`insert into \${table} (id) values ($1)\``,
    "'UPDATE things SET id = $1'",
    "'delete from things'",
    "'with a as (select 1) select 1'",
  ]
  for (const text of statements) {
    assert.equal(write('src/resources/things/endpoints/get.ts', text).length, 1, text)
    assert.equal(write('src/resources/things/thing.store.ts', text).length, 0, text)
    assert.equal(write('src/db/admin/migrate.ts', text).length, 0, text)
    assert.equal(write('src/cli/backup.ts', text).length, 0, text)
  }
  for (const prose of [
    "'Select a profile'",
    "'update the brand first'",
    "'with a card'",
    "'Insert into the form'",
    "'delete from the list of senders'",
  ]) {
    assert.equal(write('src/resources/things/endpoints/get.ts', prose).length, 0, prose)
  }
})

test('each construct that ties the schema or a store to one server is found', () => {
  const constructs = [
    'create table a (id bigserial)',
    'create table a (id bigint generated always as identity)',
    'create sequence a',
    "select nextval('a')",
    'create trigger a before insert on b',
    'create or replace function a() returns int',
    'listen changes',
    "select pg_notify('a', 'b')",
    'select pg_advisory_xact_lock(1)',
    'select * from things',
    'select t.* from things t',
    'insert into things (id) values ($1) returning *',
    'truncate things',
  ]
  for (const text of constructs) {
    assert.equal(sql.checkSqlPortability(store(text), []).length, 1, text)
    assert.equal(sql.checkSqlPortability([], [migration('001.sql', `-- expand\n${text};`)]).length, 1, text)
  }
})

test('portable SQL passes, also when a comment names what it avoids', () => {
  const text = '-- no trigger, no serial, no select *\nselect count(*) as n, serial_number, listen_at from things'
  assert.deepEqual(sql.checkSqlPortability(store(text), [migration('001.sql', `-- expand\n${text};`)]), [])
})

test('migrations with a gap, a double number or no word of their kind are found', () => {
  const one = migration('001.do.expand-a.sql', '-- expand\n')
  const two = migration('002.do.contract-b.sql', '-- contract\n')
  assert.deepEqual(sql.checkMigrations([one, two]), [])
  assert.equal(sql.checkMigrations([one, migration('003.do.expand-c.sql', '-- expand\n')]).length, 1)
  assert.equal(sql.checkMigrations([one, migration('001.do.expand-c.sql', '-- expand\n')]).length, 1)
  assert.equal(sql.checkMigrations([two]).length, 1)
  assert.equal(sql.checkMigrations([migration('001.do.expand-a.sql', 'create table a ();\n')]).length, 1)
})
