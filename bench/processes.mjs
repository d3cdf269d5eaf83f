/** What processes cost, from Linux's /proc, and the ones that a measurement starts. */
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** @returns {number[]} the fields of /proc/<pid>/stat after the name, so that the first one here is the third there */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}

/** CPU seconds that a process has used, all of its threads, without its children. */
function ownCpu(pid) {
  const stat = statOf(pid)
  return (stat[11] + stat[12]) / ticksPerSecond
}

/** CPU seconds of several processes together. */
export function cpuOf(pids) {
  return pids.reduce((sum, pid) => sum + ownCpu(pid), 0)
}

/** CPU seconds of a postmaster with everything that it ever started: living children, and those it has waited for. */
export function cpuOfCluster(postmaster) {
  // A child that ends while the others are read would be counted twice or never: then everything is read again.
  for (;;) {
    const before = waitedFor(postmaster)
    const living = childrenOf(postmaster).reduce((sum, pid) => sum + cpuOrNothing(pid), 0)
    if (waitedFor(postmaster) === before) return ownCpu(postmaster) + before + living
  }
}

/** CPU seconds of the children that a process has waited for. */
function waitedFor(pid) {
  const [, , , , , , , , , , , , , user, system] = statOf(pid)
  return (user + system) / ticksPerSecond
}

function cpuOrNothing(pid) {
  try {
    return ownCpu(pid)
  } catch {
    // It ended in between, and its time moves to the postmaster.
    return 0
  }
}

function childrenOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return statOf(pid)[1] === parent
      } catch {
        return false
      }
    })
}

/** Memory of a process in megabytes of 10^6 bytes: resident now. Null when it has ended. */
export function residentMegabytes(pid) {
  try {
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    return (kibibytes * 1024) / 1e6
  } catch {
    return null
  }
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Starts a process that ends with the measurement at the latest. Its errors are shown when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
  running.add(child)
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-4_000)
  })
  child.stdin?.on('error', () => undefined)
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      complaint += error.message
    })
    child.on('close', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  return { child, ended, complaint: () => complaint.trim() }
}

/** Ends a process and waits for its end. */
export async function stop({ child, ended }) {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(late)
}

/** Whatever still runs when the measurement breaks off ends with it. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * The JSON objects that a process writes, one a line, one after the other.
 *
 * @param {ReturnType<typeof start>} started
 * @returns {() => Promise<Record<string, unknown>>} the next one; fails when the process ends without it
 */
export function messagesOf(started) {
  const arrived = []
  const waiting = []
  let rest = ''
  started.child.stdout.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    // A library may talk on the same stream; its lines are no messages.
    for (const line of lines.filter((text) => text.startsWith('{'))) {
      const next = waiting.shift()
      if (next === undefined) arrived.push(JSON.parse(line))
      else next.resolve(JSON.parse(line))
    }
  })
  started.ended.then((code) => {
    for (const { reject } of waiting) reject(new Error(`a program ended with ${code}: ${started.complaint()}`))
  })
  return () =>
    arrived.length > 0
      ? Promise.resolve(arrived.shift())
      : new Promise((resolve, reject) => waiting.push({ resolve, reject }))
}
