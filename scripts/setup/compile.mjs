/**
 * Compiles beside the old output, then changes places by rename: a failed or interrupted build leaves the last good one, and
 * the output of a deleted source does not survive. Runs as a process of its own
 * (`node scripts/setup/compile.mjs [--with-tests]`), under the set-up lock that scripts/setup/prepare.mjs holds.
 *
 * The compiler is the native one: it takes a sixth of the time. The other `typescript` serves the checks that need its API.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  changedReferenceScript,
  currentSources,
  isProgram,
  referenceScript,
  sourcePaths,
  stampPath,
} from './build-state.mjs'
import { packageRoot } from './package-root.mjs'

const build = join(packageRoot, 'build')
// Beside `build` and as deep: the source maps name the sources by relative paths.
const next = join(packageRoot, 'build-next')

function compilerPath() {
  const manifest = createRequire(import.meta.url).resolve('typescript-native/package.json')
  return join(dirname(manifest), 'bin', 'tsc')
}

/** Writes `build-next`, what the compiler finds wrong goes to standard error. @returns whether all was well */
function compile(withTests) {
  const project = join(build, '.next.tsconfig.json')
  const files = sourcePaths(packageRoot).filter((path) => withTests || isProgram(path))
  const compilerOptions = { incremental: false, noEmitOnError: true, rootDir: '..', outDir: '../build-next' }
  writeFileSync(
    project,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { ...compilerOptions, tsBuildInfoFile: null },
      files: files.map((path) => `../${path}`),
      include: [],
    }),
  )
  const options = ['--project', project, ...(process.stderr.isTTY ? ['--pretty'] : [])]
  const { status } = spawnSync(process.execPath, [compilerPath(), ...options], { stdio: ['ignore', 2, 2] })
  rmSync(project)
  return status === 0
}

/** Puts `build-next/<folder>` in the place of `build/<folder>`; an empty one removes it. */
function replaceOutput(folder) {
  const fresh = join(next, folder)
  const old = join(build, '.old', folder)
  mkdirSync(dirname(old), { recursive: true })
  if (existsSync(join(build, folder))) renameSync(join(build, folder), old)
  if (existsSync(fresh)) renameSync(fresh, join(build, folder))
}

function removeLeftovers() {
  for (const folder of [next, join(build, '.old')]) rmSync(folder, { recursive: true, force: true })
}

function publish(stamp) {
  writeFileSync(join(next, stampPath.slice('build/'.length)), JSON.stringify(stamp))
  const script = join(packageRoot, referenceScript.to)
  mkdirSync(dirname(script), { recursive: true })
  const published = readFileSync(join(packageRoot, referenceScript.from), 'utf8')
  writeFileSync(`${script}.next`, changedReferenceScript(published))
  renameSync(`${script}.next`, script)
  // The program last: it carries the stamp that vouches for the rest.
  replaceOutput('test')
  replaceOutput('scripts')
  replaceOutput('src')
  removeLeftovers()
}

const withTests = process.argv.includes('--with-tests')
const sources = currentSources(packageRoot)
mkdirSync(build, { recursive: true })
removeLeftovers()
if (compile(withTests)) publish({ program: sources.program, tests: withTests ? sources.tests : null })
else {
  removeLeftovers()
  process.exitCode = 1
}
