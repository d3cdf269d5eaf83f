// The embedded database: a real PostgreSQL, started from npm binaries on a Unix socket inside the data directory.
//
// Two locks (socket-lock.ts) live beside the socket. `server` is held by the one Letterhead server of the directory for its
// whole life. `control` is held for moments by whoever creates, starts, attaches to or stops the database, so these
// never overlap. A command also leaves a presenceSocket (attachedClients.ts) while it works.
// - A server process of the database that answers is attached to, whoever started it: after a crash of Letterhead, the
//   next start adopts the survivor and is again the one that stops it.
// - A command that finds no database starts one and leaves the note `started-by-command`. A server that comes later
//   removes the note: the database is its own now. The last command stops the database only while the note is there.
// - PostgreSQL is its own session and a process of its own: it outlives Letterhead, however that ends.
import { access, writeFile } from 'node:fs/promises'
import type { Log } from '../../observability/log.ts'
import { diskSentence } from '../trouble-sentence.ts'
import { type Administrator, PORT } from './administrator.ts'
import { attachClient, hasAttachedClients } from './attached-clients.ts'
import { preparePrograms } from './binaries.ts'
import { createCluster, hasCluster } from './cluster.ts'
import { discard } from './discard.ts'
import { EmbeddedError } from './embedded-error.ts'
import { type Layout, prepareLayout } from './layout.ts'
import { codeOf } from './node-error.ts'
import { stopPostmaster } from './postmaster.ts'
import { DATABASE, ensureRoles, OWNER, SERVER } from './roles.ts'
import { chooseRunAs } from './run-as.ts'
import { holderOf, tryLock, withLock } from './socket-lock.ts'
import { refreshAddress } from './socket-path.ts'
import { ensureRunning, type Prepare } from './start.ts'
import { supervise } from './supervise.ts'

export { EmbeddedError } from './embedded-error.ts'

const SERVER_LOCK = 'server'
const CONTROL_LOCK = 'control'
// Longer than the longest recovery that a start waits for.
const CONTROL_WAIT_MS = 360_000
const REFRESH_MS = 600_000

/** How to reach the database as one role: a socket directory, so there is no password. */
export interface EmbeddedAddress {
  host: string
  port: number
  user: string
  database: string
  /** A Unix socket speaks no TLS, whatever the environment asks for. */
  ssl: false
}

export interface EmbeddedDatabase {
  /** Owns the database: migrations, backup, restore. */
  owner: EmbeddedAddress
  /** Owns nothing and is bound by row-level security. */
  server: EmbeddedAddress
  /** `created`: made now; `started`: an existing one was started; `attached`: it was already running. */
  origin: 'created' | 'started' | 'attached'
  /** A server stops the database. A command stops it only if a command started it and nobody else uses it. */
  close(): Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  purpose: 'server' | 'command'
  log: Log
  /** Called each time that a program of the database has been set off, so that the caller can do what keeps the thread busy. */
  onStarting?: () => void
  /** `never`: root does not try a user namespace and runs the database as an unprivileged user. Default `auto`. */
  namespaces?: 'auto' | 'never'
}

interface Opened {
  administrator: Administrator
  origin: EmbeddedDatabase['origin']
}

