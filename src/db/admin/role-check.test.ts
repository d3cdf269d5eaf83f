import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { openTestPool } from '../../../test/kit/servers/server-pool.ts'
import { ADMINISTRATOR } from '../embedded/administrator.ts'
import { SCHEMA_VERSION } from './migrate.ts'
import { connectOwner, type OwnerSession } from './owner-session.ts'
import { databaseProblems } from './role-check.ts'

const BYPASSING = 'letterhead_test_bypassing'

describe('whether a role and a schema are fit for the server', () => {
  let database: TestDatabase
  let owner: OwnerSession

  before(async () => {
    database = await createTestDatabase()
    owner = await connectOwner(database.owner)
  })
  after(async () => {
    await owner.close()
    await database.drop()
  })

  async function problems(connection: pg.ClientConfig): Promise<string[]> {
    await using db = openTestPool(connection, { poolSize: 1 })
    return await databaseProblems(db)
  }

  /** The test's database as another role; as the administrator of the cluster where none is named. */
  function as(role?: string): pg.ClientConfig {
    const given = process.env.TEST_DATABASE_URL
    if (given === undefined) return { ...database.owner, user: role ?? ADMINISTRATOR }
    const url = new URL(given)
    url.pathname = `/${new pg.Client(database.owner).database}`
    if (role !== undefined) Object.assign(url, { username: role, password: BYPASSING })
    return { connectionString: url.href }
  }

  /** Does something as the owner, looks, and undoes it. */
  async function whileChanged(change: string, undo: string): Promise<string[]> {
    await owner.query(change)
    try {
      return await problems(database.server)
    } finally {
      await owner.query(undo)
    }
  }

  test("the server's powerless role on a migrated database has no problem", async () => {
    assert.deepEqual(await problems(database.server), [])
  })

  test('the owner of the tables is refused, with the statements that make a fit role', async () => {
    const [problem = '', ...more] = await problems(database.owner)
    assert.deepEqual(more, [])
    assert.match(problem, /owns tables/)
    assert.match(problem, /create role "letterhead_app" login .*nosuperuser nobypassrls/)
    assert.match(problem, /letterhead migrate --create-role/)
  })

  test('a superuser is refused', async () => {
    assert.match((await problems(as())).join(), /is a superuser/)
  })

  test('a role with BYPASSRLS is refused', async () => {
    const administrator = new pg.Client(as())
    await administrator.connect()
    try {
      await administrator.query(`create role ${BYPASSING} login password '${BYPASSING}' nosuperuser bypassrls`)
      const found = await problems(as(BYPASSING)).finally(() => administrator.query(`drop role ${BYPASSING}`))
      assert.match(found.join(), /has BYPASSRLS/)
      assert.doesNotMatch(found.join(), /superuser and|owns tables/)
    } finally {
      await administrator.end()
    }
  })

  test('a member of the owning role is refused, because it has what the owner has', async () => {
    const administrator = new pg.Client(as())
    const [server, owning] = [new pg.Client(database.server).user, new pg.Client(database.owner).user]
    await administrator.connect()
    try {
      const member = `${BYPASSING}_member`
      await administrator.query(
        `create role ${member} login password '${BYPASSING}' nosuperuser nobypassrls in role ${owning}`,
      )
      const found = await problems(as(member)).finally(() => administrator.query(`drop role ${member}`))
      assert.match(found.join(), /owns tables/)
      assert.notEqual(server, owning)
    } finally {
      await administrator.end()
    }
  })

  /** The server's role, with settings in its URL, which take the place of those that a connection asks for. */
  function withSettings(settings: Record<string, string>): pg.ClientConfig {
    const { host, port, user = '', database: name = '', password } = new pg.Client(database.server)
    const url = new URL(`postgres://place/${name}`)
    Object.assign(url, { username: user, password: typeof password === 'string' ? password : '' })
    for (const [key, value] of Object.entries({ host, port: String(port), ...settings }))
      url.searchParams.set(key, value)
    return { connectionString: url.href }
  }

  test('connections that a pooler keeps from the settings that they ask for are refused, with the place of what helps', async () => {
    const fit = { options: '-c timezone=Etc/UTC' }
    assert.deepEqual(await problems(withSettings(fit)), [])
    for (const settings of [
      { options: '-c timezone=Asia/Kathmandu' },
      { ...fit, lock_timeout: '0' },
      { ...fit, statement_timeout: '0' },
      { ...fit, idle_in_transaction_session_timeout: '0' },
    ])
      assert.match((await problems(withSettings(settings))).join(), /a pooler drops them.*OPERATIONS\.md/)
  })

  test('E2: each table with an organization is watched, but for the three directories', async () => {
    const tables = await owner.query<{ name: string }>(
      `select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'organization_id'`,
    )
    const watched = tables
      .map(({ name }) => name)
      .filter((name) => !['imported_keys', 'jobs', 'registration_references'].includes(name))
    assert.ok(watched.includes('webhooks') && watched.includes('campaigns'))
    for (const table of watched) {
      const found = await whileChanged(
        `alter table ${table} disable row level security`,
        `alter table ${table} enable row level security`,
      )
      assert.deepEqual(found, [
        `The table ${table} lacks row-level security, so one organization could read what is another's. As its owner: alter table "${table}" enable row level security;`,
      ])
    }
  })

  test('an older schema, and a newer one that contracted, are problems', async () => {
    const older = await whileChanged(
      `update schema_versions set version = version + 1000 where version = ${SCHEMA_VERSION}`,
      `update schema_versions set version = version - 1000 where version = ${SCHEMA_VERSION + 1000}`,
    )
    assert.equal(older.length, 0, 'a newer schema that expanded is served')
    const newer = await whileChanged(
      `insert into schema_versions (version, name) values (${SCHEMA_VERSION + 1}, 'contract-less')`,
      `delete from schema_versions where version = ${SCHEMA_VERSION + 1}`,
    )
    assert.match(newer.join(), /newer release/)
    const missing = await whileChanged(
      `update schema_versions set version = -version where version > 0`,
      `update schema_versions set version = -version where version < 0`,
    )
    assert.match(missing.join(), /letterhead migrate/)
  })

  test('a database that was never migrated is a problem with a way out', async () => {
    const found = await whileChanged(
      'alter table schema_versions rename to hidden_versions',
      'alter table hidden_versions rename to schema_versions',
    )
    assert.match(found.join(), /version 0.*letterhead migrate/)
  })
})
