import { SCHEMA_VERSION } from '../../db/admin/migrate.ts'
import { type OwnerSession, quoteName } from '../../db/admin/owner-session.ts'
import { DecryptionFailed } from '../../encryption/envelope.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import { CommandFailure } from '../command-failure.ts'
import { type BackupPart, readBackup } from './backup-reader.ts'
import { copyTarget, listTables, lockTables, readSchemaVersion } from './catalog.ts'
import type { BackupHeader, RowCounts } from './file-format.ts'
import { pepperCheck } from './pepper-check.ts'
import type { Table } from './table-order.ts'

/** Fails when the backup could not be used with these keys or by this program. To be asked before anything else. */
export function checkFitness(header: BackupHeader, keys: KeyRing): void {
  const missing = header.sealing_keys.filter((id) => !keys.has(id))
  if (missing.length > 0) {
    throw new CommandFailure(
      'KEYS',
      `The backup was sealed with ${missing.map((id) => `"${id}"`).join(', ')}, which is not among the configured sealing keys. ` +
        'Restore with SEALING_KEY and KEY_PEPPER, or the file letterhead.key, of the installation that was backed up.',
    )
  }
  if (header.pepper_check !== pepperCheck(keys)) {
    throw new CommandFailure('KEYS', 'The backup was made with another KEY_PEPPER: no API key in it would work.')
  }
  if (header.schema_version !== SCHEMA_VERSION) {
    throw new CommandFailure(
      'SCHEMA',
      `The backup has schema version ${header.schema_version}, this program ${SCHEMA_VERSION}: restore it with the release that wrote it, then upgrade.`,
    )
  }
}

/**
 * Loads a backup into an empty, migrated database: all of it or, on any failure, nothing. Numbers of rows, hash and the
 * organizations' keys are checked before the commit. Meanwhile nobody else can write.
 */
export async function restoreBackup(owner: OwnerSession, keys: KeyRing, path: string): Promise<RowCounts> {
  await owner.query('begin')
  try {
    await owner.query('set local row_security = off')
    await owner.query('set local statement_timeout = 0')
    await owner.query('set local idle_in_transaction_session_timeout = 0')
    const version = await readSchemaVersion(owner)
    if (version !== SCHEMA_VERSION) {
      throw new CommandFailure('SCHEMA', `The database is at schema version ${version}: run \`letterhead migrate\`.`)
    }
    const tables = await listTables(owner)
    await lockTables(owner, tables, 'exclusive')
    await requireEmpty(owner, tables)
    const rows = await loadAll(owner, tables, path)
    await requireOpenable(owner, keys)
    await owner.query('commit')
    return rows
  } catch (error) {
    await owner.query('rollback').catch(() => undefined)
    throw error
  }
}

async function requireEmpty(owner: OwnerSession, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) {
    const found = await owner.query(`select 1 as one from ${quoteName(name)} limit 1`)
    if (found.length === 0) continue
    throw new CommandFailure(
      'NOT_EMPTY',
      `The database is not empty: the table ${name} has rows. Restore into a new data directory or a new database.`,
    )
  }
}

async function loadAll(owner: OwnerSession, tables: readonly Table[], path: string): Promise<RowCounts> {
  const parts = readBackup(path)
  let counts: RowCounts | null = null
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    if (next.value.kind === 'table') await loadTable(owner, tables, next.value, parts)
    if (next.value.kind === 'end') counts = next.value.rows
  }
  if (counts === null) throw new Error('a backup that was read to its end has numbers of rows')
  return counts
}

async function loadTable(
  owner: OwnerSession,
  tables: readonly Table[],
  start: { table: string; columns: string[] },
  parts: AsyncGenerator<BackupPart, void, void>,
): Promise<void> {
  const known = tables.find(({ name }) => name === start.table)
  if (known === undefined || start.columns.some((column) => !known.columns.includes(column))) {
    throw new CommandFailure('SCHEMA', `The database has no table ${start.table} of the form that is in the backup.`)
  }
  let expected = Number.NaN
  async function* rowsOfTable(): AsyncGenerator<Buffer, void, void> {
    for (let next = await parts.next(); !next.done; next = await parts.next()) {
      if (next.value.kind === 'rows') yield next.value.bytes
      else if (next.value.kind === 'tableEnd') {
        expected = next.value.rows
        return
      }
    }
  }
  const target = copyTarget({ name: known.name, columns: start.columns })
  const loaded = await owner.copyIn(`copy ${target} from stdin`, rowsOfTable())
  if (loaded !== expected) {
    throw new CommandFailure('BACKUP', `Of table ${start.table} ${loaded} rows came, not ${expected}.`)
  }
}

/** Two keys can have one id: for each sealing key one organization's data key is opened. */
async function requireOpenable(owner: OwnerSession, keys: KeyRing): Promise<void> {
  const samples = await owner.query<{ organization_id: string; data_key: string }>(
    `select distinct on (split_part(data_key, '.', 2)) organization_id::text as organization_id, data_key
       from organizations order by split_part(data_key, '.', 2)`,
  )
  for (const { organization_id: id, data_key: wrapped } of samples) {
    try {
      keys.open(wrapped, id)
    } catch (error) {
      if (!(error instanceof DecryptionFailed)) throw error
      throw new CommandFailure('KEYS', 'A configured sealing key has the right id but is another key.')
    }
  }
}
