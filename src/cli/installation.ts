import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, loadConfig } from '../config/index.ts'
import { Database } from '../db/database.ts'
import { findKeyChecks, noteKeyChecks } from '../db/installation.store.ts'
import { type OpenedDatabase, openDatabase } from '../db/open.ts'
import { keyProblems } from '../encryption/key-check.rules.ts'
import { KEY_FILE, readOrCreateKeyFile } from '../encryption/key-file.ts'
import { KeyRing } from '../encryption/key-ring.ts'
import type { ServerLog } from '../observability/log.ts'
import { misconfigured } from './command-failure.ts'

type Owner = NonNullable<OpenedDatabase['owner']>

/** The role that `migrate` makes when no URL names another. */
const DEFAULT_ROLE = 'letterhead_app'

/** The installation that a command works on: the one whose configuration is in the environment. */
export interface Installation {
  /** As the server's powerless role. */
  db: Database
  /** Opens a pool as the owner of the tables, who sees every organization. Fails where its URL is not configured. */
  asOwner<T>(work: (db: Database) => Promise<T>): Promise<T>
  hasOwner: boolean
  keys(): Promise<KeyRing>
}

/** Reports go to the person at the terminal through results and failures, so the log of what runs below is dropped. */
export const quietLog: ServerLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  access: () => undefined,
  flush: () => undefined,
}

/** The configuration as commands need it. Fails with all of its problems. */
export function readConfig(): Config {
  const loaded = loadConfig(undefined, { purpose: 'command' })
  if (!loaded.ok) throw misconfigured(loaded.problems.join('\n'))
  return loaded.config
}

/** The file of keys that the server makes in embedded mode (decision 19). */
export function keyFileOf(config: Config): string {
  return join(config.dataDir, KEY_FILE)
}

/** The configured keys, or those of the file beside the embedded database. */
export function keyRingOf(config: Config, options: { mayCreate: boolean }): KeyRing {
  if (config.keyMaterial !== null) return new KeyRing(config.keyMaterial.reveal())
  if (config.database.url !== null || config.database.ownerUrl !== null) {
    throw misconfigured('SEALING_KEY and KEY_PEPPER are required with DATABASE_URL: those that the server runs with.')
  }
  const file = keyFileOf(config)
  if (!options.mayCreate && !existsSync(file)) {
    throw misconfigured(`There is no key file ${file}. The one that the data was sealed with belongs there.`)
  }
  return new KeyRing(readOrCreateKeyFile(file))
}

/** The configured keys, when they are those that the data was written with. */
async function checkedKeyRing(config: Config, db: Database, options: { mayCreate: boolean }): Promise<KeyRing> {
  const noted = await findKeyChecks(db)
  const keys = keyRingOf(config, { mayCreate: options.mayCreate && noted.length === 0 })
  const checks = keys.checks()
  const problems = keyProblems(noted, checks)
  if (problems.length > 0) throw misconfigured(problems.join('\n'))
  await noteKeyChecks(db, [checks.pepper, checks.active])
  return keys
}

/** A few connections, with the patience of a person rather than that of a request. */
function openPool(config: Config, connection: OpenedDatabase['server']): Database {
  return new Database({
    connection,
    poolSize: 3,
    prepared: config.database.isPrepared,
    poolWaitMs: 10_000,
    rowLockMs: 10_000,
    statementMs: 60_000,
    queryMs: 70_000,
    onIdleError: () => undefined,
  })
}

/** Whether the data directory holds an embedded database. */
export function hasEmbedded(config: Config): boolean {
  return existsSync(join(config.dataDir, 'postgres', 'PG_VERSION'))
}

/** A wrong DATA_DIR must not turn into a new, empty database. */
function requireEmbedded(config: Config): void {
  if (hasEmbedded(config)) return
  throw misconfigured(
    `There is no database in ${config.dataDir}. Set DATA_DIR or DATABASE_URL as the server has it, or start the server once.`,
  )
}

/**
 * Runs `work` on the installation. An embedded database that does not run is started for it and stopped afterwards; a
 * running one is shared. Only with `mayCreate` is a missing embedded database made.
 */
export async function withInstallation<T>(
  options: { mayCreate: boolean },
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const config = readConfig()
  const { url, ownerUrl } = config.database
  if (url === null && ownerUrl !== null) throw misconfigured('DATABASE_URL is needed: the role that the server uses.')
  if (url === null && !options.mayCreate) requireEmbedded(config)
  const opened = await openDatabase({
    dataDir: config.dataDir,
    url: url?.reveal() ?? null,
    ownerUrl: ownerUrl?.reveal() ?? null,
    purpose: 'command',
    log: quietLog,
  })
  const db = openPool(config, opened.server)
  try {
    return await work({
      db,
      hasOwner: opened.owner !== null,
      asOwner: (ownerWork) => asOwner(config, opened.owner, ownerWork),
      keys: () => checkedKeyRing(config, db, options),
    })
  } finally {
    await db.close()
    await opened.close()
  }
}

async function asOwner<T>(config: Config, owner: Owner | null, work: (db: Database) => Promise<T>): Promise<T> {
  if (owner === null) {
    throw misconfigured('DATABASE_OWNER_URL is needed: only the owner of the tables sees every organization.')
  }
  const db = openPool(config, owner)
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** A database as its owner, for what concerns it as a whole: migrate, backup, restore. */
export interface OwnedDatabase {
  isEmbedded: boolean
  owner: Owner
  /** The role that the server connects as. */
  serverRole: string
  /** The password that DATABASE_URL gives that role. */
  serverPassword: string | null
}

/** Runs `work` with the owner's connection. `mayCreate` as in `withInstallation`. */
export async function withOwner<T>(
  config: Config,
  options: { mayCreate: boolean },
  work: (database: OwnedDatabase) => Promise<T>,
): Promise<T> {
  const { url, ownerUrl } = config.database
  if (ownerUrl !== null) {
    const server = url === null ? null : new URL(url.reveal())
    const user = decodeURIComponent(server?.username ?? '')
    const password = decodeURIComponent(server?.password ?? '')
    return work({
      isEmbedded: false,
      owner: { connectionString: ownerUrl.reveal() },
      serverRole: user === '' ? DEFAULT_ROLE : user,
      serverPassword: password === '' ? null : password,
    })
  }
  if (url !== null) throw misconfigured('DATABASE_OWNER_URL is needed: the same database as the owner of its tables.')
  if (!options.mayCreate) requireEmbedded(config)
  const opened = await openDatabase({
    dataDir: config.dataDir,
    url: null,
    ownerUrl: null,
    purpose: 'command',
    log: quietLog,
  })
  try {
    if (opened.owner === null) throw new Error('an embedded database has an owner')
    return await work({ isEmbedded: true, owner: opened.owner, serverRole: opened.serverRole, serverPassword: null })
  } finally {
    await opened.close()
  }
}
