import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Layout } from './layout.ts'
import { codeOf } from './node-error.ts'

const POLL_MS = 20
const FAST_STOP_MS = 60_000
const IMMEDIATE_STOP_MS = 10_000

/** The process number PostgreSQL wrote into the cluster, or null. It says nothing about who has that number now. */
export async function recordedPid(layout: Layout): Promise<number | null> {
  const text = await readFile(join(layout.cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return Number.isInteger(pid) && pid > 1 ? pid : null
}

/**
 * The live server process of this very cluster, or null. A process counts only if it works in the cluster's directory:
 * in a container another process always has the old number, and a dead one that nobody has reaped has no directory.
 */
export async function livePid(layout: Layout): Promise<number | null> {
  const pid = await recordedPid(layout)
  if (pid === null || pid === process.pid) return null
  return (await worksIn(pid, layout.cluster)) ? pid : null
}

async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return looksLikePostgres(pid)
  try {
    const [there, here] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(cluster)])
    return there.dev === here.dev && there.ino === here.ino
  } catch {
    return false
  }
}

async function looksLikePostgres(pid: number): Promise<boolean> {
  const found = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => null)
  return found?.stdout.includes('postgres') ?? false
}

/**
 * Stops the server process of this cluster and waits for its end: open transactions are rolled back and everything is
 * written out; only if that takes longer than a minute it is cut short, and the next start recovers. True if none is left.
 */
export async function stopPostmaster(layout: Layout): Promise<boolean> {
  const pid = await livePid(layout)
  if (pid === null) return true
  if (!signal(pid, 'SIGINT')) return false
  if (await isGoneWithin(layout, pid, FAST_STOP_MS)) return true
  signal(pid, 'SIGQUIT')
  return isGoneWithin(layout, pid, IMMEDIATE_STOP_MS)
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

async function isGoneWithin(layout: Layout, pid: number, milliseconds: number): Promise<boolean> {
  const until = Date.now() + milliseconds
  while (await worksIn(pid, layout.cluster)) {
    if (Date.now() > until) return false
    await sleep(POLL_MS)
  }
  return true
}
