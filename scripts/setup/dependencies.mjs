import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupFailure } from './failure.mjs'

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }> }} Lockfile */

/**
 * Whether node_modules holds what package-lock.json asks for. npm's own record of a finished install is the evidence, so
 * an interrupted install, a pulled lock file and an install made by hand (with or without scripts) are all judged rightly.
 * An optional package may be absent, because most are for another platform, but not present in another version.
 *
 * @param {string} root
 * @param {{ withDevelopment: boolean }} options whether packages that only building and testing need count too
 */
export function areDependenciesInstalled(root, { withDevelopment }) {
  const wanted = readLockfile(join(root, 'package-lock.json'))
  if (wanted === null) throw new SetupFailure('package-lock.json is missing: this is not a complete clone.')
  const installed = readLockfile(join(root, 'node_modules', '.package-lock.json'))
  if (installed === null) return false
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '' || (!withDevelopment && (entry.dev || entry.devOptional))) continue
    const present = installed.packages[path]
    if (present === undefined ? !entry.optional : present.version !== entry.version) return false
  }
  return true
}

/** @returns {Lockfile | null} */
function readLockfile(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Installs exactly what package-lock.json names, running no install script of any package.
 * What npm says is shown only when it fails.
 *
 * @param {string} root
 * @returns {Promise<void>}
 */
export function installDependencies(root) {
  const options = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm)
  const child = isNpm
    ? spawn(process.execPath, [npm, ...options], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', options, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
  process.once('exit', () => child.kill())
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetupFailure(`npm could not be started: ${error.message}`)))
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new SetupFailure(`${said.trim()}\nnpm ci failed (exit code ${code}).`))
    })
  })
}
