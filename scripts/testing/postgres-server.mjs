/** A PostgreSQL server of one's own, from the machine's programs or Debian's package, for suites and measurements. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const debianServers = '/usr/lib/postgresql'
const readyAfterMsMax = 60_000

/** @returns {string} the folder that holds initdb, postgres and pgbench, of the newest version there is; installed if need be */
export function postgresPrograms() {
  return findPrograms() ?? installPrograms()
}

/** @returns {string | null} */
function findPrograms() {
  const versions = existsSync(debianServers) ? readdirSync(debianServers) : []
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debianServers, version, 'bin'))
  const searched = [...folders, ...(process.env.PATH ?? '').split(':')]
  return searched.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

function installPrograms() {
  console.log('Installing PostgreSQL (Debian package) ...')
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'])
  const programs = findPrograms()
  if (programs === null) throw new Error('the package postgresql is installed, but initdb was not found')
  return programs
}

function run(command, args, identity = {}) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env, ...identity })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? ''}\n${stdout ?? ''}\n${stderr ?? ''}`)
}

/** PostgreSQL refuses to run as root; as root, it runs as its own user or the one that owns nothing. */
function serverIdentity() {
  if (process.getuid() !== 0) return {}
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody')
  if (account === undefined) throw new Error('there is no user that PostgreSQL could run as')
  return { uid: Number(account[2]), gid: Number(account[3]) }
}

/** @returns {Promise<number>} a port of loopback that nobody listens on */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/**
 * Starts a server in a temporary folder, on loopback, that asks every role for its password.
 *
 * @param {string} programs folder of its programs
 * @param {string[]} settings as `name=value`
 * @returns {Promise<{ url: string, version: string, pid: number, stop: () => Promise<void> }>} the owner's URL; `stop`
 *   ends the sessions and removes the folder
 */
export async function startPostgres(programs, settings) {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-postgres-'))
  const identity = serverIdentity()
  const password = randomBytes(16).toString('hex')
  const cluster = makeCluster(programs, { folder, identity, password })
  const port = await freePort()
  const places = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`]
  const args = ['-D', cluster, '-p', String(port), ...[...places, ...settings].flatMap((setting) => ['-c', setting])]
  const server = spawn(join(programs, 'postgres'), args, {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  server.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-20_000)
  })
  const ended = new Promise((resolve) => server.on('close', resolve))
  // A process that breaks off must not leave its server behind: SIGQUIT ends it at once.
  const abandon = () => {
    server.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', abandon)
  const stop = async () => {
    process.off('exit', abandon)
    // SIGINT is PostgreSQL's fast shutdown: it ends the sessions and waits for none.
    server.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://owner:${password}@127.0.0.1:${port}/postgres`
  const version = await waitUntilReady(url, () => server.exitCode !== null)
  if (version !== null) return { url, version, pid: server.pid, stop }
  await stop()
  throw new Error(`PostgreSQL did not start:\n${log}`)
}

/** @returns {string} the data directory, made by initdb */
function makeCluster(programs, { folder, identity, password }) {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (identity.uid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid)
  }
  chmodSync(folder, 0o700)
  const cluster = join(folder, 'cluster')
  const options = [
    '--username=owner',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ]
  run(join(programs, 'initdb'), [`--pgdata=${cluster}`, ...options, '--no-sync'], { ...identity, cwd: folder })
  return cluster
}

/** @returns {Promise<string | null>} the version that answers; null when the server ended or took too long */
async function waitUntilReady(url, hasEnded) {
  const deadline = performance.now() + readyAfterMsMax
  while (performance.now() < deadline && !hasEnded()) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query('show server_version')
      return String(rows[0].server_version)
    } catch {
      await sleep(100)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return null
}
