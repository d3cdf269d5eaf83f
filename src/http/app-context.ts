import type { Database } from '../db/database.ts'
import type { Egress } from '../egress/index.ts'
import type { KeyRing } from '../encryption/key-ring.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Trace } from '../observability/trace.ts'
import type { Lockout } from './auth/lockout.ts'
import type { Ports } from './endpoint.ts'
import type { DuplicateWaitLimit } from './idempotency/duplicate-limit.ts'
import type { RateLimiter } from './rate-limit/rate-limit.ts'

/** Everything that a request may lean on, built once by `app.ts` and handed down. */
export interface AppContext {
  db: Database
  keys: KeyRing
  ports: Ports
  /** The way out to addresses that customers chose; a request asks it for its judgement only. */
  egress: Pick<Egress, 'problemOf'>
  rates: RateLimiter
  lockout: Lockout
  duplicateWaits: DuplicateWaitLimit
  log: Log
  metrics: Metrics
  trace: Trace
  /** Where clients reach this server's own pages, as far as it knows; '' where it does not. */
  docsOrigin(): string
  times: { keyWaitMs: number; providerMs: number; leaseMs: number }
}
