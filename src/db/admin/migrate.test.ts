import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { leaveSchemaBefore, WAITING_VERSION } from '../../../test/kit/schema.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { packageRoot } from '../../package-root.ts'
import { migrate, SCHEMA_VERSION, schemaProblem, TablesBusy } from './migrate.ts'
import { connectOwner, type OwnerSession } from './owner-session.ts'

describe('migrations', () => {
  let database: TestDatabase
  let owner: OwnerSession
  let serverRole: string

  before(async () => {
    database = await createTestDatabase()
    owner = await connectOwner(database.owner)
    serverRole = new pg.Client(database.server).user ?? ''
  })
  after(async () => {
    await owner.close()
    await database.drop()
  })

  /** Leaves the database as one that was just made: an empty public schema that everyone may look into. */
  async function empty(): Promise<void> {
    await owner.query('drop schema public cascade')
    await owner.query('create schema public')
    await owner.query('grant usage on schema public to public')
  }

  const tables = async () =>
    (
      await owner.query<{ name: string }>(
        "select tablename::text as name from pg_tables where schemaname = 'public' order by tablename",
      )
    ).map(({ name }) => name)

  const EVERY_VERSION = readdirSync(join(packageRoot, 'src', 'db', 'migrations'))
    .map((file) => Number.parseInt(file, 10))
    .sort((a, b) => a - b)

  test('an empty database gets every migration in order, and none a second time', async () => {
    await empty()
    assert.deepEqual(await tables(), [])
    assert.deepEqual(await migrate(database.owner, serverRole), EVERY_VERSION)
    assert.equal(EVERY_VERSION.at(-1), SCHEMA_VERSION)
    const made = await tables()
    assert.ok(made.includes('profiles'))
    assert.deepEqual(await migrate(database.owner, serverRole), [])
    assert.deepEqual(await tables(), made)
  })

  test('the schema of a newer program is left as it is', async () => {
    await empty()
    await migrate(database.owner, serverRole)
    const made = await tables()
    await owner.query(`insert into schema_versions (version, name) values (${SCHEMA_VERSION + 1}, 'expand-more')`)
    assert.deepEqual(await migrate(database.owner, serverRole), [])
    const [newest] = await owner.query<{ version: number }>(
      'select max(version)::integer as version from schema_versions',
    )
    assert.deepEqual([newest?.version, await tables()], [SCHEMA_VERSION + 1, made])
  })

  test('a migration that was applied is not changed afterwards: with the next one to apply, that is refused', async () => {
    await empty()
    await migrate(database.owner, serverRole)
    await owner.query(`delete from schema_versions where version = ${SCHEMA_VERSION}`)
    await owner.query("update schema_versions set md5 = 'of another text' where version = 1")
    await assert.rejects(migrate(database.owner, serverRole), /MD5 checksum failed for migration \[1\]/)
  })

  test('of four starters on an empty database one migrates, and all find it migrated', async () => {
    await empty()
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.owner, serverRole)))
    assert.deepEqual(
      applied.filter((versions) => versions.length > 0),
      [EVERY_VERSION],
    )
  })

  test('a migration that fails leaves nothing behind, and can be run again', async () => {
    await empty()
    // A table of that name in the way makes the first migration fail half-way.
    await owner.query('create table profiles (id integer)')
    await assert.rejects(migrate(database.owner, serverRole), { code: '42P07' })
    assert.deepEqual(await tables(), ['migration_lock', 'profiles'])
    await owner.query('drop table profiles')
    assert.deepEqual(await migrate(database.owner, serverRole), EVERY_VERSION)
  })

  describe('while a table is in use', () => {
    const before = () => leaveSchemaBefore(WAITING_VERSION, (text) => owner.query(text))
    const PENDING = EVERY_VERSION.filter((version) => version >= WAITING_VERSION)

    /** As a backup does: a read of a table in a transaction that goes on. */
    async function reader(table: string): Promise<{ end(): Promise<void> }> {
      const session = await connectOwner(database.owner)
      await session.query('begin')
      await session.query(`select from ${table} limit 1`)
      return { end: () => session.close() }
    }

    test('others are let past, and it is done once the table is free', async () => {
      await before()
      // The second table that it changes: what it did to the first one is taken back meanwhile.
      const backup = await reader('brands')
      let pauses = 0
      const onBusy = () => {
        pauses += 1
        if (pauses === 3) void backup.end()
      }
      // One that stands in line for ever would keep the reads below waiting with it.
      const givenUp = setTimeout(() => void backup.end(), 10_000)
      const done = migrate(database.owner, serverRole, { lockMs: 50, pauseMs: 100, onBusy })
      const slowest = { ms: 0 }
      for (let isOver = false; !isOver; ) {
        const startedMs = performance.now()
        await owner.query('select from brands')
        await owner.query('select from profiles')
        slowest.ms = Math.max(slowest.ms, performance.now() - startedMs)
        isOver = await Promise.race([done.then(() => true), sleep(5).then(() => false)])
      }
      clearTimeout(givenUp)
      assert.deepEqual(await done, PENDING)
      assert.ok(pauses >= 3, `${pauses} pauses`)
      assert.ok(slowest.ms < 2_000, `a read waited ${slowest.ms} ms`)
    })

    test('and the connection breaks in a pause: it fails with what the next statement is told', async () => {
      await before()
      const backup = await reader('brands')
      const onBusy = () =>
        void owner.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where query = 'rollback' and pid <> pg_backend_pid()",
        )
      try {
        await assert.rejects(migrate(database.owner, serverRole, { lockMs: 20, pauseMs: 300, onBusy }))
      } finally {
        await backup.end()
      }
      assert.deepEqual(await migrate(database.owner, serverRole), PENDING)
    })

    test('for longer than it waits: it says so and has changed nothing', async () => {
      await before()
      const backup = await reader('profile_history')
      try {
        const patience = { lockMs: 20, pauseMs: 20, totalMs: 200 }
        await assert.rejects(migrate(database.owner, serverRole, patience), TablesBusy)
      } finally {
        await backup.end()
      }
      const kept = await owner.query("select from pg_constraint where conname = 'profiles_status'")
      assert.equal(kept.length, 1, 'the constraint that it drops first is there')
      assert.deepEqual(await migrate(database.owner, serverRole), PENDING)
    })
  })

  test('every table with an organization, but the directories that say why not, has row-level security', async () => {
    await empty()
    await migrate(database.owner, serverRole)
    const rows = await owner.query<{ name: string; secured: boolean }>(
      `select c.relname::text as name, c.relrowsecurity as secured from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'organization_id'
      order by c.relname`,
    )
    assert.deepEqual(
      rows.filter(({ secured }) => !secured).map(({ name }) => name),
      ['imported_keys', 'jobs', 'registration_references'],
    )
    assert.ok(rows.some(({ name, secured }) => name === 'profiles' && secured))
  })

  test('the server owns nothing and may neither change the schema, empty a table, nor rewrite the history', async () => {
    await empty()
    await migrate(database.owner, serverRole)
    const server = new pg.Client(database.server)
    await server.connect()
    try {
      const forbidden = [
        'create table mine (id integer)',
        'drop table profiles',
        'alter table profiles disable row level security',
        'create policy all_mine on profiles using (true)',
        'truncate profiles',
        'delete from profiles',
        'delete from organizations',
        'update profile_history set operation = operation',
        'delete from profile_history',
        'update campaign_history set operation = operation',
        'delete from campaigns',
        'insert into schema_versions (version) values (99)',
      ]
      for (const text of forbidden) {
        await assert.rejects(server.query(text), { code: '42501' }, text)
      }
      assert.deepEqual((await server.query('select id from profiles')).rows, [])
    } finally {
      await server.end()
    }
  })

  const current = EVERY_VERSION.map((version) => ({ version, name: 'expand-something' }))

  test('an older schema, or none, is refused with the command that helps', () => {
    assert.match(schemaProblem([]) ?? '', /version 0.*letterhead migrate/)
    assert.match(schemaProblem(current.slice(0, -1)) ?? '', /letterhead migrate/)
  })

  test('the schema of this program is served, and a newer one that only expanded', () => {
    assert.equal(schemaProblem(current), null)
    assert.equal(schemaProblem([...current, { version: SCHEMA_VERSION + 1, name: 'expand-more' }]), null)
  })

  test('a newer schema that contracted is refused', () => {
    const contracted = { version: SCHEMA_VERSION + 1, name: 'contract-less' }
    const later = { version: SCHEMA_VERSION + 2, name: 'expand-more' }
    assert.match(schemaProblem([...current, contracted, later]) ?? '', /start a newer release/)
  })
})
