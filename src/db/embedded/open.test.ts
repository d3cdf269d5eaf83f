import assert from 'node:assert/strict'
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  afterwards,
  closedDatabase,
  dataDirectory,
  postmasterOf,
  queryOnce,
  quietLog,
  startChild,
} from '../../../test/kit/servers/embedded-processes.ts'
import { EmbeddedError, openEmbedded } from './index.ts'

const isRoot = process.geteuid?.() === 0
const ORDINARY = { uid: 65_534, gid: 65_534 }

function openServer(dataDir: string) {
  return openEmbedded({ dataDir, purpose: 'server', log: quietLog })
}

async function refusal(dataDir: string): Promise<EmbeddedError> {
  const error = await openServer(dataDir).then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof EmbeddedError, String(error))
  return error
}

test('below a home directory too, the first opening creates the database, a later one starts it, and what was written is there', async (t) => {
  const dataDir = join(await dataDirectory(t, homedir()), 'made', 'on demand')
  const first = await openServer(dataDir)
  assert.equal(first.origin, 'created')
  await queryOnce(first.owner, 'drop table if exists kept; create table kept as select 7 as seven')
  await first.close()
  assert.equal(postmasterOf(dataDir), null)
  const second = await openServer(dataDir)
  afterwards(t, () => second.close())
  assert.equal(second.origin, 'started')
  assert.deepEqual(await queryOnce(second.owner, 'select seven from kept'), [{ seven: 7 }])
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
  assert.equal(await readFile(join(dataDir, 'postgres.version'), 'utf8'), '18\n')
})

test('E1: a launcher that fails ends the server process that it started', async (t) => {
  const dataDir = await dataDirectory(t)
  await (await openServer(dataDir)).close()
  const rules = join(dataDir, 'postgres', 'pg_hba.conf')
  const kept = await readFile(rules, 'utf8')
  await writeFile(rules, 'local all all reject\n')
  for (const purpose of ['server', 'command'] as const) {
    const refused = openEmbedded({ dataDir, purpose, log: quietLog })
    await assert.rejects(refused, { code: 'cannot_start', message: /refuses its administrator/ })
    assert.equal(postmasterOf(dataDir), null, purpose)
  }
  await writeFile(rules, kept)
  const again = await openServer(dataDir)
  assert.equal(again.origin, 'started')
  await again.close()
})

test('whoever waits is told when a program was set off, before it is ready, and not where the database runs already', async (t) => {
  const dataDir = await dataDirectory(t)
  let isOpen = false
  const told: boolean[] = []
  const onStarting = () => told.push(isOpen)
  const first = await openEmbedded({ dataDir, purpose: 'server', log: quietLog, onStarting })
  isOpen = true
  afterwards(t, () => first.close())
  assert.deepEqual(told, [false, false], 'making the cluster, then the server')
  const attachedClient = await openEmbedded({ dataDir, purpose: 'command', log: quietLog, onStarting })
  await attachedClient.close()
  assert.equal(told.length, 2)
})

test('the engine keeps what it confirmed, listens on its socket only, and keeps values out of its log', async (t) => {
  const dataDir = await closedDatabase(t)
  const database = await openServer(dataDir)
  afterwards(t, () => database.close())
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'TimeZone']
  const rows = await queryOnce(
    database.owner,
    `select name, setting from pg_settings where name in (${names.map((name) => `'${name}'`).join()})`,
  )
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.name, row.setting])), {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    TimeZone: 'UTC',
  })
  await assert.rejects(queryOnce(database.owner, "select 'planted-value'::int"), /planted-value/)
  assert.doesNotMatch(await readFile(join(dataDir, 'postgres.log'), 'utf8'), /planted-value/)
})

