/**
 * Runs the API suite once against a PostgreSQL server of its own, the way a user with DATABASE_URL runs Letterhead.
 * Finds the newest server programs of the machine, or installs Debian's package; the server lives in a temporary folder,
 * listens on loopback only and asks every role for its password.
 */
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
import { packageRoot } from '../setup/package-root.mjs'

const debianServers = '/usr/lib/postgresql'
const readyAfterMsMax = 60_000

/** @returns {string | null} the folder that holds initdb and postgres, of the newest version there is */
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

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** @returns {Promise<{ url: string, stop: () => Promise<void> }>} the owner's URL */
async function startServer(programs) {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-postgres-'))
  const identity = serverIdentity()
  const password = randomBytes(16).toString('hex')
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

  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
    'fsync=off',
  ]
  const args = ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
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
  const stop = async () => {
    // SIGINT is PostgreSQL's fast shutdown: it ends the sessions and waits for none.
    server.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://owner:${password}@127.0.0.1:${port}/postgres`
  const isReady = await waitUntilReady(url, () => server.exitCode !== null)
  if (isReady) return { url, stop }
  await stop()
  throw new Error(`PostgreSQL did not start:\n${log}`)
}

async function waitUntilReady(url, hasEnded) {
  const deadline = performance.now() + readyAfterMsMax
  while (performance.now() < deadline && !hasEnded()) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query('show server_version')
      console.log(`PostgreSQL ${rows[0].server_version} answers`)
      return true
    } catch {
      await sleep(100)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return false
}

function runApiSuite(url) {
  const env = { ...process.env, TEST_DATABASE_URL: url }
  const child = spawn(process.execPath, ['scripts/test.mjs', '--only', 'api'], {
    cwd: packageRoot,
    env,
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('close', resolve))
}

const server = await startServer(findPrograms() ?? installPrograms())
// The suite hears the same signal and ends by itself; the server must not outlive it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined)
try {
  process.exitCode = (await runApiSuite(server.url)) === 0 ? 0 : 1
} finally {
  await server.stop()
}
