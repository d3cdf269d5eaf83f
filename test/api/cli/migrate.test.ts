import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { connectOwner } from '../../../src/db/admin/owner-session.ts'
import type { EmbeddedDatabase } from '../../../src/db/embedded/index.ts'
import { leaveSchemaBefore, WAITING_VERSION } from '../../kit/schema.ts'
import { queryOnce } from '../../kit/servers/embedded-processes.ts'
import { until } from '../../kit/tally.ts'
import { answered, dataDirectory, keepRunning, letterhead, refused } from './letterhead.ts'

/** An external database: one more in an embedded cluster, reached by a URL as any other is. */
const directory = dataDirectory()
let database: EmbeddedDatabase

const KEYS = {
  SEALING_KEY: `one:${randomBytes(32).toString('base64')}`,
  KEY_PEPPER: randomBytes(32).toString('base64'),
}

function urlOf(user: string, name = 'external'): string {
  return `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(database.owner.host)}`
}

const administer = (text: string, name = 'external') =>
  queryOnce({ ...database.owner, user: 'letterhead_superuser', database: name }, text)

before(async () => {
  database = await keepRunning(directory)
  await administer('create role external_owner login createrole', 'postgres')
  await administer('create database external owner external_owner', 'postgres')
  await administer('alter schema public owner to external_owner')
})

test('migrate needs the role of the server, makes it when asked, and applies each version once', async () => {
  const owner = { env: { DATABASE_OWNER_URL: urlOf('external_owner') } }
  const roleless = { env: { ...owner.env, DATABASE_URL: urlOf('app:pa%20ss') } }
  assert.match((await refused(['migrate'], roleless)).message, /migrate --create-role/)
  type Migrated = { applied: number[]; role: string; role_created: boolean; role_password?: string }
  const made = await answered<Migrated>(['migrate', '--create-role'], { ...roleless, asProcess: true })
  assert.deepEqual([made.role, made.role_created, made.role_password], ['app', true, undefined])
  assert.ok(made.applied.length > 0)
  const [role] = await administer(
    "select rolsuper, rolbypassrls, rolcanlogin, rolpassword like 'SCRAM-SHA-256$4096:%' as is_hashed from pg_authid where rolname = 'app'",
  )
  assert.deepEqual(role, { rolsuper: false, rolbypassrls: false, rolcanlogin: true, is_hashed: true })
  const again = await answered<Migrated>(['migrate', '--create-role'], roleless)
  assert.deepEqual([again.applied, again.role_created], [[], false])
  const invented = await answered<Migrated>(['migrate', '--create-role'], owner)
  assert.equal(invented.role, 'letterhead_app')
})

test('migrate says that it waits for a table, lets requests past, and goes on by itself', async () => {
  const owner = { env: { DATABASE_OWNER_URL: urlOf('external_owner'), DATABASE_URL: urlOf('app') } }
  await leaveSchemaBefore(WAITING_VERSION, (text) =>
    queryOnce({ ...database.owner, user: 'external_owner', database: 'external' }, text),
  )
  const backup = await connectOwner({ ...database.owner, user: 'letterhead_superuser', database: 'external' })
  await backup.query('begin')
  await backup.query('select from profiles limit 1')
  const migrating = letterhead(['migrate'], owner)
  const waits = () =>
    administer("select from pg_stat_activity where usename = 'external_owner' and wait_event_type = 'Lock'")
  await until('it stands in line', async () => (await waits()).length > 0)
  await until('it lets others past', async () => (await waits()).length === 0)
  await backup.close()
  const { code, stdout, stderr } = await migrating
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^(A table is in use; nothing is changed yet, it is tried again\.\n)+$/)
  assert.match(stdout, /^Applied versions? 13[\d, ]*\.$/m)
})

test('with only the URL of the server, what needs the owner says so, and everything else works', async () => {
  const env = { DATABASE_URL: urlOf('app'), ...KEYS }
  const made = await answered(['org', 'create', '--name', 'External', '--email', 'o@example.com'], { env })
  for (const command of [['migrate'], ['org', 'list'], ['backup', '--to', '/tmp/never']]) {
    const failure = await refused(command, { env })
    assert.equal(failure.exit, 78, command.join(' '))
    assert.match(failure.message, /DATABASE_OWNER_URL is needed/)
  }
  const users = await answered<unknown[]>(['user', 'list', '--org', made.id ?? ''], { env })
  assert.equal(users.length, 1)
  assert.equal((await refused(['user', 'list'], { env })).message, '--org is needed.')
  const keyless = await refused(['key', 'create', '--org', made.id ?? '', '--role', 'admin'], {
    env: { DATABASE_URL: urlOf('app') },
  })
  assert.equal(keyless.exit, 78)
})

test('doctor tells a role that row-level security would not bind from one that it does', async () => {
  const fit = await answered<{ database: { state: string } }>(['doctor'], {
    env: { DATABASE_URL: urlOf('app'), ...KEYS },
  })
  assert.equal(fit.database.state, 'ready')
  const unfit = await refused(['doctor'], { env: { DATABASE_URL: urlOf('external_owner'), ...KEYS } })
  assert.equal(unfit.exit, 1)
})
