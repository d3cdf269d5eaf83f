import pg from 'pg'
import { until } from '../tally.ts'
import type { TestApp } from './app.ts'

/** A session of the database's owner that stays open, to hold locks in the middle of the server's work. */
export async function ownerSession(app: TestApp): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(app.database.owner)
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** Waits until as many sessions of the test's database as told wait for a lock that another one holds. */
export function untilBlocked(app: TestApp, sessions: number): Promise<void> {
  return until(`${sessions} sessions wait for a lock`, async () => {
    const [row] = await app.sql<{ blocked: number }>(
      `select count(distinct l.pid)::int as blocked from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where not l.granted and a.datname = current_database()`,
    )
    return (row?.blocked ?? 0) >= sessions
  })
}
