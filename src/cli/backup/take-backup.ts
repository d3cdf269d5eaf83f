import type { OwnerSession } from '../../db/admin/owner-session.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import { BackupWriter, writeWhole } from './backup-writer.ts'
import { copyTarget, listTables, lockTables, readSchemaVersion } from './catalog.ts'
import type { BackupHeader, RowCounts } from './file-format.ts'
import { pepperCheck } from './pepper-check.ts'

export interface TakenBackup extends Omit<BackupHeader, 'pepper_check'> {
  file: string
  bytes: number
  sha256: string
  rows: RowCounts
}

const SEALING_KEYS = `select distinct split_part(data_key, '.', 2) as id from organizations -- across organizations: a backup holds them all`

/**
 * Writes every row that is committed at one instant, while the server goes on writing: one transaction sees one
 * snapshot. As the owner with row_security off the export fails where a policy would hide rows (decision 20).
 */
export async function takeBackup(owner: OwnerSession, keys: KeyRing, path: string): Promise<TakenBackup> {
  return writeWhole(path, async (file) => {
    const writer = new BackupWriter(file)
    await owner.query('begin isolation level repeatable read read only')
    await owner.query('set local row_security = off')
    await owner.query('set local statement_timeout = 0')
    await owner.query('set local idle_in_transaction_session_timeout = 0')
    const tables = await listTables(owner)
    await lockTables(owner, tables, 'access share')
    const header = await headerOf(owner, keys)
    await writer.start(header)
    const rows: RowCounts = {}
    for (const table of tables) {
      await writer.table({ table: table.name, columns: table.columns })
      rows[table.name] = await owner.copyOut(`copy ${copyTarget(table)} to stdout`, (chunk) => writer.rows(chunk))
      await writer.endTable(rows[table.name] ?? 0)
    }
    const { sha256, bytes } = await writer.finish(rows)
    await owner.query('commit')
    const { pepper_check: _, ...shown } = header
    return { file: path, bytes, sha256, ...shown, rows }
  })
}

async function headerOf(owner: OwnerSession, keys: KeyRing): Promise<BackupHeader> {
  const used = await owner.query<{ id: string }>(SEALING_KEYS)
  return {
    format_version: 1,
    schema_version: await readSchemaVersion(owner),
    created_at: new Date().toISOString(),
    sealing_keys: [...new Set([...used.map(({ id }) => id), keys.activeId])].sort(),
    pepper_check: pepperCheck(keys),
  }
}
