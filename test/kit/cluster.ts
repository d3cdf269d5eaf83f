import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openEmbedded } from '../../src/db/embedded/index.ts'
import { migrate } from '../../src/db/migrate.ts'
import { packageRoot } from '../../src/package-root.ts'

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
}

let opened: Promise<Cluster> | null = null
let closing: (() => Promise<void>) | null = null

// Registered while the file loads: inside a test it would end with that test.
after(() => closing?.())

function openCluster(): Promise<Cluster> {
  opened ??= process.env.TEST_DATABASE_URL === undefined ? openOwn() : openGiven(process.env.TEST_DATABASE_URL)
  return opened
}

async function openOwn(): Promise<Cluster> {
  // The runner is the parent of every test file, so its id names the run.
  const dataDir = process.env.LETTERHEAD_TEST_DIR ?? join(tmpdir(), `letterhead-test-${process.ppid}`)
  const embedded = await openEmbedded({ dataDir, purpose: 'command', log: SILENT })
  closing = () => embedded.close()
  const users = { administrator: 'letterhead_superuser', owner: OWNER, server: SERVER }
  return { connect: (database, as) => ({ ...embedded.owner, database, user: users[as] }) }
}

async function openGiven(url: string): Promise<Cluster> {
  const given = new URL(url)
  return {
    connect: (database, as) => {
      const target = new URL(given)
      target.pathname = `/${database}`
      if (as !== 'administrator') {
        target.username = as === 'owner' ? OWNER : SERVER
        target.password = PASSWORD
      }
      return { connectionString: target.href }
    },
  }
}

/** Runs statements on one connection as the administrator. */
async function administer(cluster: Cluster, database: string, ...texts: string[]): Promise<void> {
  const client = new pg.Client(cluster.connect(database, 'administrator'))
  await client.connect()
  try {
    for (const text of texts) await client.query(text)
  } finally {
    await client.end()
  }
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

async function ensureRoles(cluster: Cluster): Promise<void> {
  for (const role of [OWNER, SERVER]) {
    // 42710 and 23505: another test file made it, or is making it, at this moment.
    await unless(['42710', '23505'], () =>
      administer(cluster, 'postgres', `create role ${role} login password '${PASSWORD}' nosuperuser nobypassrls`),
    )
  }
}

function schemaDigest(): string {
  const folder = join(packageRoot, 'src', 'db', 'migrations')
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

async function isFinished(cluster: Cluster, name: string): Promise<boolean> {
  const client = new pg.Client(cluster.connect('postgres', 'administrator'))
  await client.connect()
  try {
    const { rows } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [name])
    return rows.length === 1
  } finally {
    await client.end()
  }
}

async function ensureTemplate(cluster: Cluster): Promise<string> {
  const name = `letterhead_template_${schemaDigest()}`
  if (await isFinished(cluster, name)) return name
  await ensureRoles(cluster)
  const isMine = await unless(['42P04', '23505'], () =>
    administer(cluster, 'postgres', `create database ${name} owner ${OWNER}`),
  )
  if (isMine) {
    await migrate(cluster.connect(name, 'owner'), SERVER)
    await administer(cluster, 'postgres', `alter database ${name} with is_template true`)
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
async function drop(cluster: Cluster, name: string): Promise<void> {
  const client = new pg.Client(cluster.connect('postgres', 'administrator'))
  await client.connect()
  try {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const { rows } = await client.query('select 1 from pg_stat_activity where datname = $1', [name])
      if (rows.length === 0) break
      await sleep(50)
    }
    await client.query(`drop database if exists ${name} with (force)`)
  } finally {
    await client.end()
  }
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
      administer(cluster, 'postgres', `create database ${name} template ${template} owner ${OWNER}`),
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
