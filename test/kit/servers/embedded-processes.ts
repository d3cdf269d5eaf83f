import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type EmbeddedAddress, openEmbedded } from '../../../src/db/embedded/index.ts'

const PROGRAM = fileURLToPath(new URL('./embedded-child.js', import.meta.url))
const PATIENCE_MS = 40_000

export const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

const undoing = new WeakMap<TestContext, (() => unknown)[]>()

/** Runs `undo` after the test, the last one first: what was made in a directory is closed before the directory goes. */
export function afterwards(t: TestContext, undo: () => unknown): void {
  const known = undoing.get(t)
  if (known !== undefined) {
    known.push(undo)
    return
  }
  const all = [undo]
  undoing.set(t, all)
  t.after(async () => {
    for (const each of all.reverse()) await each()
  })
}

/** What `embedded-child` says. */
export interface Said {
  opened?: 'created' | 'started' | 'attached'
  owner?: EmbeddedAddress
  server?: EmbeddedAddress
  refused?: string
  message?: string
  closed?: boolean
}

export interface EmbeddedChild {
  pid: number
  process: ChildProcess
  /** The next line it says; fails after 40 s. */
  next(): Promise<Said>
  /** Tells it to close, and waits for its end. */
  close(): Promise<void>
  kill(): Promise<void>
}

export interface ChildOptions {
  purpose?: 'server' | 'command'
  namespaces?: 'auto' | 'never'
  cwd?: string
  user?: { uid: number; gid: number }
}

/** Starts a process that opens the database of `dataDir`. It does not outlive the test. */
export function startChild(t: TestContext, dataDir: string, options: ChildOptions = {}): EmbeddedChild {
  const { purpose = 'server', namespaces = 'auto', cwd = '/', user = {} } = options
  const child = spawn(process.execPath, [PROGRAM, dataDir, purpose, namespaces], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    ...user,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  afterwards(t, kill)
  return {
    pid: child.pid ?? 0,
    process: child,
    kill,
    async next() {
      const late = new AbortController()
      const line = await Promise.race([lines.next(), sleep(PATIENCE_MS, null, { signal: late.signal })])
      late.abort()
      if (line === null || line.done) throw new Error('the process says nothing')
      return JSON.parse(line.value) as Said
    },
    async close() {
      child.stdin.write('close\n')
      await ended
    },
  }
}

/** A directory for one test. Afterwards whatever still runs on it is killed and it is removed. */
export async function dataDirectory(t: TestContext, parent = '/tmp'): Promise<string> {
  const root = await mkdtemp(join(parent, 'letterhead-embedded-'))
  afterwards(t, async () => {
    killPostmaster(root)
    await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  })
  return root
}

/** The server process that the database of `dataDir` recorded, if that number is alive. */
export function postmasterOf(dataDir: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
    process.kill(pid, 0)
    return pid
  } catch {
    return null
  }
}

/** Kills the server process; what it has started ends when it notices. */
export function killPostmaster(dataDir: string): void {
  const pid = postmasterOf(dataDir)
  if (pid !== null) process.kill(pid, 'SIGKILL')
}

let shared: Promise<string> | null = null

/**
 * A data directory whose database is closed. All tests of a file share it, since making one takes a second; afterwards
 * whatever still runs on it is killed.
 */
export async function closedDatabase(t: TestContext): Promise<string> {
  shared ??= makeShared()
  const root = await shared
  afterwards(t, () => killPostmaster(root))
  return root
}

async function makeShared(): Promise<string> {
  const root = await mkdtemp('/tmp/letterhead-embedded-')
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const database = await openEmbedded({ dataDir: root, purpose: 'command', log: quietLog })
  await database.close()
  return root
}

/** The live processes of the database, apart from the postmaster, by what they do. */
export async function backendsOf(address: EmbeddedAddress | undefined): Promise<{ pid: number; kind: string }[]> {
  const text = 'select pid, backend_type as kind from pg_stat_activity where pid <> pg_backend_pid()'
  const client = new pg.Client({ ...address, user: 'letterhead_superuser', database: 'postgres', ssl: false })
  await client.connect()
  try {
    return (await client.query<{ pid: number; kind: string }>(text)).rows
  } finally {
    await client.end()
  }
}

/** Runs statements on a connection of their own and answers the rows of the only one. */
export async function queryOnce(
  address: EmbeddedAddress | undefined,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...address, ssl: false })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
