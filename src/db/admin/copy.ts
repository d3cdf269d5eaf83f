import { pipeline } from 'node:stream/promises'
import type pg from 'pg'

/** COPY with bounded memory: the socket is paused while the sink is busy, and the source waits while the socket is full. */

/**
 * Runs `copy … to stdout` and hands the bytes to `sink` in pieces, one at a time.
 *
 * @returns the number of rows.
 * @throws what the sink or the statement failed with; the connection can go on.
 */
export async function copyOut(
  client: pg.Client,
  text: string,
  sink: (chunk: Buffer) => Promise<void>,
): Promise<number> {
  // Loaded here: nothing but backup and restore needs it.
  const { to } = await import('pg-copy-streams')
  const stream = client.query(to(text))
  let failure: unknown = null
  for await (const chunk of stream) {
    // What is left is read and dropped: a copy that nobody reads to its end would hold the connection.
    if (failure !== null) continue
    try {
      await sink(chunk)
    } catch (error) {
      failure = error
    }
  }
  if (failure !== null) throw failure
  return stream.rowCount
}

/**
 * Runs `copy … from stdin` with what `source` gives. When the source fails the copy fails, and nothing of it is kept.
 *
 * @returns the number of rows.
 * @throws what the source or the statement failed with; the connection can go on.
 */
export async function copyIn(client: pg.Client, text: string, source: AsyncIterable<Buffer>): Promise<number> {
  const { from } = await import('pg-copy-streams')
  const stream = client.query(from(text))
  let failure: unknown = null
  async function* given() {
    try {
      yield* source
    } catch (error) {
      failure = error
      // The database is told this sentence, and may log it.
      throw new Error('the source failed')
    }
  }
  try {
    await pipeline(given, stream)
  } catch (error) {
    throw failure ?? error
  }
  return stream.rowCount
}
