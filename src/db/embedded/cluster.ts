import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { roomSentence } from '../trouble-sentence.ts'
import { ADMINISTRATOR } from './administrator.ts'
import { type Programs, unfitBinary } from './binaries.ts'
import { discard } from './discard.ts'
import { EmbeddedError } from './embedded-error.ts'
import type { Layout } from './layout.ts'
import { codeOf } from './node-error.ts'
import { commandFor, type RunAs, run } from './run-as.ts'

const MAJOR = '18'
const DRAFT_PREFIX = 'postgres.new-'
// The only way in is a socket in a directory that no other user can enter.
const ACCESS_RULES = 'local all all trust\n'

/**
 * Whether a complete cluster of our major version is there. Fails with `wrong_version` for another version, and with
 * `cannot_start` when the directory is not a cluster, or when a cluster was made here and is gone: starting with an empty
 * database in its place would hide the loss.
 */
export async function hasCluster(layout: Layout): Promise<boolean> {
  const [recorded, actual] = await Promise.all([text(layout.version), text(join(layout.cluster, 'PG_VERSION'))])
  // An empty one says no version: a write that was broken off, or a disk that was full.
  for (const found of [recorded, actual]) {
    if (found !== null && found !== '' && found !== MAJOR) throw wrongVersion(layout, found)
  }
  if (actual === MAJOR) {
    if (recorded !== MAJOR) await recordVersion(layout)
    return true
  }
  const files = await readdir(layout.cluster).catch(() => [])
  if (files.length > 0) throw damaged(`${layout.cluster} is not a PostgreSQL directory.`)
  if (recorded !== null) throw damaged(`The database of ${layout.root} is gone: ${layout.cluster} is missing.`)
  return false
}

/**
 * Makes the cluster beside its final place and renames it when it is complete and on disk, so that a process killed
 * on the way leaves only a draft, which the next start removes. One process at a time.
 *
 * @param onSpawned called once the program that makes it runs.
 */
export async function createCluster(
  layout: Layout,
  programs: Programs,
  as: RunAs,
  onSpawned?: () => void,
): Promise<void> {
  for (const name of await readdir(layout.root)) {
    if (name.startsWith(DRAFT_PREFIX)) await discard(join(layout.root, name))
  }
  const draft = join(layout.root, DRAFT_PREFIX + randomBytes(4).toString('hex'))
  try {
    const made = run(commandFor(as, programs, programs.initdb, initdbArgs(draft)))
    onSpawned?.()
    await made
  } catch (error) {
    await discard(draft)
    throw cannotInitialise(error, await roomSentence(layout.root))
  }
  await writeSynced(join(draft, 'pg_hba.conf'), ACCESS_RULES)
  await rename(draft, layout.cluster)
  await recordVersion(layout)
}

/** Written whole beside its place: a kill on the way leaves the cluster without a record, which the next start makes up for. */
async function recordVersion({ root, version }: Layout): Promise<void> {
  const draft = `${version}.new`
  await writeSynced(draft, `${MAJOR}\n`)
  await rename(draft, version)
  await syncDirectory(root)
}

function initdbArgs(directory: string): string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${ADMINISTRATOR}`,
    '--auth=trust',
    '--encoding=UTF8',
    // Sorting by code point needs no library, so an index never goes stale with a system update.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
  ]
}

function cannotInitialise(error: unknown, pool: string | null): EmbeddedError {
  if (codeOf(error) === 'ENOENT') return unfitBinary(error)
  const printed = error instanceof Error ? error.message.trim().split('\n').slice(-3).join(' ') : 'unknown reason'
  return new EmbeddedError(
    'cannot_start',
    `The embedded database could not be created (${printed}). ${pool ?? 'Remove the cause, or set DATABASE_URL.'}`,
    { cause: error },
  )
}

function wrongVersion(layout: Layout, found: string): EmbeddedError {
  return new EmbeddedError(
    'wrong_version',
    `The data directory ${layout.root} belongs to PostgreSQL ${found.slice(0, 20)}, and this Letterhead carries ` +
      `PostgreSQL ${MAJOR}. Make a backup with the Letterhead that made it and restore that into a new data directory.`,
  )
}

function damaged(what: string): EmbeddedError {
  return new EmbeddedError(
    'cannot_start',
    `${what} Put the directory back from a copy, or choose an empty data directory and restore a backup.`,
  )
}

async function text(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new EmbeddedError('cannot_start', `${path} cannot be read (${codeOf(error)}). Run Letterhead as its owner.`, {
      cause: error,
    })
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
