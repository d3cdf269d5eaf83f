import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { sourcePaths } from '../setup/build-state.mjs'
import { installDependencies } from '../setup/dependencies.mjs'
import { SetupFailure } from '../setup/failure.mjs'
import { packageRoot } from '../setup/package-root.mjs'
import { mutatedPaths } from './modules.mjs'

const workplace = join(packageRoot, 'build-mutation')
const own = ['package.json', 'package-lock.json']
const program = join(workplace, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')

/** Installs what the folder's own lock file names, unless it is there, outside of what the project itself installs. */
export async function installStryker() {
  const isInstalled = own.every((name) => readOrNull(join(workplace, name)) === readOrNull(sourceOf(name)))
  if (isInstalled && existsSync(program)) return
  console.error('Installing Stryker (npm ci) ...')
  mkdirSync(workplace, { recursive: true })
  for (const name of own) copyFileSync(sourceOf(name), join(workplace, name))
  await installDependencies(workplace)
}

/**
 * All mutants of a module are compiled into one copy of the project, each behind a switch, and the module's tests run once
 * for each with its switch on.
 *
 * @param {import('./modules.mjs').Module} module
 * @param {readonly string[]} words only the files whose paths hold one of them; none for all
 * @returns {Promise<{ files: Record<string, import('./report.mjs').MutatedFile>, seconds: number }>}
 * @throws {SetupFailure} when Stryker ends badly: the tests fail without any mutant, it could not compile the copy, or no file
 *   holds a word
 */
export async function mutate(module, words) {
  const { name, tests } = module
  const mutated = mutatedPaths(module, sourcePaths(packageRoot), words)
  if (mutated.length === 0) throw new SetupFailure(`No file of ${name} has ${words.join(' or ')} in its path.`)
  const startedAt = performance.now()
  const report = `build-mutation/${name}.json`
  const configuration = join(workplace, `${name}.conf.json`)
  const options = {
    mutate: mutated,
    testRunner: 'node-test',
    nodeTest: { files: testFilesOf(tests) },
    plugins: [join(packageRoot, 'scripts', 'mutation', 'runner.mjs')],
    coverageAnalysis: 'perTest',
    timeoutMS: 15_000,
    concurrency: availableParallelism(),
    // From inside the copy, which has no node_modules until it is compiled.
    buildCommand: 'node ../../../node_modules/typescript-native/bin/tsc',
    ignorePatterns: ['/build', '/build-*', '/data', '/docs', '/bench', '/test/system', '*.log'],
    tempDirName: 'build-mutation/copy',
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: report },
    warnings: { unknownOptions: false },
    thresholds: { high: 100, low: 0, break: null },
    allowEmpty: false,
  }
  writeFileSync(configuration, JSON.stringify(options, null, 2))
  // Its own words go to standard error, so that the table alone is on standard output.
  const child = spawn(process.execPath, [program, 'run', configuration], { cwd: packageRoot, stdio: ['ignore', 2, 2] })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new SetupFailure(`Stryker failed on ${name} (exit code ${code}).`)
  const { files } = JSON.parse(readFileSync(join(packageRoot, report), 'utf8'))
  const broken = Object.values(files)
    .flatMap(({ mutants }) => mutants)
    .find(({ status }) => status === 'RuntimeError')
  if (broken !== undefined) throw new SetupFailure(`A mutant of ${name} could not be tried: ${broken.statusReason}`)
  return { files, seconds: (performance.now() - startedAt) / 1000 }
}

/** The compiled files of the tests that a module names. */
function testFilesOf(names) {
  const paths = sourcePaths(packageRoot).filter((path) => names.test(path))
  return paths.map((path) => `build/${path.replace(/ts$/, 'js')}`)
}

function sourceOf(name) {
  return join(packageRoot, 'scripts', 'mutation', name)
}

function readOrNull(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}
