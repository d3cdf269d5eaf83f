/**
 * Runs the API suite once against a PostgreSQL server of its own, the way a user with DATABASE_URL runs Letterhead.
 * Finds the newest server programs of the machine, or installs Debian's package; the server lives in a temporary folder,
 * listens on loopback only and asks every role for its password.
 */
import { spawn } from 'node:child_process'
import { packageRoot } from '../setup/package-root.mjs'
import { postgresPrograms, startPostgres } from '../testing/postgres-server.mjs'

function runApiSuite(url) {
  const env = { ...process.env, TEST_DATABASE_URL: url }
  const child = spawn(process.execPath, ['scripts/test.mjs', '--only', 'api'], {
    cwd: packageRoot,
    env,
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('close', resolve))
}

const server = await startPostgres(postgresPrograms(), ['max_connections=200', 'fsync=off'])
console.log(`PostgreSQL ${server.version} answers`)
// The suite hears the same signal and ends by itself; the server must not outlive it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined)
try {
  process.exitCode = (await runApiSuite(server.url)) === 0 ? 0 : 1
} finally {
  await server.stop()
}
