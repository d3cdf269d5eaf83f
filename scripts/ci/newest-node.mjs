/** Runs the API suite once on Node 24, whose program comes as an npm package and lands in a temporary folder. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../setup/package-root.mjs'

const major = 24
const platformPackage = `node-${process.platform}-${process.arch}`

function run(command, args) {
  const child = spawn(command, args, { cwd: packageRoot, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}

const folder = mkdtempSync(join(tmpdir(), 'letterhead-node-'))
try {
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]
  const installed = await run('npm', ['install', ...options, `${platformPackage}@${major}`])
  if (installed !== 0) throw new Error(`${platformPackage}@${major} could not be installed`)
  const node = join(folder, 'node_modules', platformPackage, 'bin', 'node')
  await run(node, ['--version'])
  process.exitCode = (await run(node, ['scripts/test.mjs', '--only', 'api'])) === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
