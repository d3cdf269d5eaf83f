import pg from 'pg'
import { EmbeddedError } from './embedded-error.ts'
import type { Layout } from './layout.ts'
import { codeOf } from './node-error.ts'

/** Part of the socket's name; nothing listens on a network port. */
export const PORT = 5432

/** The role that makes the others. Nothing but this launcher uses it. */
export const ADMINISTRATOR = 'letterhead_superuser'

const CONNECT_MS = 5_000

/** A connection of the administrator. */
export interface Administrator {
  query(text: string): Promise<Record<string, unknown>[]>
  /** Resolves when the connection ends, by whatever cause. */
  ended: Promise<void>
  end(): Promise<void>
}

/** `busy`: a server process is there but takes no connections now (starting, recovering, stopping, overLimit). */
export type Knock = { state: 'ready'; administrator: Administrator } | { state: 'busy' } | { state: 'absent' }

/** Tries once to connect. Fails with `cannot_start` if the server answers but will never let the administrator in. */
export async function knock(layout: Layout): Promise<Knock> {
  const client = new pg.Client({
    host: layout.address,
    port: PORT,
    user: ADMINISTRATOR,
    database: 'postgres',
    ssl: false,
    options: '-c timezone=UTC',
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'letterhead launcher',
  })
  client.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  try {
    await client.connect()
  } catch (error) {
    client.end().catch(() => undefined)
    return { state: stateOf(error) }
  }
  const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows
  return { state: 'ready', administrator: { query, ended, end: () => client.end() } }
}

function stateOf(error: unknown): 'busy' | 'absent' {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'absent'
  const isPassing = code === null || /^(57P0.|53...|ECONNRESET|EPIPE|EAGAIN|ETIMEDOUT)$/.test(code)
  if (isPassing) return 'busy'
  throw new EmbeddedError(
    'cannot_start',
    `The embedded database refuses its administrator (${code}). If roles or pg_hba.conf were changed, undo that.`,
    { cause: error },
  )
}
