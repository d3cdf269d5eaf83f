import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../setup/package-root.mjs'

/** A file that runs longer hangs, and a hanging file must not hold the whole run. */
const fileTimeoutMs = 600_000

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

/**
 * Runs the files with node's test runner, showing its report as it comes.
 *
 * @param {string[]} files
 * @returns {Promise<{ ok: boolean, passed: number, failed: number, skipped: number }>}
 */
export async function runTests(files) {
  const args = [
    '--test',
    `--test-concurrency=${Math.max(2, Math.floor(availableParallelism() / 2))}`,
    `--test-timeout=${fileTimeoutMs}`,
    '--test-reporter=./scripts/testing/reporter.mjs',
    '--test-reporter-destination=stdout',
    ...files,
  ]
  // The test files share one database server, whose files lie here.
  const sharedFolder = mkdtempSync(join(tmpdir(), 'letterhead-test-'))
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
