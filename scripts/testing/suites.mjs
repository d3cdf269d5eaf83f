import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../setup/package-root.mjs'

/** A process that runs longer hangs, and a hanging one must not hold the whole run. */
const processTimeoutMs = 600_000

/**
 * Compiled test files, as paths from the root, in a fixed order.
 *
 * @param {{ groups: string[], filter: string }} selection groups `unit` (beside their subject) or a folder below test/;
 *   none means all; the filter is a part of the path
 * @returns {string[]}
 */
export function testFiles({ groups, filter }) {
  const isChosen = (path) => groups.length === 0 || groups.includes(groupOf(path))
  return [...below('build/src'), ...below('build/test')]
    .filter((path) => path.endsWith('.test.js') && isChosen(path) && path.includes(filter))
    .sort()
}

function groupOf(path) {
  return path.startsWith('build/src/') ? 'unit' : path.split('/')[2]
}

function below(folder) {
  if (!existsSync(join(packageRoot, folder))) return []
  const entries = readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
  return entries.map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
}

/** Files of one process: enough to spare most starts, few enough that no process runs long after the others. */
const filesOfAProcess = 8

/**
 * Hooks of a whole file belong to the whole process, and what else changes or watches the process must be alone in it. The list of
 * declared statements is one for the process.
 */
const needsOwnProcess =
  /^(before|after|beforeEach|afterEach)\(|node:child_process|\bdeclaredStatements\(|\bmock\.|\bprocess\.(env|on|once|exit|chdir|kill)\b/m

/**
 * What the runner is given: every file that must be alone, and entries that load several others. Half of a run's processor
 * time would otherwise go into loading the same modules once for each file.
 *
 * @public
 * @param {string[]} files
 * @param {string} folder where the entries are written
 * @param {(path: string) => string} read
 * @returns {string[]}
 */
export function asProcesses(files, folder, read = (path) => readFileSync(join(packageRoot, path), 'utf8')) {
  const alone = files.filter((path) => needsOwnProcess.test(read(path)))
  const together = files.filter((path) => !alone.includes(path))
  const entries = []
  for (let at = 0; at < together.length; at += filesOfAProcess) {
    const entry = join(folder, `${String(at).padStart(4, '0')}.entry.mjs`)
    const loaded = together.slice(at, at + filesOfAProcess)
    writeFileSync(entry, loaded.map((path) => `import '${pathToFileURL(join(packageRoot, path)).href}'\n`).join(''))
    entries.push(entry)
  }
  // The longest ones are among those that start processes: they go first, so that none is left alone at the end.
  return [...alone, ...entries]
}

/**
 * Runs the files with node's test runner, showing its report as it comes.
 *
 * @param {string[]} files
 * @returns {Promise<{ ok: boolean, passed: number, failed: number, skipped: number }>}
 */
export async function runTests(files) {
  // The test files share one database server, whose files lie here.
  const sharedFolder = mkdtempSync(join(tmpdir(), 'letterhead-test-'))
  const args = [
    '--test',
    `--test-concurrency=${Math.max(2, Math.floor(availableParallelism() / 2))}`,
    `--test-timeout=${processTimeoutMs}`,
    '--test-reporter=./scripts/testing/reporter.mjs',
    '--test-reporter-destination=stdout',
    ...asProcesses(files, sharedFolder),
  ]
  const child = spawn(process.execPath, ['--enable-source-maps', ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LETTERHEAD_TEST_DIR: sharedFolder },
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    process.stdout.write(chunk)
    shown = (shown + chunk).slice(-2_000)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  rmSync(sharedFolder, { recursive: true, force: true })
  const total = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(shown)?.[1] ?? 0)
  return {
    ok: code === 0,
    passed: total('pass'),
    failed: total('fail') + total('cancelled'),
    skipped: total('skipped'),
  }
}
