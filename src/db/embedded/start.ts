import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { roomSentence } from '../trouble-sentence.ts'
import { type Administrator, knock, PORT } from './administrator.ts'
import { type Programs, unfitBinary } from './binaries.ts'
import { EmbeddedError } from './embedded-error.ts'
import type { Layout } from './layout.ts'
import { livePid, recordedPid } from './postmaster.ts'
import { commandFor, type RunAs } from './run-as.ts'

const POLL_MS = 15
const RETRY_MS = 250
const LEFTOVERS_MS = 15_000
// Recovery after a crash replays the log, which takes as long as it takes; this bounds a server that hangs.
const READY_MS = 300_000
const ENDING = [
  ['SIGINT', 60_000],
  ['SIGQUIT', 10_000],
] as const
const LOG_BYTES_MAX = 10_000_000

const SETTINGS: Record<string, string> = {
  listen_addresses: '',
  // Relative to the cluster, so that no length of the data directory's path matters to the server.
  unix_socket_directories: '../run',
  unix_socket_permissions: '0700',
  port: String(PORT),
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  jit: 'off',
  // Parallel plans need shared memory, of which a container has 64 MB.
  max_parallel_workers_per_gather: '0',
  // Messages of failed statements quote values, which may be secret: only the server's own events are logged.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

/** What remains of processes that were killed a moment ago. It passes, so the start is tried again. */
const LEFTOVER = /lock file ".*" already exists|pre-existing shared memory block|Address already in use/

/** How to start the server process; asked for only if none answers. */
export type Prepare = () => Promise<{ programs: Programs; as: RunAs }>

export interface Running {
  administrator: Administrator
  origin: 'started' | 'attached'
}

/**
 * A connection to the running server of this cluster, which is started if none answers. Only the holder of the lock
 * `control` may call this; that and PostgreSQL's own lock file keep it at one server process. What was killed a moment
 * ago is waited for; recovery is waited for. Fails with `cannot_start`, or with the signal's reason; a server process that was
 * started for it is ended then.
 *
 * @param more `onSpawned` is called once the server process has been started, if one had to be.
 */
export async function ensureRunning(
  layout: Layout,
  prepare: Prepare,
  more: { signal?: AbortSignal; onSpawned?: (() => void) | undefined },
): Promise<Running> {
  const starts: Start[] = []
  try {
    return await untilReady(layout, prepare, { ...more, starts })
  } catch (error) {
    // Nobody else knows of it, so nobody else would end it.
    await starts.at(-1)?.end()
    throw error
  }
}

async function untilReady(
  layout: Layout,
  prepare: Prepare,
  more: { signal?: AbortSignal; onSpawned?: (() => void) | undefined; starts: Start[] },
): Promise<Running> {
  const { signal, onSpawned, starts } = more
  const begun = Date.now()
  let started: Start | null = null
  for (;;) {
    signal?.throwIfAborted()
    const answer = await knock(layout)
    const elapsed = Date.now() - begun
    if (answer.state === 'ready') {
      return { administrator: answer.administrator, origin: started === null ? 'attached' : 'started' }
    }
    if (elapsed > READY_MS) throw cannotStart(layout, 'it does not become ready')
    if (answer.state === 'absent') {
      if (started === null) {
        const leftover = await livePid(layout)
        if (leftover === null) {
          started = await start(layout, await prepare())
          starts.push(started)
          onSpawned?.()
        } else if (elapsed > LEFTOVERS_MS) throw cannotStart(layout, `process ${leftover} holds it and does not answer`)
      } else if (started.hasEnded()) {
        const reason = await started.printed()
        if (!LEFTOVER.test(reason) || elapsed > LEFTOVERS_MS)
          throw cannotStart(layout, reason, await roomSentence(layout.root))
        started = null
        await sleep(RETRY_MS)
      }
    }
    await sleep(POLL_MS)
  }
}

interface Start {
  /** Ends the process, if it has not ended, and waits for that. */
  end(): Promise<void>
  hasEnded(): boolean
  printed(): Promise<string>
}

async function start(layout: Layout, { programs, as }: Awaited<ReturnType<Prepare>>): Promise<Start> {
  await removeSocket(layout)
  await limitLog(layout)
  const log = await open(layout.log, 'a+', 0o600)
  const from = (await log.stat()).size
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = commandFor(as, programs, programs.postgres, ['-D', layout.cluster, ...settings])
  // PostgreSQL takes a lock file as stale if it names a relative. Here the caller knows that nobody behind that number
  // is a server of this cluster. Removing the file instead would switch off the check for surviving children.
  const stale = await recordedPid(layout)
  if (stale !== null) command.options.env.PG_GRANDPARENT_PID = String(stale)
  // A session of its own: Ctrl-C reaches every process of the terminal, and the database must outlive the requests.
  const child = spawn(command.file, command.args, {
    ...command.options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw unfitBinary(error)
  } finally {
    await log.close()
  }
  child.unref()
  return { end: () => end(child), hasEnded: () => hasEnded(child), printed: () => lastLines(layout, from) }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess): Promise<void> {
  // Fast, as an operator would; a process that hangs is cut short, and the next start recovers.
  for (const [signal, waitMs] of ENDING) {
    if (hasEnded(child)) return
    const ended = once(child, 'exit')
    child.ref()
    child.kill(signal)
    await Promise.race([ended, sleep(waitMs, undefined, { ref: false })])
  }
}

/** The socket's own lock file says nothing more than the cluster's, and nobody answers on the socket. */
async function removeSocket(layout: Layout): Promise<void> {
  const socket = join(layout.sockets, `.s.PGSQL.${PORT}`)
  for (const path of [`${socket}.lock`, socket]) await unlink(path).catch(() => undefined)
}

async function limitLog(layout: Layout): Promise<void> {
  const found = await stat(layout.log).catch(() => null)
  if (found !== null && found.size > LOG_BYTES_MAX) await rename(layout.log, `${layout.log}.1`)
}

async function lastLines(layout: Layout, from: number): Promise<string> {
  const log = await open(layout.log, 'r')
  try {
    const { size } = await log.stat()
    const { buffer, bytesRead } = await log.read(Buffer.alloc(Math.min(size - from, 4_000)), { position: from })
    const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n')
    return lines.slice(-4).join(' ')
  } finally {
    await log.close()
  }
}

/** @param pool what there is to say of the disk: where it is full, PostgreSQL's own words found no pool either. */
function cannotStart(layout: Layout, reason: string, pool: string | null = null): EmbeddedError {
  return new EmbeddedError(
    'cannot_start',
    `The embedded database in ${layout.root} does not start: ${reason || 'it printed nothing'}. ` +
      (pool ?? `See ${layout.log}; DATABASE_URL selects another database.`),
  )
}
