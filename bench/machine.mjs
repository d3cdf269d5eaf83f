import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../scripts/setup/package-root.mjs'

/** What the figures were measured on. */
export function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: (cpus()[0]?.model ?? 'an unknown processor').trim(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
  }
}

/** @returns {string[]} settings of a PostgreSQL server that is measured, beside its defaults */
export function measuredSettings() {
  const buffersMb = Math.min(4_096, Math.floor(totalmem() / 4 / 2 ** 20))
  return [`shared_buffers=${buffersMb}MB`, 'max_connections=200', 'checkpoint_timeout=1h', 'max_wal_size=8GB']
}

/** @param {number} postmaster @returns {string} in what pages the shared memory of a PostgreSQL server lies */
export function pagesOf(postmaster) {
  try {
    const isHuge = /^KernelPageSize: +(2048|1048576) kB$/m.test(readFileSync(`/proc/${postmaster}/smaps`, 'utf8'))
    return isHuge ? 'huge pages' : 'ordinary pages'
  } catch {
    // Root in a container may not read it of another user's process.
    return 'pages of a size that was not to be seen'
  }
}

/** @param {string} postgres */
export function versionsOf(postgres) {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  return { Letterhead: version, 'Node.js': process.versions.node, PostgreSQL: postgres }
}
