import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathsBelow } from '../checks/source-files.mjs'
import { SetupFailure } from '../setup/failure.mjs'
import { packageRoot } from '../setup/package-root.mjs'

const folder = 'test/contract/generated'
const files = [`${folder}/plans.txt`, `${folder}/schema.sql`]
const note = join('build', '.database-files')

/** Where statements and the schema come from. */
const isSource = (path) =>
  /[.](store|fields)[.]ts$/.test(path) || /^src\/(db|events)\/.*[.](ts|sql)$/.test(path) || files.includes(path)

/** The files that need a database: the tests that compare them write them. Left alone where nothing that they show has changed. */
export async function generateDatabaseFiles() {
  const before = files.map(read)
  if (read(note) === digest()) {
    for (const path of files) console.log(`unchanged  ${path}`)
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'letterhead-generate-'))
  const args = ['--enable-source-maps', '--test', join('build', 'test', 'contract', 'database-files.test.js')]
  const env = { ...process.env, LETTERHEAD_GENERATE: '1', LETTERHEAD_TEST_DIR: directory }
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: packageRoot, env, encoding: 'utf8' })
  rmSync(directory, { recursive: true, force: true })
  if (status !== 0) throw new SetupFailure(`The files that need a database could not be made:\n${stdout}`)
  for (const [at, path] of files.entries())
    console.log(`${read(path) === before[at] ? 'unchanged' : 'written  '}  ${path}`)
  writeFileSync(join(packageRoot, note), digest())
}

function read(path) {
  return existsSync(join(packageRoot, path)) ? readFileSync(join(packageRoot, path), 'utf8') : ''
}

function digest() {
  const hash = createHash('sha256')
  for (const path of [...pathsBelow(packageRoot, 'src'), ...files].filter(isSource).sort())
    hash.update(path).update('\0').update(read(path)).update('\0')
  return hash.digest('hex')
}
