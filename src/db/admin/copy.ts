import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/**
 * COPY through node-postgres's plug-in form of a query (`submit` and the `handle…` callbacks), with bounded memory: the
 * socket is paused while the sink is busy, and the source waits while the socket is full.
 */

/** The part of node-postgres's connection that a copy uses. */
interface Wire {
  stream: Duplex
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

const CHUNK_BYTES = 65_536

type Done = (error: Error | null, rows: number) => void

/** What both directions do alike: one simple query, whose command tag counts the rows. */
abstract class Copy {
  protected readonly text: string
  protected rows = 0
  readonly #done: Done
  #isOver = false

  constructor(text: string, done: Done) {
    this.text = text
    this.#done = done
  }

  submit(connection: object): null {
    ;(connection as Wire).query(this.text)
    return null
  }

  protected finish(error: Error | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#done(error, this.rows)
  }

  handleCommandComplete(message: { text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(message.text)?.[1] ?? Number.NaN)
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

/** `copy … to stdout`: hands the bytes to `sink` in pieces of about 64 KiB, one at a time. */
export class CopyOut extends Copy {
  readonly #sink: (chunk: Buffer) => Promise<void>
  #pieces: Buffer[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  #waiting = 0
  #sinkError: Error | null = null

  constructor(text: string, sink: (chunk: Buffer) => Promise<void>, done: Done) {
    super(text, done)
    this.#sink = sink
  }

  handleCopyData(message: { chunk: Buffer }, connection: object): void {
    // The parser reuses its buffer, so what is kept must be copied.
    this.#pieces.push(Buffer.from(message.chunk))
    this.#bytes += message.chunk.length
    if (this.#bytes >= CHUNK_BYTES) this.#pass((connection as Wire).stream)
  }

  #pass(stream: Duplex): void {
    const chunk = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    this.#waiting += 1
    stream.pause()
    this.#writing = this.#writing.then(async () => {
      try {
        if (this.#sinkError === null) await this.#sink(chunk)
      } catch (error) {
        this.#sinkError = toError(error)
      }
      this.#waiting -= 1
      if (this.#waiting === 0) stream.resume()
    })
  }

  handleCopyInResponse(connection: object): void {
    ;(connection as Wire).sendCopyFail('not a copy into the database')
  }

  handleReadyForQuery(connection: object): void {
    if (this.#bytes > 0) this.#pass((connection as Wire).stream)
    this.#writing.then(() => this.finish(this.#sinkError))
  }

  handleError(error: Error): void {
    this.#writing.then(() => this.finish(error))
  }
}

/** `copy … from stdin`: sends what `source` gives. When the source fails the copy fails, and nothing of it is kept. */
export class CopyIn extends Copy {
  readonly #source: AsyncIterable<Buffer>
  #sourceError: Error | null = null
  #isRefused = false

  constructor(text: string, source: AsyncIterable<Buffer>, done: Done) {
    super(text, done)
    this.#source = source
  }

  handleCopyInResponse(connection: object): void {
    const wire = connection as Wire
    this.#pump(wire).then(
      () => {
        if (!this.#isRefused) wire.endCopyFrom()
      },
      (error: unknown) => {
        this.#sourceError = toError(error)
        wire.sendCopyFail('the source failed')
      },
    )
  }

  async #pump(wire: Wire): Promise<void> {
    for await (const chunk of this.#source) {
      if (this.#isRefused) return
      wire.sendCopyFromChunk(chunk)
      if (wire.stream.writableNeedDrain) await drained(wire.stream)
    }
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.finish(this.#sourceError)
  }

  handleError(error: Error): void {
    this.#isRefused = true
    this.finish(this.#sourceError ?? error)
  }
}

/** Waits until the socket takes more, or is gone. */
async function drained(stream: Duplex): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  try {
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
  } finally {
    over.abort()
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
