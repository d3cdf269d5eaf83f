import type { Config } from './config.ts'
import { type Connection, Database } from './db/database.ts'
import { addCallbacks } from './http/callbacks.ts'
import type { Endpoint, Ports } from './http/endpoint.ts'
import type { House } from './http/house.ts'
import { Lockout } from './http/lockout.ts'
import type { OpenEndpoint } from './http/open-endpoint.ts'
import { addPages } from './http/pages.ts'
import { RateLimiter } from './http/rate-limit.ts'
import { createServer, type HttpServer } from './http/server.ts'
import { Waiters } from './http/waiters.ts'
import { createInbox, type Inbox, type Wake } from './inbound/inbox.ts'
import { createJobs, type Jobs } from './jobs/index.ts'
import type { ServerLog } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { CallbackReceiver } from './ports/callback.ts'
import { guardPorts } from './providers.ts'
import { accountEndpoints } from './resources/accounts/index.ts'
import { keyEndpoints } from './resources/api-keys/index.ts'
import { campaignEndpoints } from './resources/campaigns/index.ts'
import { profileEndpoints } from './resources/profiles/index.ts'
import { invitationEndpoints, SEND_INVITATION_JOB, sendInvitationJob, userEndpoints } from './resources/users/index.ts'
import type { KeyRing } from './seal/key-ring.ts'

/** Every operation that is served, in the order of the API document. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...profileEndpoints,
  ...campaignEndpoints,
  ...keyEndpoints,
  ...userEndpoints,
  ...accountEndpoints,
]

/** Those that ask for no API key. */
export const OPEN_ENDPOINTS: readonly OpenEndpoint[] = invitationEndpoints

export interface AppOptions {
  connection: Connection
  config: Pick<Config, 'http' | 'database' | 'timeouts' | 'invitationUrl' | 'providerCallsMax'>
  keys: KeyRing
  ports: Ports
  /** Whose requests at `/callbacks/…` are taken; nobody's unless told. */
  receivers?: readonly CallbackReceiver[]
  /** Makes due what an event of a provider is about. */
  wake?: Wake
  log: ServerLog
  metrics: Metrics
}

/** Every event of a provider waits, until something is there that it can concern. */
const nothingWaits: Wake = async () => false

/** One instance: its pool, its server, its background work. */
export interface App {
  db: Database
  house: House
  server: HttpServer
  jobs: Jobs
  inbox: Inbox
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

/** What every request is answered with. */
function openHouse({ config, keys, log, metrics }: AppOptions, db: Database, ports: Ports): House {
  return {
    db,
    keys,
    ports,
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
}

/** The composition root: builds everything once and hands it down. Nothing listens yet. */
export function buildApp(options: AppOptions): App {
  const { config, keys, log, metrics } = options
  const ports = guardPorts(options.ports, {
    log,
    metrics,
    deadlineMs: config.timeouts.providerMs,
    callsMax: config.providerCallsMax,
  })
  const db = openPool(options)
  metrics.watchPool({ inUse: () => db.load.inUse, waiting: () => db.load.waiting })
  const inbox = createInbox({ db, wake: options.wake ?? nothingWaits, log, metrics })
  let draining = false
  let closing: Promise<void> | null = null
  const house = openHouse(options, db, ports)
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
    pages: (instance) => {
      addPages(instance, { keyed: ENDPOINTS, open: OPEN_ENDPOINTS }, config.http.publicUrl)
      addCallbacks(instance, {
        receivers: options.receivers ?? [],
        accept: inbox.accept,
        onRefused: (provider) => metrics.callbackEvent(provider, 'refused'),
      })
    },
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
        mailMs: config.timeouts.providerMs,
        places: () => ({
          apiUrl: config.http.publicUrl ?? server.listeningOrigin,
          pageUrl: config.invitationUrl,
        }),
      }),
    },
  })
  const closeAll = async () => {
    draining = true
    await server.close()
    await Promise.all([jobs.stop(), inbox.stop()])
    await db.close()
  }
  return {
    db,
    house,
    server,
    jobs,
    inbox,
    isDraining: () => draining,
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}
