import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import {
  afterwards,
  backendsOf,
  closedDatabase,
  dataDirectory,
  killPostmaster,
  postmasterOf,
  queryOnce,
  quietLog,
  startChild,
} from '../../../test/kit/servers/embedded-processes.ts'
import { ADMINISTRATOR } from './administrator.ts'
import { openEmbedded } from './index.ts'
import { codeOf } from './node-error.ts'
import { ensureRoles } from './roles.ts'

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    assert.equal(codeOf(error), 'ESRCH')
  }
}

test('after a kill of server, postmaster and every backend the next start recovers what was confirmed', async (t) => {
  const dataDir = await closedDatabase(t)
  const server = startChild(t, dataDir)
  const { owner } = await server.next()
  await queryOnce(owner, 'drop table if exists kept; create table kept (n int)')
  let confirmed = 0
  const writing = (async () => {
    const client = new pg.Client({ ...owner, ssl: false })
    client.on('error', () => undefined)
    await client.connect()
    for (;;) {
      await client.query('insert into kept values ($1)', [confirmed + 1])
      confirmed += 1
    }
  })().catch(() => undefined)
  while (confirmed < 100) await sleep(5)
  const backends = await backendsOf(owner)
  await server.kill()
  killPostmaster(dataDir)
  for (const { pid } of backends) killIfThere(pid)
  await writing
  const next = await openEmbedded({ dataDir, purpose: 'server', log: quietLog })
  afterwards(t, () => next.close())
  assert.equal(next.origin, 'started')
  const [row] = await queryOnce(next.owner, 'select count(*)::int as rows, max(n) as last from kept')
  assert.ok(
    confirmed > 0 && Number(row?.rows) >= confirmed && row?.rows === row?.last,
    JSON.stringify({ row, confirmed }),
  )
})

test('a kill of the postmaster alone, with children that have not noticed yet, is recovered from', async (t) => {
  const dataDir = await closedDatabase(t)
  const server = startChild(t, dataDir)
  const { owner } = await server.next()
  const straggler = (await backendsOf(owner)).find(({ kind }) => kind === 'checkpointer')?.pid ?? 0
  assert.notEqual(straggler, 0)
  // Stopped, it holds on to the shared memory, as a backend in a long computation does.
  process.kill(straggler, 'SIGSTOP')
  await server.kill()
  killPostmaster(dataDir)
  const next = openEmbedded({ dataDir, purpose: 'server', log: quietLog })
  await sleep(700)
  const log = await readFile(join(dataDir, 'postgres.log'), 'utf8')
  process.kill(straggler, 'SIGCONT')
  const database = await next
  await database.close()
  assert.match(log, /pre-existing shared memory block/)
})

test('a process number in a stale lock file that now belongs to another process does not keep the database down', async (t) => {
  const dataDir = await closedDatabase(t)
  const server = startChild(t, dataDir)
  await server.next()
  const file = join(dataDir, 'postgres', 'postmaster.pid')
  const lock = await readFile(file, 'utf8')
  await server.kill()
  killPostmaster(dataDir)
  const other = spawn('sleep', ['60'], { stdio: 'ignore' })
  afterwards(t, async () => {
    other.kill('SIGKILL')
    if (other.exitCode === null && other.signalCode === null) await once(other, 'exit')
  })
  await writeFile(file, lock.replace(/^\d+/, String(other.pid)))
  await writeFile(join(dataDir, 'run', '.s.PGSQL.5432.lock'), lock.replace(/^\d+/, String(other.pid)))
  const database = await openEmbedded({ dataDir, purpose: 'server', log: quietLog })
  assert.equal(database.origin, 'started')
  await database.close()
  assert.equal(other.exitCode ?? other.signalCode, null)
})

test('a database that dies under a running server is started again and a pool reconnects', async (t) => {
  const dataDir = await closedDatabase(t)
  const lines: string[] = []
  const note = (event: string) => lines.push(event)
  const database = await openEmbedded({ dataDir, purpose: 'server', log: { info: note, warn: note, error: note } })
  afterwards(t, () => database.close())
  const pool = new pg.Pool({ ...database.server, ssl: false })
  pool.on('error', () => undefined)
  afterwards(t, () => pool.end())
  for (let round = 1; round <= 2; round += 1) {
    await pool.query('select 1')
    killPostmaster(dataDir)
    const deadline = Date.now() + 20_000
    while (lines.filter((line) => line === 'embedded_database_back').length < round) {
      assert.ok(Date.now() < deadline, lines.join())
      await sleep(20)
    }
    const again = () => pool.query('select 1 as one')
    assert.equal((await again().catch(again)).rows[0].one, 1)
  }
  await database.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a kill during the first creation leaves nothing half-made', async (t) => {
  const dataDir = await dataDirectory(t)
  for (const delay of [150, 500, 900]) {
    const child = startChild(t, dataDir)
    while ((await readdir(dataDir)).every((name) => !name.startsWith('postgres'))) await sleep(5)
    await sleep(delay)
    await child.kill()
  }
  const database = await openEmbedded({ dataDir, purpose: 'server', log: quietLog })
  afterwards(t, () => database.close())
  assert.equal((await queryOnce(database.server, 'select 1 as one')).length, 1)
  await database.close()
  assert.deepEqual(
    (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-')),
    [],
  )
})

test('roles and database that another process is still making are waited for, and made once', async (t) => {
  const dataDir = await closedDatabase(t)
  const database = await openEmbedded({ dataDir, purpose: 'server', log: quietLog })
  afterwards(t, () => database.close())
  const superuser = { ...database.owner, user: ADMINISTRATOR, database: 'postgres' }
  const texts = ['drop database letterhead', 'drop role letterhead_owner', 'drop role letterhead_app']
  for (const text of texts) await queryOnce(superuser, text)
  const makers = Array.from({ length: 4 }, async () => {
    const client = new pg.Client({ ...superuser, ssl: false })
    await client.connect()
    const query = async (text: string) => (await client.query(text)).rows
    try {
      await ensureRoles({ query, ended: Promise.resolve(), end: async () => undefined })
    } finally {
      await client.end()
    }
  })
  await Promise.all(makers)
  assert.equal((await queryOnce(database.server, 'select 1 as one')).length, 1)
})

test('Ctrl-C reaches the server and not the database, which is there until the server closes it', async (t) => {
  const dataDir = await closedDatabase(t)
  const server = startChild(t, dataDir)
  const said = await server.next()
  process.kill(-server.pid, 'SIGINT')
  await sleep(200)
  assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1)
  await server.close()
  assert.equal(postmasterOf(dataDir), null)
})
