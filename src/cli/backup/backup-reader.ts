import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { CommandFailure, usage } from '../command-failure.ts'
import {
  type BackupHeader,
  FORMAT_LINE,
  FRAME_BYTES_MAX,
  JSON_BYTES_MAX,
  KIND,
  type Kind,
  type RowCounts,
  type TableStart,
} from './file-format.ts'

/** A backup, part by part, in the order of the file. `end` is told after everything has been checked. */
export type BackupPart =
  | ({ kind: 'header' } & BackupHeader)
  | ({ kind: 'table' } & TableStart)
  | { kind: 'rows'; bytes: Buffer }
  | { kind: 'tableEnd'; table: string; rows: number }
  | { kind: 'end'; rows: RowCounts }

function damaged(why: string): CommandFailure {
  return new CommandFailure('BACKUP', `The backup is damaged: ${why}. Nothing was restored.`)
}

const FOLLOWS: Record<Kind | 'start', readonly Kind[]> = {
  start: ['header'],
  header: ['table', 'trailer'],
  table: ['rows', 'end'],
  rows: ['rows', 'end'],
  end: ['table', 'trailer'],
  trailer: ['hash'],
  hash: [],
}

const KINDS = new Map(Object.entries(KIND).map(([kind, letter]) => [letter as string, kind as Kind]))

/** Reads exact lengths from a file and hashes what it has read. */
class Bytes {
  readonly #file: FileHandle
  readonly hash: Hash = createHash('sha256')

  constructor(file: FileHandle) {
    this.#file = file
  }

  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.#file.read(bytes, filled, length - filled)
      if (bytesRead === 0) throw damaged('it ends too early')
      filled += bytesRead
    }
    return bytes
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.#file.read(Buffer.alloc(1), 0, 1)).bytesRead === 0
  }
}

async function takeFrame(bytes: Bytes, before: Kind | 'start'): Promise<{ kind: Kind; payload: Buffer }> {
  const head = await bytes.take(5)
  const kind = KINDS.get(head.toString('latin1', 0, 1))
  const length = head.readUInt32BE(1)
  if (kind === undefined || !FOLLOWS[before].includes(kind)) throw damaged('its parts are out of order')
  if (length > (kind === 'rows' ? FRAME_BYTES_MAX : JSON_BYTES_MAX)) throw damaged('a part of it is too long')
  const payload = await bytes.take(length)
  if (kind !== 'hash') bytes.hash.update(head).update(payload)
  return { kind, payload }
}

function readJson<T extends object>(payload: Buffer): T {
  try {
    return JSON.parse(payload.toString('utf8')) as T
  } catch {
    throw damaged('a part of it cannot be read')
  }
}

/** Reads the file from start to end in bounded memory. Fails before `end` when a byte is missing, changed or too many. */
export async function* readBackup(path: string): AsyncGenerator<BackupPart, void, void> {
  const file = await open(path, 'r').catch((error: { code?: string }) => {
    throw usage(`${path} cannot be read (${error.code ?? 'unknown reason'}).`)
  })
  try {
    const bytes = new Bytes(file)
    const line = await bytes.take(FORMAT_LINE.length).catch(() => Buffer.alloc(0))
    if (line.toString('latin1') !== FORMAT_LINE) throw usage(`${path} is not a backup that this program can read.`)
    bytes.hash.update(line)
    yield* readParts(bytes)
  } finally {
    await file.close()
  }
}

async function* readParts(bytes: Bytes): AsyncGenerator<BackupPart, void, void> {
  const seen: RowCounts = {}
  let table = ''
  let trailer: JsonObject = {}
  for (let before: Kind | 'start' = 'start'; before !== 'hash'; ) {
    const { kind, payload }: { kind: Kind; payload: Buffer } = await takeFrame(bytes, before)
    before = kind
    if (kind === 'header') yield { kind, ...readJson<BackupHeader>(payload) }
    else if (kind === 'rows') yield { kind, bytes: payload }
    else if (kind === 'table') {
      const start = readJson<TableStart>(payload)
      table = start.table
      yield { kind, ...start }
    } else if (kind === 'end') {
      const { rows } = readJson<{ rows: number }>(payload)
      seen[table] = rows
      yield { kind: 'tableEnd', table, rows }
    } else if (kind === 'trailer') trailer = readJson<JsonObject>(payload)
    else if (!payload.equals(bytes.hash.digest())) throw damaged('its content was changed')
  }
  if (!(await bytes.isAtEnd())) throw damaged('something follows its end')
  if (JSON.stringify(trailer.rows) !== JSON.stringify(seen)) throw damaged('its numbers of rows do not agree')
  yield { kind: 'end', rows: seen }
}

/** Reads a whole file once and returns its header, so that nothing begins with a file that is not whole. */
export async function checkBackup(path: string): Promise<BackupHeader> {
  let header: BackupHeader | null = null
  for await (const part of readBackup(path)) if (part.kind === 'header') header = part
  if (header === null) throw damaged('it has no header')
  return header
}
