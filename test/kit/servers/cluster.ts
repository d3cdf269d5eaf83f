import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '../../../src/db/admin/migrate.ts'
import { type EmbeddedDatabase, openEmbedded } from '../../../src/db/embedded/index.ts'
import { packageRoot } from '../../../src/package-root.ts'

/**
 * One PostgreSQL for all test files of a run, one database for each test app. The databases are copies of a template
 * that was migrated once. TEST_DATABASE_URL names another server to use, as a role that may create databases and roles.
 */

const OWNER = 'letterhead_test_owner'
const SERVER = 'letterhead_test_app'
const PASSWORD = 'letterhead-test'
const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

interface Cluster {
  connect(database: string, as: 'administrator' | 'owner' | 'server'): pg.ClientConfig
  /** Connections of the administrator to the database `postgres`, kept between uses: opening one costs 10 ms of processor time. */
  administrator: pg.Pool
}

let opened: Promise<Cluster> | null = null
const closing: (() => Promise<void>)[] = []

// Registered while the file loads: inside a test it would end with that test.
after(async () => {
  for (const close of closing) await close()
})

function openCluster(): Promise<Cluster> {
  opened ??= openOnce()
  return opened
}

async function openOnce(): Promise<Cluster> {
  const given = process.env.TEST_DATABASE_URL
  const embedded = given === undefined ? await openOwn() : null
  const connect = embedded === null ? connectTo(new URL(given ?? '')) : connectWithin(embedded)
  const administrator = new pg.Pool({ ...connect('postgres', 'administrator'), max: 2, allowExitOnIdle: true })
  closing.push(
    () => administrator.end(),
    async () => embedded?.close(),
  )
  return { connect, administrator }
}

async function openOwn(): Promise<EmbeddedDatabase> {
  // The runner is the parent of every test file, so its id names the run.
  const dataDir = process.env.LETTERHEAD_TEST_DIR ?? join(tmpdir(), `letterhead-test-${process.ppid}`)
  return openEmbedded({ dataDir, purpose: 'command', log: SILENT })
}

function connectWithin({ owner }: EmbeddedDatabase): Cluster['connect'] {
  const users = { administrator: 'letterhead_superuser', owner: OWNER, server: SERVER }
  return (database, as) => ({ ...owner, database, user: users[as] })
}

function connectTo(given: URL): Cluster['connect'] {
  return (database, as) => {
    const target = new URL(given)
    target.pathname = `/${database}`
    if (as !== 'administrator') {
      target.username = as === 'owner' ? OWNER : SERVER
      target.password = PASSWORD
    }
    return { connectionString: target.href }
  }
}

/** The cluster for programs that make their own databases and roles: the administrator's URL, and the process of the server. */
export async function clusterForPrograms(): Promise<{ url: string; postmaster: number }> {
  const { connect, administrator } = await openCluster()
  const { connectionString, host, port, user } = connect('postgres', 'administrator')
  const { rows } = await administrator.query<{ pid: string }>(
    "select split_part(pg_read_file('postmaster.pid'), E'\n', 1) as pid",
  )
  const url = connectionString ?? `postgres://${user}@localhost:${port}/postgres?host=${encodeURIComponent(host ?? '')}`
  return { url, postmaster: Number(rows[0]?.pid) }
}

/** Drops what such a program made. */
export async function dropFromCluster(database: string, role: string): Promise<void> {
  const cluster = await openCluster()
  await drop(cluster, database)
  await administer(cluster, `drop role if exists ${role}`)
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code
}

async function unless(codes: readonly string[], work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return false
    throw error
  }
}

async function administer({ administrator }: Cluster, text: string): Promise<void> {
  await administrator.query(text)
}

async function ensureRoles(cluster: Cluster): Promise<void> {
  for (const role of [OWNER, SERVER]) {
    // 42710 and 23505: another test file made it, or is making it, at this moment.
    await unless(['42710', '23505'], () =>
      administer(cluster, `create role ${role} login password '${PASSWORD}' nosuperuser nobypassrls`),
    )
  }
}

function schemaDigest(): string {
  const folder = join(packageRoot, 'src', 'db', 'migrations')
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

async function isFinished({ administrator }: Cluster, name: string): Promise<boolean> {
  const { rows } = await administrator.query('select 1 from pg_database where datname = $1 and datistemplate', [name])
  return rows.length === 1
}

async function ensureTemplate(cluster: Cluster): Promise<string> {
  const name = `letterhead_template_${schemaDigest()}`
  if (await isFinished(cluster, name)) return name
  await ensureRoles(cluster)
  const isMine = await unless(['42P04', '23505'], () => administer(cluster, `create database ${name} owner ${OWNER}`))
  if (isMine) {
    await migrate(cluster.connect(name, 'owner'), SERVER)
    // No test cuts the power of this server, so nobody waits for its disk. src/db/embedded/crash.test.ts does, on its own.
    for (const role of [OWNER, SERVER]) await administer(cluster, `alter role ${role} set synchronous_commit = off`)
    await administer(cluster, `alter database ${name} with is_template true`)
    return name
  }
  const until = Date.now() + 60_000
  while (!(await isFinished(cluster, name))) {
    if (Date.now() > until) throw new Error('the template database of another test file was never finished')
    await sleep(100)
  }
  return name
}

/** Waits for the sessions to end by themselves: one that is ended by force reports an error to whoever had it. */
async function drop({ administrator }: Cluster, name: string): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const { rows } = await administrator.query('select 1 from pg_stat_activity where datname = $1', [name])
    if (rows.length === 0) break
    await sleep(50)
  }
  await administrator.query(`drop database if exists ${name} with (force)`)
}

/** A fresh migrated database. */
export interface TestDatabase {
  owner: pg.ClientConfig
  server: pg.ClientConfig
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = await openCluster()
  const template = await ensureTemplate(cluster)
  const name = `letterhead_test_${randomBytes(8).toString('hex')}`
  for (let attempt = 1; ; attempt += 1) {
    // 55006: the template is being looked at by another session for a moment.
    const isMade = await unless(['55006'], () =>
      administer(cluster, `create database ${name} template ${template} owner ${OWNER}`),
    )
    if (isMade) break
    if (attempt > 50) throw new Error('the template database stays busy')
    await sleep(100)
  }
  return {
    owner: cluster.connect(name, 'owner'),
    server: cluster.connect(name, 'server'),
    drop: () => drop(cluster, name),
  }
}
