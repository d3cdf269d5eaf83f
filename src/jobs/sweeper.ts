import type { Database } from '../db/database.ts'
import { databaseTrouble } from '../db/database-error.ts'
import type { Log } from '../observability/log.ts'
import { spreadMs } from './backoff.rules.ts'
import { SWEEPABLE, type Sweepable, sweepExpired } from './sweeper.store.ts'
import { startTicker, type Ticker } from './ticker.ts'

export interface SweeperOptions {
  db: Database
  log: Log
  everyMs?: number
  batchSize?: number
  /** How many batches one turn may take before others get their turn. */
  batchesMax?: number
}

export interface Sweeper {
  start(): void
  /** Deletes what has expired, as far as one turn goes. @returns how many rows, and whether there may be more. */
  sweep(): Promise<{ deleted: number; hasMore: boolean }>
  /** Resolves when the turn that runs has ended, after the batch it is at. */
  stop(): Promise<void>
}

const WITH_BACKLOG_MS = 1_000

/**
 * Deletes about every minute what has had its time: answers of Idempotency-Keys, so that none outlives its 24 hours by more
 * than a few minutes (decision 16), and events, deliveries, callbacks and webhooks of deleted profiles after
 * their days.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { db, log, everyMs = 60_000, batchSize = 1_000, batchesMax = 200 } = options
  let ticker: Ticker | null = null
  let isStopping = false

  async function sweep() {
    let deleted = 0
    let hasMore = false
    for (const what of SWEEPABLE) {
      const swept = await sweepAll(what)
      deleted += swept.deleted
      hasMore ||= swept.hasMore
    }
    return { deleted, hasMore }
  }

  async function sweepAll(what: Sweepable) {
    let deleted = 0
    for (let batch = 1; batch <= batchesMax && !isStopping; batch += 1) {
      const swept = await sweepBatch(db, what, batchSize)
      if (swept === null) return { deleted, hasMore: true }
      deleted += swept.deleted
      if (swept.found < batchSize) return { deleted, hasMore: false }
    }
    return { deleted, hasMore: true }
  }

  async function turn(): Promise<number> {
    const { deleted, hasMore } = await sweep()
    if (deleted > 0) log.info('expired_rows_deleted', { deleted })
    return spreadMs(hasMore ? WITH_BACKLOG_MS : everyMs, Math.random())
  }

  return {
    sweep,
    start() {
      isStopping = false
      ticker ??= startTicker('sweep', log, turn)
    },
    async stop() {
      isStopping = true
      await ticker?.stop()
      ticker = null
    },
  }
}

/** Null when another instance sweeps the same rows at this moment: it will have deleted them. */
async function sweepBatch(db: Database, what: Sweepable, size: number) {
  try {
    return await sweepExpired(db, what, size)
  } catch (error) {
    const { kind } = databaseTrouble(error)
    if (kind === 'lock_timeout' || kind === 'serialization') return null
    throw error
  }
}