test('the server role owns nothing, is not superuser and does not bypass row-level security', async (t) => {
  const database = await openServer(await closedDatabase(t))
  afterwards(t, () => database.close())
  const columns = 'rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin'
  const powerless = {
    rolsuper: false,
    rolbypassrls: false,
    rolcreatedb: false,
    rolcreaterole: false,
    rolreplication: false,
    rolcanlogin: true,
  }
  const rights = `select ${columns} from pg_roles where rolname = current_user`
  assert.deepEqual(await queryOnce(database.server, rights), [powerless])
  assert.deepEqual(await queryOnce(database.owner, rights), [powerless])
  const owned = "select 1 from pg_database where pg_get_userbyid(datdba) = 'letterhead_app'"
  assert.deepEqual(await queryOnce(database.server, owned), [])
  assert.equal((await queryOnce(database.owner, owned.replace('app', 'owner'))).length, 1)
  await assert.rejects(queryOnce(database.server, 'create table mine (a int)'), /permission denied/)
  await queryOnce(database.owner, 'drop table if exists its; create table its (a int)')
  await assert.rejects(queryOnce(database.server, 'select a from its'), /permission denied/)
})

test('a path too long for sockets works, and a cleaned temporary directory does not lock anybody out', async (t) => {
  const dataDir = join(await dataDirectory(t), 'long '.repeat(20), 'path'.repeat(20))
  const first = await openServer(dataDir)
  afterwards(t, () => first.close())
  assert.ok(Buffer.byteLength(first.server.host) < 80, first.server.host)
  afterwards(t, () => rm(dirname(first.server.host), { recursive: true, force: true }))
  assert.equal((await queryOnce(first.server, 'select 1 as one')).length, 1)
  assert.equal((await refusal(dataDir)).code, 'in_use')
  await rm(dirname(first.server.host), { recursive: true })
  assert.equal((await refusal(dataDir)).code, 'in_use')
  const command = await openEmbedded({ dataDir, purpose: 'command', log: quietLog })
  afterwards(t, () => rm(dirname(command.server.host), { recursive: true, force: true }))
  assert.equal(command.origin, 'attached')
  assert.equal((await queryOnce(command.server, 'select 1 as one')).length, 1)
  await command.close()
  await first.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a relative data directory is taken from the working directory', async (t) => {
  const dataDir = await closedDatabase(t)
  const child = startChild(t, './postgres/..', { cwd: dataDir })
  assert.equal((await child.next()).opened, 'started')
  await child.close()
  assert.equal(postmasterOf(dataDir), null)
})

/** Opens, queries and closes, in a process of its own. */
async function opens(t: TestContext, dataDir: string, options: Parameters<typeof startChild>[2]): Promise<string> {
  const child = startChild(t, dataDir, options)
  const said = await child.next()
  assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1, said.message)
  await child.close()
  assert.equal(postmasterOf(dataDir), null)
  return said.opened ?? ''
}

test('an ordinary user can open a database', { skip: !isRoot && 'every other test shows it' }, async (t) => {
  const dataDir = await dataDirectory(t)
  await chown(dataDir, ORDINARY.uid, ORDINARY.gid)
  assert.equal(await opens(t, dataDir, { user: ORDINARY }), 'created')
  assert.equal((await stat(join(dataDir, 'postgres'))).uid, ORDINARY.uid)
  assert.equal(await opens(t, dataDir, { user: ORDINARY }), 'started')
  assert.equal(await opens(t, dataDir, {}), 'started', 'root runs it as its owner')
})

test('root without user namespaces runs the database as an unprivileged user', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const dataDir = await dataDirectory(t)
  assert.equal(await opens(t, dataDir, { namespaces: 'never' }), 'created')
  assert.equal((await stat(join(dataDir, 'postgres'))).uid, ORDINARY.uid)
})

test('root without user namespaces can open a database that root made in one', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const dataDir = await dataDirectory(t)
  assert.equal(await opens(t, dataDir, {}), 'created')
  assert.equal((await stat(join(dataDir, 'postgres'))).uid, 0)
  assert.equal(await opens(t, dataDir, { namespaces: 'never' }), 'started')
})

