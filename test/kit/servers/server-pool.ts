import { type Connection, Database, type DatabaseOptions } from '../../../src/db/database.ts'

/** A pool with patience for a busy machine; closed by whoever opens it, or with `await using`. */
export function openTestPool(
  connection: Connection,
  options: Partial<DatabaseOptions> = {},
): Database & AsyncDisposable {
  const db = new Database({
    connection,
    poolSize: 8,
    prepared: true,
    poolWaitMs: 5_000,
    rowLockMs: 5_000,
    statementMs: 10_000,
    queryMs: 15_000,
    onIdleError: () => {},
    ...options,
  })
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() })
}
