import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * What a simulator remembers: ids, times and names of behaviours by our reference, never data of a brand.
 *
 * With a file it outlives the process, so that a brand that waits for its score still does after a restart; servers on
 * one machine that share the file share the memory. It holds the newest `recordsMax` records, which keeps it at a few
 * hundred KiB. A file that cannot be read is an empty memory: this is a rehearsal, not a record.
 */
export interface SimulatorMemory<R> {
  get(key: string): R | null
  find(test: (record: R) => boolean): R | null
  set(key: string, record: R): void
}

export function openMemory<R>(file: string | null, recordsMax = 2_000): SimulatorMemory<R> {
  let records = new Map<string, R>()
  let seen = ''

  function refresh(): void {
    if (file === null) return
    const now = versionOf(file)
    if (now === seen) return
    records = readRecords<R>(file)
    seen = now
  }

  function save(): void {
    if (file === null) return
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const half = `${file}.${process.pid}`
    writeFileSync(half, JSON.stringify([...records]), { mode: 0o600 })
    renameSync(half, file)
    seen = versionOf(file)
  }

  return {
    get(key) {
      refresh()
      return records.get(key) ?? null
    },
    find(test) {
      refresh()
      for (const record of records.values()) if (test(record)) return record
      return null
    },
    set(key, record) {
      refresh()
      records.delete(key)
      records.set(key, record)
      const [oldest] = records.keys()
      if (records.size > recordsMax && oldest !== undefined) records.delete(oldest)
      save()
    },
  }
}

/** Differs whenever the file was written; '' where there is none. */
function versionOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file)
    return `${ino}:${mtimeMs}:${size}`
  } catch {
    return ''
  }
}

function readRecords<R>(file: string): Map<string, R> {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, R][])
  } catch {
    return new Map()
  }
}
