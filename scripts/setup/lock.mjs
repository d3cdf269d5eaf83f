/**
 * One set-up at a time in one clone: two `npm start` in the same moment must not install or build into each other.
 * The lock is a file that its holder touches every second. A waiter takes it over when the holder's process is gone, or
 * when the file stays untouched while the waiter itself looks many times; it never compares clocks, so a laptop that
 * slept does not lose its lock.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const touchEveryMs = 1_000
const lookEveryMs = 200
const looksUntilAbandoned = 75

/**
 * Runs the work while holding the clone's set-up lock.
 *
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @param {() => void} onWait called once when someone else holds the lock
 * @returns {Promise<T>}
 */
export async function withSetupLock(root, work, onWait) {
  const path = join(root, 'build', '.setup-lock')
  const content = JSON.stringify({ host: hostname(), pid: process.pid, token: randomUUID() })
  mkdirSync(dirname(path), { recursive: true })
  await acquire(path, content, onWait)
  const release = () => {
    if (read(path) === content) rmSync(path, { force: true })
  }
  const touching = setInterval(() => touch(path), touchEveryMs)
  const stops = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const stop = () => {
      release()
      process.exit(1)
    }
    process.on(signal, stop)
    return () => process.off(signal, stop)
  })
  try {
    return await work()
  } finally {
    clearInterval(touching)
    for (const remove of stops) remove()
    release()
  }
}

async function acquire(path, content, onWait) {
  let isWaiting = false
  let seen = ''
  let looks = 0
  for (;;) {
    if (await tryAcquire(path, content)) return
    if (!isWaiting) onWait()
    isWaiting = true
    const holder = read(path)
    const state = `${holder} ${modified(path)}`
    looks = state === seen ? looks + 1 : 0
    seen = state
    if (holder !== null && (isHolderGone(holder) || looks >= looksUntilAbandoned)) rmSync(path, { force: true })
    else await sleep(lookEveryMs)
  }
}

/** Looks a second time after a pause: of two those that wait that removed the same abandoned lock, one finds the other's. */
async function tryAcquire(path, content) {
  try {
    writeFileSync(path, content, { flag: 'wx' })
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  await sleep(50)
  return read(path) === content
}

function isHolderGone(holder) {
  try {
    const { host, pid } = JSON.parse(holder)
    if (host !== hostname()) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function modified(path) {
  try {
    return statSync(path).mtimeMs
  } catch {
    return null
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Taken over by a waiter; it is its file now.
  }
}