test('root is told what to do when no other user can reach the data directory', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const closed = await dataDirectory(t)
  await chmod(closed, 0o700)
  const child = startChild(t, join(closed, 'data'), { namespaces: 'never' })
  const said = await child.next()
  assert.equal(said.refused, 'cannot_start')
  assert.match(said.message ?? '', /root.*DATABASE_URL/)
})

test('a directory of another PostgreSQL version is refused and left alone', async (t) => {
  const dataDir = await closedDatabase(t)
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
  assert.equal((await refusal(dataDir)).code, 'wrong_version')
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '18\n')
  await writeFile(join(dataDir, 'postgres.version'), '19\n')
  assert.equal((await refusal(dataDir)).code, 'wrong_version')
  await writeFile(join(dataDir, 'postgres.version'), '18\n')
  const database = await openServer(dataDir)
  await database.close()
})

test('a record of the version that was lost or is empty is made anew from the database', async (t) => {
  const dataDir = await closedDatabase(t)
  const record = join(dataDir, 'postgres.version')
  for (const spoil of [() => rm(record), () => writeFile(record, ''), () => writeFile(`${record}.new`, '1')]) {
    await spoil()
    const database = await openServer(dataDir)
    await database.close()
    assert.equal(await readFile(record, 'utf8'), '18\n')
  }
})

test('a database that was made and is gone, or something else in its place, is refused rather than replaced', async (t) => {
  const dataDir = await closedDatabase(t)
  await rename(join(dataDir, 'postgres'), join(dataDir, 'elsewhere'))
  assert.match((await refusal(dataDir)).message, /is missing/)
  await writeFile(join(dataDir, 'postgres.version'), '')
  assert.match((await refusal(dataDir)).message, /is missing/)
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres', 'letter.txt'), 'dear reader')
  assert.match((await refusal(dataDir)).message, /not a PostgreSQL directory/)
  await rm(join(dataDir, 'postgres'), { recursive: true })
  await rename(join(dataDir, 'elsewhere'), join(dataDir, 'postgres'))
})

test('a data directory that cannot be made or belongs to someone else is refused with what to do', async (t) => {
  const dataDir = await closedDatabase(t)
  const below = await refusal(join(dataDir, 'postgres.version', 'data'))
  assert.equal(below.code, 'cannot_start')
  assert.match(below.message, /ENOTDIR.*DATABASE_URL/)
  if (!isRoot) return
  const said = await startChild(t, dataDir, { user: ORDINARY }).next()
  assert.equal(said.refused, 'cannot_start')
  assert.match(said.message ?? '', /EACCES.*DATABASE_URL/)
})

test('a broken configuration is reported with what PostgreSQL says', async (t) => {
  const dataDir = await closedDatabase(t)
  const file = join(dataDir, 'postgres', 'postgresql.conf')
  const before = await readFile(file)
  await writeFile(file, 'no_such_setting = 1\n')
  afterwards(t, () => writeFile(file, before))
  const error = await refusal(dataDir)
  assert.equal(error.code, 'cannot_start')
  assert.match(error.message, /no_such_setting.*postgres\.log.*DATABASE_URL/s)
})

test('a copy of a data directory is a database of its own, also while the first runs', async (t) => {
  const dataDir = await closedDatabase(t)
  const first = await openServer(dataDir)
  afterwards(t, () => first.close())
  await queryOnce(first.owner, 'drop table if exists kept; create table kept as select 7 as seven')
  const copy = await dataDirectory(t)
  await cp(join(dataDir, 'postgres'), join(copy, 'postgres'), { recursive: true })
  const second = await openServer(copy)
  afterwards(t, () => second.close())
  assert.deepEqual(await queryOnce(second.owner, 'select seven from kept'), [{ seven: 7 }])
  await second.close()
  assert.notEqual(postmasterOf(dataDir), null)
})
