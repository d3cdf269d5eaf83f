import type { Config } from './config.ts'
import { type Connection, Database } from './db/database.ts'
import { createEgress, type Egress } from './egress/index.ts'
import type { Endpoint, Ports } from './http/endpoint.ts'
import type { House } from './http/house.ts'
import { Lockout } from './http/lockout.ts'
import type { OpenEndpoint } from './http/open-endpoint.ts'
import { addPages } from './http/pages.ts'
import { RateLimiter } from './http/rate-limit.ts'
import { createServer, type HttpServer } from './http/server.ts'
import { Waiters } from './http/waiters.ts'
import { createJobs, type Jobs, type Lane } from './jobs/index.ts'
import { claimReceiverJobs } from './jobs/receiver-claim.store.ts'
import type { ServerLog } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import { accountEndpoints } from './resources/accounts/index.ts'
import { keyEndpoints } from './resources/api-keys/index.ts'
import { campaignEndpoints } from './resources/campaigns/index.ts'
import { profileEndpoints } from './resources/profiles/index.ts'
import { invitationEndpoints, SEND_INVITATION_JOB, sendInvitationJob, userEndpoints } from './resources/users/index.ts'
import { fanOutHandlers, receiverHandlers, webhookEndpoints } from './resources/webhooks/index.ts'
import type { KeyRing } from './seal/key-ring.ts'

/** Every operation that is served, in the order of the API document. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...profileEndpoints,
  ...campaignEndpoints,
  ...keyEndpoints,
  ...userEndpoints,
  ...accountEndpoints,
  ...webhookEndpoints,
]

/** Those that ask for no API key. */
export const OPEN_ENDPOINTS: readonly OpenEndpoint[] = invitationEndpoints

export interface AppOptions {
  connection: Connection
  config: Pick<Config, 'http' | 'database' | 'timeouts' | 'invitationUrl' | 'egress'>
  keys: KeyRing
  ports: Ports
  log: ServerLog
  metrics: Metrics
  /** The way out to customers' addresses; that of the configuration unless given. */
  egress?: Egress
}

/** One instance: its pool, its server, its background work. */
export interface App {
  db: Database
  house: House
  server: HttpServer
  jobs: Jobs
  isDraining(): boolean
  /** Refuses new work, lets what runs finish, then closes everything. Asked again, it is the same end. */
  close(): Promise<void>
}

/** A pool of the server's role, with the patience of the timeout ladder. */
export function openPool({
  connection,
  config,
  log,
}: Pick<AppOptions, 'connection' | 'log'> & { config: Pick<Config, 'database' | 'timeouts'> }): Database {
  const { database, timeouts } = config
  return new Database({
    connection,
    poolSize: database.poolSize,
    prepared: database.isPrepared,
    poolWaitMs: timeouts.poolWaitMs,
    rowLockMs: timeouts.rowLockMs,
    statementMs: timeouts.statementMs,
    queryMs: timeouts.queryMs,
    onIdleError: (error) => log.warn('database_connection_lost', { reason: error.name }),
  })
}

/** Longer than a webhook's usual timeout and the statements around it; one that needs longer extends its own. */
const RECEIVER_LEASE_MS = 45_000
/** Above what one organization may have in flight by far, so that some slow ones do not take every place. */
const RECEIVERS_MAX = 128
const LANE_POLL_MS = 250

/** Events are fanned out, and receivers called, beside all other work: neither waits for a provider, nor a provider for them. */
function webhookLanes({ db, keys, log, metrics }: House, egress: Egress): Lane[] {
  const receivers = receiverHandlers({ db, keys, egress, log, metrics, leaseMs: RECEIVER_LEASE_MS })
  return [
    { handlers: fanOutHandlers({ db }), pollMs: LANE_POLL_MS, concurrencyMax: 8 },
    {
      handlers: receivers,
      pollMs: LANE_POLL_MS,
      concurrencyMax: RECEIVERS_MAX,
      leaseMs: RECEIVER_LEASE_MS,
      claim: claimReceiverJobs,
    },
  ]
}

/** The composition root: builds everything once and hands it down. Nothing listens yet. */
export function buildApp(options: AppOptions): App {
  const { config, keys, ports, log, metrics } = options
  const db = openPool(options)
  metrics.watchPool({ inUse: () => db.load.inUse, waiting: () => db.load.waiting })
  const egress = options.egress ?? createEgress({ policy: config.egress })
  let draining = false
  let closing: Promise<void> | null = null
  const house: House = {
    db,
    keys,
    ports,
    egress,
    rates: new RateLimiter({ db, isOn: config.http.hasRateLimits, onLimited: () => metrics.rateLimited() }),
    lockout: new Lockout(),
    waiters: new Waiters(),
    log,
    metrics,
    times: {
      keyWaitMs: config.timeouts.keyWaitMs,
      providerMs: config.timeouts.providerMs,
      leaseMs: config.timeouts.leaseMs,
    },
  }
  const server = createServer({
    house,
    endpoints: ENDPOINTS,
    openEndpoints: OPEN_ENDPOINTS,
    log,
    metrics,
    allowedHosts: config.http.allowedHosts,
    trustedHops: config.http.trustedHops,
    tls: config.http.tls,
    requestTimeoutMs: config.http.requestTimeoutMs,
    requestDeadlineMs: config.timeouts.requestDeadlineMs,
    isDraining: () => draining,
    pages: (instance) => addPages(instance, { keyed: ENDPOINTS, open: OPEN_ENDPOINTS }, config.http.publicUrl),
  })
  const jobs = createJobs({
    db,
    ports,
    log,
    metrics,
    leaseMs: config.timeouts.leaseMs,
    providerMs: config.timeouts.providerMs,
    handlers: {
      [SEND_INVITATION_JOB]: sendInvitationJob({
        db,
        keys,
        mail: ports.mail,
        log,
        metrics,
        mailMs: config.timeouts.providerMs,
        places: () => ({
          apiUrl: config.http.publicUrl ?? server.listeningOrigin,
          pageUrl: config.invitationUrl,
        }),
      }),
    },
    lanes: webhookLanes(house, egress),
  })
  const closeAll = async () => {
    draining = true
    await server.close()
    await jobs.stop()
    await db.close()
  }
  return {
    db,
    house,
    server,
    jobs,
    isDraining: () => draining,
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}
