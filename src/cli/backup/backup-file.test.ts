import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type BackupPart, checkBackup, readBackup } from './backup-reader.ts'
import { BackupWriter, writeWhole } from './backup-writer.ts'
import type { BackupHeader } from './file-format.ts'

const HEADER: BackupHeader = {
  format_version: 1,
  schema_version: 1,
  created_at: '2026-03-25T10:43:34.589Z',
  sealing_keys: ['one'],
  pepper_check: 'x',
}

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'letterhead-backup-'))
})
after(() => rm(folder, { recursive: true }))

function write(path: string, rows: Buffer) {
  return writeWhole(path, async (file) => {
    const writer = new BackupWriter(file)
    await writer.start(HEADER)
    await writer.table({ table: 'first', columns: ['a', 'b'] })
    await writer.rows(rows)
    await writer.endTable(2)
    await writer.table({ table: 'second', columns: ['c'] })
    await writer.endTable(0)
    return writer.finish({ first: 2, second: 0 })
  })
}

async function read(path: string): Promise<BackupPart[]> {
  const parts: BackupPart[] = []
  for await (const part of readBackup(path)) parts.push(part)
  return parts
}

test('what was written is read, in pieces of at most 64 KiB', async () => {
  const path = join(folder, 'large')
  const rows = Buffer.alloc(200_000, 'row\n')
  const { bytes } = await write(path, rows)
  assert.equal((await readFile(path)).length, bytes)
  const parts = await read(path)
  assert.deepEqual(
    parts.filter(({ kind }) => kind !== 'rows'),
    [
      { kind: 'header', ...HEADER },
      { kind: 'table', table: 'first', columns: ['a', 'b'] },
      { kind: 'tableEnd', table: 'first', rows: 2 },
      { kind: 'table', table: 'second', columns: ['c'] },
      { kind: 'tableEnd', table: 'second', rows: 0 },
      { kind: 'end', rows: { first: 2, second: 0 } },
    ],
  )
  const pieces = parts.flatMap((part) => (part.kind === 'rows' ? [part.bytes] : []))
  assert.ok(pieces.every((piece) => piece.length <= 65_536))
  assert.ok(Buffer.concat(pieces).equals(rows))
})

test('a file that was cut anywhere, changed anywhere or made longer is refused', async () => {
  const path = join(folder, 'small')
  await write(path, Buffer.from('1\t2\n3\t4\n'))
  assert.deepEqual(await checkBackup(path), { kind: 'header', ...HEADER })
  const whole = await readFile(path)
  const wrong = join(folder, 'wrong')
  for (let length = 0; length < whole.length; length += 1) {
    await writeFile(wrong, whole.subarray(0, length))
    await assert.rejects(checkBackup(wrong), /damaged|is not a backup/, `cut to ${length}`)
    const changed = Buffer.from(whole)
    changed.writeUInt8((whole[length] ?? 0) ^ 4, length)
    await writeFile(wrong, changed)
    await assert.rejects(checkBackup(wrong), /damaged|is not a backup/, `byte ${length} changed`)
  }
  await writeFile(wrong, Buffer.concat([whole, Buffer.from([0])]))
  await assert.rejects(checkBackup(wrong), /damaged/)
})

test('a backup that fails leaves no file, and one that exists is not touched', async () => {
  const path = join(folder, 'failing')
  await assert.rejects(
    writeWhole(path, async (file) => {
      await file.writeFile('half')
      throw new Error('the database went away')
    }),
    /went away/,
  )
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('failing')),
    [],
  )
  await writeFile(path, 'mine')
  await assert.rejects(write(path, Buffer.from('')), /already/)
  assert.equal(await readFile(path, 'utf8'), 'mine')
})
