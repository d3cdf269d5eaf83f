import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { databaseProblems } from '../db/admin/role-check.ts'
import type { Database } from '../db/database.ts'
import { NotConnected } from '../db/database-error.ts'
import { findKeyChecks, noteKeyChecks } from '../db/installation.store.ts'
import type { OpenedDatabase } from '../db/open.ts'
import { connectionSentence } from '../db/trouble-sentence.ts'
import { keyProblems } from '../encryption/key-check.rules.ts'
import { KEY_FILE, readOrCreateKeyFile } from '../encryption/key-file.ts'
import { KeyRing } from '../encryption/key-ring.ts'
import type { ServerLog } from '../observability/log.ts'
import { openPool } from './app.ts'
import { StartRefused } from './startup-error.ts'

/** The configured keys; in embedded mode those of a file beside the data, made on the first start (decision 19). */
async function keyRingOf(config: Config, db: Database): Promise<KeyRing> {
  const noted = await findKeyChecks(db)
  const file = join(config.dataDir, KEY_FILE)
  if (config.keyMaterial === null && noted.length > 0 && !existsSync(file)) {
    throw new StartRefused([`There is no key file ${file}. Put the one back that the data was sealed with.`])
  }
  const keys = new KeyRing(config.keyMaterial?.reveal() ?? readOrCreateKeyFile(file))
  const checks = keys.checks()
  const problems = keyProblems(noted, checks)
  if (problems.length > 0) throw new StartRefused(problems)
  await noteKeyChecks(db, [checks.pepper, checks.active])
  return keys
}

/** Judges the database and the keys before anything is built on them. */
export async function fitKeys(config: Config, database: OpenedDatabase, log: ServerLog): Promise<KeyRing> {
  const db = openPool({ connection: database.server, config, log })
  try {
    const problems = await databaseProblems(db).catch((error: unknown) => [unreachable(error)])
    if (problems.length > 0) throw new StartRefused(problems)
    return await keyRingOf(config, db)
  } finally {
    await db.close()
  }
}

/** A sentence for what is known; else what the driver said, which names host, role or database and never a password. */
function unreachable(error: unknown): string {
  const sentence = connectionSentence(error)
  if (sentence !== null) return sentence
  const cause = error instanceof NotConnected ? error.cause : error
  return `The database cannot be reached: ${cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : 'unknown'}`
}

/** Waits for a server to listen. An address that is taken, or not ours, is the configuration's fault: StartRefused. */
export async function bound<T>(variable: string, port: number, listening: Promise<T>): Promise<T> {
  try {
    return await listening
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE')
      throw new StartRefused([`${variable}: port ${port} is in use; set ${variable} to a free one`])
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new StartRefused([`${variable}: port ${port} cannot be listened on (${code})`])
    throw error
  }
}
