/**
 * Compiles into memory, then writes beside the old output and changes places by rename: a failed or interrupted build
 * leaves the last good one, and the output of a deleted source does not survive. Runs as a process of its own
 * (`node scripts/setup/compile.mjs [--with-tests]`), under the set-up lock that scripts/setup/prepare.mjs holds.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { currentSources, isProgram, referenceScript, stampPath } from './build-state.mjs'
import { packageRoot } from './package-root.mjs'

const formatHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => packageRoot,
  getNewLine: () => '\n',
}

/** @returns {{ outputs: Map<string, string>, problems: readonly ts.Diagnostic[] }} outputs by path relative to the root */
function compile(withTests) {
  const overrides = { incremental: false, tsBuildInfoFile: undefined, noEmitOnError: true, noEmit: false }
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined }
  const config = ts.getParsedCommandLineOfConfigFile(join(packageRoot, 'tsconfig.json'), overrides, host)
  if (config === undefined) throw new Error('tsconfig.json cannot be read')
  const rootNames = config.fileNames.filter(
    (name) => withTests || isProgram(relative(packageRoot, name).replaceAll('\\', '/')),
  )
  const program = ts.createProgram({ rootNames, options: config.options })
  const problems = [...config.errors, ...ts.getPreEmitDiagnostics(program)]
  const outputs = new Map()
  if (problems.length === 0) {
    program.emit(undefined, (path, text) => outputs.set(relative(packageRoot, path).replaceAll('\\', '/'), text))
  }
  return { outputs, problems }
}

/** Puts `build/.next/<folder>` in the place of `build/<folder>`; an empty one removes it. */
function replaceOutput(build, folder) {
  const fresh = join(build, '.next', folder)
  const old = join(build, '.old', folder)
  mkdirSync(dirname(old), { recursive: true })
  if (existsSync(join(build, folder))) renameSync(join(build, folder), old)
  if (existsSync(fresh)) renameSync(fresh, join(build, folder))
}

function removeLeftovers(build) {
  for (const folder of ['.next', '.old']) rmSync(join(build, folder), { recursive: true, force: true })
}

function publish(outputs, stamp) {
  const build = join(packageRoot, 'build')
  removeLeftovers(build)
  for (const [path, text] of [...outputs, [stampPath, JSON.stringify(stamp)]]) {
    const target = join(build, '.next', relative('build', path))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  const script = join(packageRoot, referenceScript.to)
  mkdirSync(dirname(script), { recursive: true })
  copyFileSync(join(packageRoot, referenceScript.from), `${script}.next`)
  renameSync(`${script}.next`, script)
  // The program last: it carries the stamp that vouches for the rest.
  replaceOutput(build, 'test')
  replaceOutput(build, 'src')
  removeLeftovers(build)
}

const withTests = process.argv.includes('--with-tests')
const sources = currentSources(packageRoot)
const { outputs, problems } = compile(withTests)
if (problems.length > 0) {
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics
  process.stderr.write(format(problems, formatHost))
  process.stderr.write(`${problems.length} problems found by the compiler\n`)
  process.exitCode = 1
} else {
  publish(outputs, { program: sources.program, tests: withTests ? sources.tests : null })
}
