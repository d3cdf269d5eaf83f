import { resolve } from 'node:path'
import type { Command } from 'commander'
import { asOwner } from '../../db/admin/owner-session.ts'
import { takeBackup } from '../backup/take-backup.ts'
import { keyRingOf, readConfig, withOwner } from '../installation.ts'
import { type Output, toPairs, totalOf } from '../output.ts'

async function backup(output: Output, { to }: { to: string }): Promise<void> {
  const config = readConfig()
  const path = resolve(to)
  const taken = await withOwner(config, { mayCreate: false }, (database) => {
    const keys = keyRingOf(config, { mayCreate: false })
    return asOwner(database.owner, (owner) => takeBackup(owner, keys, path))
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

/** `letterhead backup`: one consistent snapshot in one file, taken while the server works. */
export function addBackup(program: Command, output: Output): void {
  program
    .command('backup')
    .description('write everything to one file, as of one instant, while the server works; keys are not in it')
    .requiredOption('--to <file>', 'a file that does not exist yet')
    .action((options: { to: string }) => backup(output, options))
}
