import type { Database } from '../db/database.ts'
import { spreadMs } from '../jobs/backoff.rules.ts'
import { startTicker, type Ticker } from '../jobs/ticker.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { EventSubject, ProviderEvent } from '../ports/provider-event.ts'
import { waitMs } from './inbox.rules.ts'
import { claimDueEvents, type DueEvent, insertEvent, postponeEvent, settleEvent, sweepEvents } from './inbox.store.ts'

/**
 * Makes the work due that an event is about: whoever waits for that brand, campaign, number or account reads it again.
 * True when there is such work or its subject is known; false when nothing of ours is known under these ids yet.
 * May be called twice for one event, and must be harmless for events of long ago.
 */
export type Wake = (about: EventSubject) => Promise<boolean>

export interface InboxOptions {
  db: Database
  wake: Wake
  log: Log
  metrics: Pick<Metrics, 'callbackEvent'>
  pollMs?: number
}

/**
 * Events of providers on their way to whom they concern. One is written down before its provider gets an answer, each
 * once; then a worker of any instance wakes what it is about. An event that comes before our own record, or out of order,
 * waits and is tried again until it is matched or three days old.
 */
export interface Inbox {
  /** Keeps the events; a repetition is dropped. Rejects when they cannot be kept. */
  accept(provider: string, events: readonly ProviderEvent[]): Promise<void>
  start(): void
  /** Handles what is due now, once. @returns how many events. */
  runDue(): Promise<number>
  stop(): Promise<void>
}

const BATCH = 50
const LEASE_MS = 30_000
const SWEEP_BATCH = 1_000

export function createInbox(options: InboxOptions): Inbox {
  const { db, log, metrics, pollMs = 1_000 } = options
  let ticker: Ticker | null = null

  async function runDue(): Promise<number> {
    const events = await claimDueEvents(db, BATCH, LEASE_MS)
    for (const event of events) await handle(options, event)
    return events.length
  }

  return {
    async accept(provider, events) {
      for (const event of events) {
        const isNew = await insertEvent(db, provider, event)
        metrics.callbackEvent(provider, isNew ? 'taken' : 'repeated')
      }
    },
    start() {
      ticker ??= startTicker('inbox_poll', log, async () => {
        const handled = await runDue()
        await sweepEvents(db, SWEEP_BATCH)
        return handled === BATCH ? 0 : spreadMs(pollMs, Math.random())
      })
    },
    runDue,
    async stop() {
      await ticker?.stop()
      ticker = null
    },
  }
}

/** A failure leaves the event to its lease: it is tried again. */
async function handle({ db, wake, log, metrics }: InboxOptions, event: DueEvent): Promise<void> {
  const { provider, type } = event
  try {
    if (await wake(event.about)) {
      metrics.callbackEvent(provider, 'matched')
      await settleEvent(db, event)
    } else if (event.is_expired) {
      metrics.callbackEvent(provider, 'unmatched')
      log.info('callback_unmatched', { provider, type })
      await settleEvent(db, event)
    } else {
      await postponeEvent(db, event, waitMs(event.attempts))
    }
  } catch (error) {
    log.error('callback_not_handled', { provider, type }, error)
  }
}
