import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBuildCurrent } from './build-state.mjs'
import { areDependenciesInstalled, installDependencies } from './dependencies.mjs'
import { SetupFailure } from './failure.mjs'
import { withSetupLock } from './lock.mjs'
import { nodeVersionProblem } from './node-version.mjs'
import { packageRoot } from './package-root.mjs'

const announce = (/** @type {string} */ line) => console.error(line)
const announceWait = () => announce('Waiting for another set-up of this clone ...')

/** Fails when this Node is older than package.json allows. */
function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  const problem = nodeVersionProblem(process.versions.node, engines.node)
  if (problem !== null) throw new SetupFailure(problem)
}

/**
 * Makes sure that the dependencies are installed and the build matches its sources, doing only what is needed. A current
 * build needs no development dependency, so a program that was built elsewhere starts without a compiler.
 *
 * @param {{ withTests: boolean }} options whether the tests must be compiled too
 */
export async function prepare({ withTests }) {
  requireNode()
  const isReady = () =>
    isBuildCurrent(packageRoot, { withTests }) && areDependenciesInstalled(packageRoot, { withDevelopment: withTests })
  if (isReady()) return
  await withSetupLock(
    packageRoot,
    async () => {
      if (isReady()) return
      await installIfNeeded()
      if (!isBuildCurrent(packageRoot, { withTests })) await build(withTests)
    },
    announceWait,
  )
}

/** Makes sure that everything in package-lock.json is installed. */
export async function prepareDependencies() {
  requireNode()
  if (areDependenciesInstalled(packageRoot, { withDevelopment: true })) return
  await withSetupLock(packageRoot, installIfNeeded, announceWait)
}

async function installIfNeeded() {
  if (areDependenciesInstalled(packageRoot, { withDevelopment: true })) return
  announce('Installing dependencies (npm ci) ...')
  await installDependencies(packageRoot)
}

async function build(withTests) {
  announce('Building ...')
  const compile = join(packageRoot, 'scripts', 'setup', 'compile.mjs')
  // A process of its own: this one has to keep touching the lock.
  const child = spawn(process.execPath, [compile, ...(withTests ? ['--with-tests'] : [])], { stdio: 'inherit' })
  process.once('exit', () => child.kill())
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new SetupFailure('The build failed.')
}
