import pg from 'pg'
import { newClient } from '../client.ts'
import { NotConnected } from '../database-error.ts'
import { copyIn, copyOut } from './copy.ts'

/** One connection as the owner of the tables, for what the operator does to a database as a whole. No time limits. */
export interface OwnerSession {
  query<Row extends object>(text: string, values?: readonly string[]): Promise<Row[]>
  /** Runs `copy … to stdout`; `sink` gets the bytes piece by piece. Returns the number of rows. */
  copyOut(text: string, sink: (chunk: Buffer) => Promise<void>): Promise<number>
  /** Runs `copy … from stdin` with the bytes of `source`. Returns the number of rows. */
  copyIn(text: string, source: AsyncIterable<Buffer>): Promise<number>
  close(): Promise<void>
}

/** Connects as the owner. Fails with NotConnected, whose cause says why, or with UrlUnusable. */
export async function connectOwner(config: pg.ClientConfig): Promise<OwnerSession> {
  const client = newClient({ ...config, options: '-c timezone=UTC', application_name: 'letterhead operator' })
  // The statement that runs when the connection breaks is told; an idle connection has nobody to tell.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    client.end().catch(() => undefined)
    throw new NotConnected(error)
  }
  return {
    query: async <Row extends object>(text: string, values: readonly string[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    copyOut: (text, sink) => copyOut(client, text, sink),
    copyIn: (text, source) => copyIn(client, text, source),
    close: () => client.end(),
  }
}

/** Runs `work` on a connection of its own. Fails as `connectOwner` does. */
export async function asOwner<T>(config: pg.ClientConfig, work: (owner: OwnerSession) => Promise<T>): Promise<T> {
  const owner = await connectOwner(config)
  try {
    return await work(owner)
  } finally {
    await owner.close()
  }
}

/** A name as SQL quotes it. */
export function quoteName(name: string): string {
  return pg.escapeIdentifier(name)
}

/** A text as SQL quotes it. */
export function quoteText(text: string): string {
  return pg.escapeLiteral(text)
}
