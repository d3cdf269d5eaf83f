import type pg from 'pg'
import type { Log } from '../observability/log.ts'
import { migrate } from './admin/migrate.ts'
import { newClient } from './client.ts'
import { openEmbedded } from './embedded/index.ts'

/** A database that can be connected to: the embedded one, or the one that DATABASE_URL names. */
export interface OpenedDatabase {
  isEmbedded: boolean
  /** Connects as the server's powerless role. */
  server: pg.PoolConfig
  /** Connects as the owner of the tables; null where only the server's role is known. */
  owner: pg.ClientConfig | null
  /** The role that the server connects as. */
  serverRole: string
  /** Stops the embedded database if this process is the one to stop it. */
  close(): Promise<void>
}

export interface OpenOptions {
  dataDir: string
  url: string | null
  ownerUrl: string | null
  purpose: 'server' | 'command'
  log: Log
  /** Called each time that a program of an embedded database has been set off; not where one runs already. */
  onStarting?: () => void
}

/** Opens the database. The embedded one is migrated at once: nobody else could have done it. */
export async function openDatabase(options: OpenOptions): Promise<OpenedDatabase> {
  if (options.url !== null) {
    return {
      isEmbedded: false,
      server: { connectionString: options.url },
      owner: options.ownerUrl === null ? null : { connectionString: options.ownerUrl },
      serverRole: roleOf(options.url),
      close: async () => {},
    }
  }
  const { dataDir, purpose, log, onStarting } = options
  const embedded = await openEmbedded({ dataDir, purpose, log, ...(onStarting && { onStarting }) })
  try {
    const onBusy = () => log.warn('schema_migration_waits')
    const applied = await migrate(embedded.owner, embedded.server.user, { onBusy })
    if (applied.length > 0) log.info('schema_migrated', { version: applied.at(-1) ?? 0 })
  } catch (error) {
    await embedded.close()
    throw error
  }
  return {
    isEmbedded: true,
    server: embedded.server,
    owner: embedded.owner,
    serverRole: embedded.server.user,
    close: () => embedded.close(),
  }
}

function roleOf(url: string): string {
  return newClient({ connectionString: url }).user ?? ''
}