/**
 * Opens the embedded database of a data directory: creates, starts or attaches to it, and makes sure that its two roles
 * exist. For a `server` the database is kept running until `close`. Fails with an `EmbeddedError`, among them `in_use`
 * when another server has the directory.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  try {
    const layout = await prepareLayout(options.dataDir)
    return await (options.purpose === 'server' ? openForServer(layout, options) : openForCommand(layout, options))
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof EmbeddedError || code === null) throw error
    const disk = diskSentence(error, options.dataDir)
    if (disk !== null) throw new EmbeddedError('cannot_start', disk, { cause: error })
    throw new EmbeddedError(
      'cannot_start',
      `The data directory ${options.dataDir} cannot be used (${code}). Give this user write access to it, choose ` +
        'another data directory on a file system that supports Unix sockets and hard links, or set DATABASE_URL.',
      { cause: error },
    )
  }
}

async function openForServer(layout: Layout, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log } = options
  const lock = await tryLock(layout.address, SERVER_LOCK)
  if (!lock.taken) throw inUse(layout, lock.pid)
  const opened = await underControl(layout, async () => {
    const result = await open(layout, options)
    await discard(layout.transient)
    return result
  }).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })
  log.info('embedded_database_open', { origin: opened.origin })
  const revive = (signal: AbortSignal) =>
    underControl(
      layout,
      async () => (await ensureRunning(layout, prepareFor(layout, options), { signal })).administrator,
    )
  const supervision = supervise(opened.administrator, revive, log)
  const refresh = () =>
    refreshAddress(layout.address, layout.sockets).catch((error: unknown) =>
      log.error('embedded_database_address_lost', {}, error),
    )
  const refreshing = setInterval(refresh, REFRESH_MS).unref()
  return described(layout, opened.origin, async () => {
    clearInterval(refreshing)
    await supervision.stop()
    await underControl(layout, () => stop(layout, log)).finally(lock.release)
  })
}

async function openForCommand(layout: Layout, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { presenceSocket, opened } = await underControl(layout, async () => {
    const enlisted = await attachClient(layout.address)
    try {
      return { presenceSocket: enlisted, opened: await open(layout, options) }
    } catch (error) {
      await enlisted.close()
      throw error
    }
  })
  await opened.administrator.end()
  return described(layout, opened.origin, () =>
    underControl(layout, async () => {
      await presenceSocket.close()
      const isOurs = await exists(layout.transient)
      if (!isOurs || (await holderOf(layout.address, SERVER_LOCK)).alive || (await hasAttachedClients(layout.address)))
        return
      await stop(layout, options.log)
    }),
  )
}

/** Only under the lock `control`. */
async function open(layout: Layout, options: EmbeddedOptions): Promise<Opened> {
  const prepare = prepareFor(layout, options)
  const isNew = !(await hasCluster(layout))
  if (isNew) {
    const { programs, as } = await prepare()
    await createCluster(layout, programs, as, options.onStarting)
  }
  const startAsClient: Prepare = async () => {
    await writeFile(layout.transient, '', { mode: 0o600 })
    return prepare()
  }
  const running = await ensureRunning(layout, options.purpose === 'command' ? startAsClient : prepare, {
    onSpawned: options.onStarting,
  })
  try {
    await ensureRoles(running.administrator)
  } catch (error) {
    await running.administrator.end().catch(() => undefined)
    if (running.origin === 'started') await stopPostmaster(layout)
    throw new EmbeddedError('cannot_start', `The embedded database lost its connection. See ${layout.log}.`, {
      cause: error,
    })
  }
  return { administrator: running.administrator, origin: isNew ? 'created' : running.origin }
}

/** Finds programs and user once, and only when the database must be started. */
function prepareFor(layout: Layout, { namespaces = 'auto', log }: EmbeddedOptions): Prepare {
  let prepared: ReturnType<Prepare> | null = null
  const prepare: Prepare = async () => {
    const programs = await preparePrograms(layout)
    const as = await chooseRunAs(layout, programs, namespaces)
    log.info('embedded_database_starting', { runs_as: as.how })
    return { programs, as }
  }
  return () => {
    prepared ??= prepare()
    return prepared
  }
}

async function stop(layout: Layout, log: Log): Promise<void> {
  const stopped = await stopPostmaster(layout)
  if (stopped) await discard(layout.transient)
  else log.warn('embedded_database_not_stopped')
}

async function underControl<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  const onTimeout = (pid: number | null) =>
    new EmbeddedError(
      'cannot_start',
      `${whom(pid)} has been starting or stopping the database of ${layout.root} for too long. Stop it and try again.`,
    )
  await refreshAddress(layout.address, layout.sockets)
  return withLock({ directory: layout.address, name: CONTROL_LOCK, waitMs: CONTROL_WAIT_MS, onTimeout }, work)
}

function inUse(layout: Layout, pid: number | null): EmbeddedError {
  return new EmbeddedError(
    'in_use',
    `The data directory ${layout.root} is in use by another Letterhead server (${whom(pid)}). ` +
      'Stop that one, choose another data directory, or set DATABASE_URL to run several servers on one database.',
  )
}

function whom(pid: number | null): string {
  return pid === null ? 'a process that does not say its number' : `process ${pid}`
}

function described(layout: Layout, origin: EmbeddedDatabase['origin'], end: () => Promise<void>): EmbeddedDatabase {
  const address = (user: string) => ({
    host: layout.address,
    port: PORT,
    user,
    database: DATABASE,
    ssl: false as const,
  })
  let closed: Promise<void> | null = null
  return {
    owner: address(OWNER),
    server: address(SERVER),
    origin,
    close() {
      closed ??= end()
      return closed
    },
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
