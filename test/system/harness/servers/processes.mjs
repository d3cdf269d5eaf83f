import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Processes of the system test. One is signalled only through the object that its spawn gave, by the id recorded there, and
 * never after its end was seen: the system may have given the id to somebody else by then.
 */

/** @type {Set<Child>} */
const running = new Set()

export class Child {
  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{ env?: Record<string, string>, cwd?: string, uid?: number, gid?: number, outputPath: string }} options
   *   both outputs go to the file, without passing through this process
   */
  constructor(command, args, { outputPath, ...options }) {
    this.outputPath = outputPath
    const output = openSync(outputPath, 'a')
    this.saidBefore = fstatSync(output).size
    this.process = spawn(command, args, { ...options, stdio: ['ignore', output, output] })
    closeSync(output)
    this.pid = this.process.pid ?? 0
    this.hasEnded = false
    running.add(this)
    /** @type {Promise<{ code: number | null, signal: string | null }>} */
    this.ended = new Promise((resolve) => {
      const end = (code, signal) => {
        this.hasEnded = true
        running.delete(this)
        resolve({ code, signal })
      }
      this.process.on('exit', end)
      this.process.on('error', () => end(127, null))
    })
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    if (!this.hasEnded) this.process.kill(signal)
  }

  /** SIGKILL, and its end awaited. */
  async kill() {
    this.signal('SIGKILL')
    await this.ended
  }

  /** What this process has said; the file may hold the output of earlier ones. */
  output() {
    return readFileSync(this.outputPath).subarray(this.saidBefore).toString('utf8')
  }

  /**
   * The first match of the pattern in the output.
   *
   * @param {RegExp} pattern
   * @param {number} timeoutMs
   */
  async says(pattern, timeoutMs) {
    const until = performance.now() + timeoutMs
    for (;;) {
      const found = pattern.exec(this.output())
      if (found !== null) return found
      if (this.hasEnded || performance.now() > until) {
        throw new Error(`${this.hasEnded ? 'ended' : 'silent'} before ${pattern}: ${this.output().slice(-2_000)}`)
      }
      await sleep(10)
    }
  }
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, uid?: number, gid?: number }} [options]
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      said[name] += chunk
    })
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, stdout: '', stderr: error.message }))
    child.on('close', (code) => resolve({ code, ...said }))
  })
}

/** Ends what is still running; for the end of the system test, also a forced one. */
export async function endAll() {
  const left = [...running]
  // A stopped process hears nothing but this.
  for (const child of left) child.signal('SIGKILL')
  await Promise.all(left.map((child) => child.ended))
}
