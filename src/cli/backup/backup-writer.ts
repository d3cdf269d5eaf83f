import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { diskSentence } from '../../db/trouble-sentence.ts'
import { CommandFailure, usage } from '../command-failure.ts'
import {
  type BackupHeader,
  FORMAT_LINE,
  FRAME_BYTES_MAX,
  KIND,
  type Kind,
  type RowCounts,
  type TableStart,
} from './file-format.ts'

/** Writes a backup file part by part. Each call waits until its bytes are with the operating system. */
export class BackupWriter {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async start(header: BackupHeader): Promise<void> {
    await this.#write(Buffer.from(FORMAT_LINE))
    await this.#json('header', header)
  }

  table(start: TableStart): Promise<void> {
    return this.#json('table', start)
  }

  async rows(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES_MAX) {
      await this.#frame('rows', bytes.subarray(at, at + FRAME_BYTES_MAX))
    }
  }

  endTable(rows: number): Promise<void> {
    return this.#json('end', { rows })
  }

  /** Ends the file. @returns its hash in hexadecimal and its length in bytes. */
  async finish(rows: RowCounts): Promise<{ sha256: string; bytes: number }> {
    await this.#json('trailer', { rows })
    const digest = this.#hash.copy().digest()
    await this.#frame('hash', digest)
    return { sha256: digest.toString('hex'), bytes: this.#bytes }
  }

  #json(kind: Kind, value: object): Promise<void> {
    return this.#frame(kind, Buffer.from(JSON.stringify(value)))
  }

  async #frame(kind: Kind, payload: Buffer): Promise<void> {
    const head = Buffer.alloc(5)
    head.write(KIND[kind], 'latin1')
    head.writeUInt32BE(payload.length, 1)
    await this.#write(Buffer.concat([head, payload]))
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    // On a file handle this writes all of the bytes at the current position.
    await this.#file.writeFile(bytes)
  }
}

/**
 * Runs `work` on a new file that appears under `path` only when it is complete and on the disk. Readable by its owner
 * alone: encrypted or not, it is everybody's data. Fails when the path is taken.
 */
export async function writeWhole<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  if (existsSync(path)) throw usage(`There is a file ${path} already: choose another name.`)
  const draft = `${path}.part`
  const file = await create(draft)
  try {
    const result = await work(file)
    await file.sync()
    await file.close()
    await rename(draft, path)
    return result
  } catch (error) {
    await file.close().catch(() => undefined)
    await unlink(draft).catch(() => undefined)
    const disk = diskSentence(error, path)
    throw disk === null ? error : new CommandFailure('DISK', `${disk} Nothing is left of this backup.`)
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    const { code = 'unknown reason' } = error as { code?: string }
    const disk = diskSentence(error, path)
    if (disk !== null) throw new CommandFailure('DISK', disk)
    if (code === 'EEXIST') throw usage(`${path} is another backup at work, or an interrupted one: then remove it.`)
    throw usage(`${path} cannot be written (${code}).`)
  }
}
