import { resolve } from 'node:path'
import type { Command } from 'commander'
import { connectOwner } from '../../db/owner-session.ts'
import { checkBackup } from '../backup/backup-reader.ts'
import { checkFitness, restoreBackup } from '../backup/restore-backup.ts'
import { takeBackup } from '../backup/take-backup.ts'
import { keyRingOf, type OwnedDatabase, readConfig, withOwner } from '../installation.ts'
import { type Output, toPairs } from '../output.ts'

async function asOwner<T>(
  database: OwnedDatabase,
  work: (owner: Awaited<ReturnType<typeof connectOwner>>) => Promise<T>,
) {
  const owner = await connectOwner(database.owner)
  try {
    return await work(owner)
  } finally {
    await owner.close()
  }
}

function totalOf(rows: Record<string, number>): string {
  return String(Object.values(rows).reduce((sum, count) => sum + count, 0))
}

async function backup(output: Output, { to }: { to: string }): Promise<void> {
  const config = readConfig()
  const path = resolve(to)
  const taken = await withOwner(config, { mayCreate: false }, (database) => {
    const keys = keyRingOf(config, { mayCreate: false })
    return asOwner(database, (owner) => takeBackup(owner, keys, path))
  })
  output.result(
    taken,
    toPairs([
      ['File', taken.file],
      ['Bytes', String(taken.bytes)],
      ['Rows', totalOf(taken.rows)],
      ['SHA-256', taken.sha256],
      ['Sealed with', taken.sealing_keys.join(', ')],
    ]),
  )
  output.note(
    'The keys are not in the backup. Without SEALING_KEY and KEY_PEPPER (the file letterhead.key) it is of no use.',
  )
}

async function restore(output: Output, { from }: { from: string }): Promise<void> {
  const config = readConfig()
  const path = resolve(from)
  const header = await checkBackup(path)
  const keys = keyRingOf(config, { mayCreate: false })
  checkFitness(header, keys)
  const rows = await withOwner(config, { mayCreate: true }, (database) =>
    asOwner(database, (owner) => restoreBackup(owner, keys, path)),
  )
  const { created_at, schema_version } = header
  output.result({ file: path, created_at, schema_version, rows }, [
    `Restored ${totalOf(rows)} rows of ${Object.keys(rows).length} tables, as of ${created_at}.`,
  ])
}

/** `letterhead backup`: one consistent snapshot in one file, taken while the server works. */
export function addBackup(program: Command, output: Output): void {
  program
    .command('backup')
    .description('write everything to one file, as of one instant, while the server works; keys are not in it')
    .requiredOption('--to <file>', 'a file that does not exist yet')
    .action((options: { to: string }) => backup(output, options))
}

/** `letterhead restore`: all of a backup into an empty database, or nothing. */
export function addRestore(program: Command, output: Output): void {
  program
    .command('restore')
    .description('load a backup into an empty database, with the keys of the installation it was taken from')
    .requiredOption('--from <file>', 'the backup')
    .action((options: { from: string }) => restore(output, options))
}
