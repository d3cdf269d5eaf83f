import { resolve } from 'node:path'
import type { Command } from 'commander'
import { asOwner } from '../../db/admin/owner-session.ts'
import { checkBackup } from '../backup/backup-reader.ts'
import { checkFitness, restoreBackup } from '../backup/restore-backup.ts'
import { keyRingOf, readConfig, withOwner } from '../installation.ts'
import { type Output, totalOf } from '../output.ts'

async function restore(output: Output, { from }: { from: string }): Promise<void> {
  const config = readConfig()
  const path = resolve(from)
  const header = await checkBackup(path)
  const keys = keyRingOf(config, { mayCreate: false })
  checkFitness(header, keys)
  const rows = await withOwner(config, { mayCreate: true }, (database) =>
    asOwner(database.owner, (owner) => restoreBackup(owner, keys, path)),
  )
  const { created_at, schema_version } = header
  output.result({ file: path, created_at, schema_version, rows }, [
    `Restored ${totalOf(rows)} rows of ${Object.keys(rows).length} tables, as of ${created_at}.`,
  ])
}

/** `letterhead restore`: all of a backup into an empty database, or nothing. */
export function addRestore(program: Command, output: Output): void {
  program
    .command('restore')
    .description('load a backup into an empty database, with the keys of the installation it was taken from')
    .requiredOption('--from <file>', 'the backup')
    .action((options: { from: string }) => restore(output, options))
}
