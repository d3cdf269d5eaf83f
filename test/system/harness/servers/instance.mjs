import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freePort } from './network.mjs'
import { Child } from './processes.mjs'

export const repository = join(import.meta.dirname, '..', '..', '..', '..')
const program = join(repository, 'build', 'src', 'main.js')
export const alterationLoader = pathToFileURL(join(import.meta.dirname, '..', '..', 'injected-bugs', 'alter.mjs')).href

/** One server, run as its user runs it. Only a withBug one gets anything in front of its program. */
export class Instance {
  /** @param {{ name: string, folder: string, env: Record<string, string>, alterations?: unknown[], cwd?: string }} options */
  constructor({ name, folder, env, alterations = [], cwd = folder }) {
    this.name = name
    this.folder = folder
    this.env = env
    this.alterations = alterations
    this.cwd = cwd
    this.url = ''
    this.opsUrl = ''
    this.starts = 0
    /** @type {Child | null} */
    this.child = null
    this.nodeArgs = []
  }

  get pid() {
    return this.child?.pid ?? 0
  }

  get logPath() {
    return join(this.folder, `${this.name}.log`)
  }

  /** @param {Record<string, string>} [extra] for this start only */
  spawn(extra = {}) {
    this.starts += 1
    const isAltered = this.alterations.length > 0
    const args = [...this.nodeArgs, ...(isAltered ? ['--import', alterationLoader] : []), program]
    const env = {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: portOf(this.url),
      OPS_PORT: portOf(this.opsUrl),
      ...(isAltered ? { PROVE_ALTERATIONS: JSON.stringify(this.alterations) } : {}),
      ...this.env,
      ...extra,
    }
    this.child = new Child(process.execPath, args, { env, cwd: this.cwd, outputPath: this.logPath })
    return this.child
  }

  /** Starts it and waits until it says where it listens. It listens there again after a restart. */
  async start(extra = {}) {
    // With an address of its own for the public it does not say where it listens.
    const isHidden = this.env.PUBLIC_URL !== undefined
    if (isHidden && this.url === '') this.url = `http://127.0.0.1:${await freePort()}`
    const child = this.spawn(extra)
    const found = await child.says(
      /Letterhead is ready at (\S+)[\s\S]*Health and metrics +(\S+)\/readyz|"server_started","url":"([^"]+)","ops_url":"([^"]+)"/,
      60_000,
    )
    if (!isHidden) this.url = found[1] ?? found[3]
    this.opsUrl = found[2] ?? found[4]
    return this
  }

  /** The same where a busy machine may be too slow for the server's own patience. */
  async startPatiently() {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.start()
      } catch (error) {
        if (
          tries === 4 ||
          !/connection timeout|timeout exceeded|no connection to the database|silent before/.test(String(error))
        )
          throw error
        await this.kill()
      }
    }
  }

  async kill() {
    await this.child?.kill()
  }

  /** SIGTERM, and how it ended. */
  async stop() {
    this.child?.signal('SIGTERM')
    return await this.child?.ended
  }

  get isRunning() {
    return this.child !== null && !this.child.hasEnded
  }
}

function portOf(url) {
  return url === '' ? '0' : new URL(url).port
}
