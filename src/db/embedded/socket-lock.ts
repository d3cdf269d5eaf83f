// Locks that a dead process cannot hold. A holder listens on a Unix socket; the lock is held while that socket accepts
// connections, and the kernel ends this with the process, however it dies. No process id is ever trusted.
//
// The lock `server` is the files server.1, server.2, ... in one directory; only the highest number counts.
// - To take it: bind a socket under a private name and listen, so that it answers before it is visible; ask the highest
//   entry; if that one refuses connections, link(2) the private socket to the next number. link fails if the number
//   exists, so of many contenders for a stale lock one wins and the others ask again.
// - After linking, look again: the lock is taken only if one's own number is the highest. A contender that slept between
//   asking and linking finds the higher number that has appeared meanwhile and steps back.
// - An entry is removed only by the holder of a higher one, never by its own holder, and a socket that once refused
//   refuses for ever. So the highest number never falls, and nobody removes or replaces what might be alive.
import { randomBytes } from 'node:crypto'
import { link, readdir, stat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from './node-error.ts'

/** A listening socket: proof that this process lives. */
export interface PresenceSocket {
  path: string
  close(): Promise<void>
}

/** Who answers on a socket. `pid` is null when the process accepts connections but is too busy to say its number. */
export type HttpResponse = { alive: true; pid: number | null } | { alive: false }

export type LockAttempt = { taken: true; release(): Promise<void> } | { taken: false; pid: number | null }

const ANSWER_MS = 1_000
const CONTROL_POLL_MS = 40
const DRAFT_AGE_MS = 60_000
const DEAD = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'])

/** Listens in `directory` under a name that is unique to this process and starts with `kind`. */
export async function openPresenceSocket(directory: string, kind: string): Promise<PresenceSocket> {
  const path = join(directory, `${kind}.${process.pid}.${randomBytes(4).toString('hex')}`)
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(`${process.pid}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  server.unref()
  return { path, close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

/** Asks whether a process listens on `path`. Anything but a refusal counts as alive. */
export function ask(path: string): Promise<HttpResponse> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(path)
    const finish = () => {
      const pid = Number.parseInt(text, 10)
      socket.destroy()
      resolve({ alive: true, pid: Number.isNaN(pid) ? null : pid })
    }
    socket.setTimeout(ANSWER_MS, finish)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.once('end', finish)
    socket.once('error', (error) => (DEAD.has(codeOf(error) ?? '') ? resolve({ alive: false }) : finish()))
  })
}

/** Who holds the lock `name` now. */
export async function holderOf(directory: string, name: string): Promise<HttpResponse> {
  const highest = await highestOf(directory, name)
  return highest === 0 ? { alive: false } : ask(entry(directory, name, highest))
}

/** Takes the lock `name` of `directory`, or names its holder. Never waits for the holder to finish. */
export async function tryLock(directory: string, name: string): Promise<LockAttempt> {
  let presenceSocket: PresenceSocket | null = null
  for (;;) {
    const highest = await highestOf(directory, name)
    const holder: HttpResponse = highest === 0 ? { alive: false } : await ask(entry(directory, name, highest))
    if (holder.alive) {
      await presenceSocket?.close()
      return { taken: false, pid: holder.pid }
    }
    presenceSocket ??= await openPresenceSocket(directory, 'claim')
    if (!(await linked(presenceSocket.path, entry(directory, name, highest + 1)))) continue
    if ((await highestOf(directory, name)) !== highest + 1) continue
    await sweep(directory, name, highest + 1, presenceSocket.path)
    const { close } = presenceSocket
    return { taken: true, release: close }
  }
}

/** Runs `work` while holding the lock `name`; waits for its turn at most `waitMs`, then fails by `onTimeout`. */
export async function withLock<T>(
  { directory, name, waitMs, onTimeout }: { directory: string; name: string; waitMs: number; onTimeout: LockTimeout },
  work: () => Promise<T>,
): Promise<T> {
  const until = Date.now() + waitMs
  for (;;) {
    const attempt = await tryLock(directory, name)
    if (attempt.taken) {
      try {
        return await work()
      } finally {
        await attempt.release()
      }
    }
    if (Date.now() > until) throw onTimeout(attempt.pid)
    await sleep(CONTROL_POLL_MS)
  }
}

type LockTimeout = (pid: number | null) => Error

function entry(directory: string, name: string, number: number): string {
  return join(directory, `${name}.${number}`)
}

function numberOf(file: string, name: string): number {
  const match = /^(.+)\.(\d+)$/.exec(file)
  return match?.[1] === name ? Number(match[2]) : 0
}

async function highestOf(directory: string, name: string): Promise<number> {
  const files = await readdir(directory)
  return files.reduce((highest, file) => Math.max(highest, numberOf(file, name)), 0)
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function sweep(directory: string, name: string, mine: number, draft: string): Promise<void> {
  await unlink(draft)
  for (const file of await readdir(directory)) {
    const number = numberOf(file, name)
    const path = join(directory, file)
    if ((number > 0 && number < mine) || (file.startsWith('claim.') && (await isAbandoned(path)))) {
      await unlink(path).catch(() => undefined)
    }
  }
}

/** Old enough that it cannot be a socket between its `bind` and its `listen`, and nobody answers. */
async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (found === null || Date.now() - found.mtimeMs < DRAFT_AGE_MS) return false
  return !(await ask(path)).alive
}
