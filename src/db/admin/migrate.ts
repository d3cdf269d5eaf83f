import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { packageRoot } from '../../package-root.ts'
import { newClient } from '../client.ts'
import { grantsFor } from './grants.ts'

/**
 * Migrations are numbered SQL files, `NNN.do.<expand|contract>-<what>.sql`, forward only. All pending ones run in one
 * transaction under a lock row, so two starters cannot both migrate and a kill leaves nothing half done. An expand
 * migration works with the code before it; a contract migration does not, so older code refuses to start after one.
 */
const MIGRATIONS = join(packageRoot, 'src', 'db', 'migrations')
const VERSIONS = 'schema_versions'

/** The version of the newest migration that this code carries. */
export const SCHEMA_VERSION = Math.max(...readdirSync(MIGRATIONS).map((file) => Number.parseInt(file, 10)))

/** How a migration waits for whoever uses its tables. Milliseconds. */
export interface Patience {
  /** How long it stands in line for each table at most: all that comes later stands behind it, the server's requests too. */
  lockMs: number
  /** How long those are let past before it tries again. */
  pauseMs: number
  /** How long it goes on trying. */
  totalMs: number
  /** Told before each pause. */
  onBusy?: () => void
}

/** In line for half of what a request waits for a connection (POOL_WAIT_MS) unless told otherwise. */
const PATIENCE: Patience = { lockMs: 500, pauseMs: 2_000, totalMs: 600_000 }
const LOCK_NOT_AVAILABLE = '55P03'

/** A table was in use for as long as the migration was willing to wait. Nothing of it is done. */
export class TablesBusy extends Error {
  constructor(waitedMs: number) {
    const minutes = Math.round(waitedMs / 60_000)
    super(
      `A table was in use for ${minutes} minutes, and nothing was changed. See what holds it (a backup, or a session in pg_stat_activity), then run it again.`,
    )
    this.name = 'TablesBusy'
  }
}

/**
 * Brings the schema to SCHEMA_VERSION as its owner and gives `serverRole` what the server needs and no more. All that is
 * pending happens at once or not at all; while a table is in use for long, as by a backup, it is tried again and again.
 *
 * @returns the versions applied now, oldest first.
 * @throws TablesBusy
 */
export async function migrate(
  owner: pg.ClientConfig,
  serverRole: string,
  patience: Partial<Patience> = {},
): Promise<number[]> {
  const { lockMs, pauseMs, totalMs, onBusy } = { ...PATIENCE, ...patience }
  const client = newClient(owner)
  // A connection that breaks in a pause has nobody to tell; the next statement is told.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await createLock(client)
    for (let busySinceMs = Number.POSITIVE_INFINITY; ; ) {
      try {
        return await migrateOnce(client, { owner, serverRole, lockMs })
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
        busySinceMs = Math.min(busySinceMs, performance.now())
        if (performance.now() - busySinceMs + pauseMs > totalMs) throw new TablesBusy(totalMs)
      }
      await client.query('rollback')
      onBusy?.()
      await sleep(pauseMs)
    }
  } finally {
    await client.end()
  }
}

interface Migration {
  owner: pg.ClientConfig
  serverRole: string
  lockMs: number
}

async function migrateOnce(client: pg.Client, { owner, serverRole, lockMs }: Migration): Promise<number[]> {
  await client.query('begin')
  await client.query('select held from migration_lock for update')
  await client.query(`set local lock_timeout = ${lockMs}`)
  const applied = (await newestVersion(client)) >= SCHEMA_VERSION ? [] : await applyPending(client, owner)
  await client.query(grantsFor(serverRole).join(';\n'))
  await client.query('commit')
  return applied
}

async function newestVersion(client: pg.Client): Promise<number> {
  const table = await client.query<{ is_there: boolean }>(`select to_regclass('${VERSIONS}') is not null as is_there`)
  if (table.rows[0]?.is_there !== true) return 0
  const newest = await client.query<{ version: number }>(`select max(version)::integer as version from ${VERSIONS}`)
  return newest.rows[0]?.version ?? 0
}

/** Its library is read, and checks what was applied before, where there is something to apply: most starts find the schema as it should be. */
async function applyPending(client: pg.Client, owner: pg.ClientConfig): Promise<number[]> {
  const { default: Postgrator } = await import('postgrator')
  const postgrator = new Postgrator({
    migrationPattern: join(MIGRATIONS, '*.sql'),
    driver: 'pg',
    database: owner.database ?? '',
    schemaTable: VERSIONS,
    newline: 'LF',
    execQuery: (text) => client.query(text),
    execSqlScript: async (text) => {
      await client.query(text)
    },
  })
  return (await postgrator.migrate()).map(({ version }) => version)
}

async function createLock(client: pg.Client): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('create table if not exists migration_lock (held boolean primary key)')
      await client.query('insert into migration_lock (held) values (true) on conflict do nothing')
      return
    } catch (error) {
      // Two first starts can both find the table missing; PostgreSQL then refuses one with a duplicate in its catalogue.
      if (attempt >= 5) throw error
    }
  }
}

/** Why this code cannot serve the schema it found, or null. */
export function schemaProblem(applied: readonly { version: number; name: string }[]): string | null {
  const newest = Math.max(0, ...applied.map(({ version }) => version))
  if (newest < SCHEMA_VERSION) {
    return `The database schema is at version ${newest}, this program needs ${SCHEMA_VERSION}: run \`letterhead migrate\` with DATABASE_OWNER_URL.`
  }
  const breaking = applied.find(({ version, name }) => version > SCHEMA_VERSION && name.startsWith('contract-'))
  return breaking === undefined
    ? null
    : `The database schema is at version ${newest}, which no longer works with this program (version ${SCHEMA_VERSION}): start a newer release.`
}
