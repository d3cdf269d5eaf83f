import type { Config } from '../config/index.ts'
import { type Connection, Database } from '../db/database.ts'
import { findFirstProfile } from '../db/installation.store.ts'
import { createEgress, type Egress } from '../egress/index.ts'
import type { KeyRing } from '../encryption/key-ring.ts'
import type { AppContext } from '../http/app-context.ts'
import { Lockout } from '../http/auth/lockout.ts'
import type { Endpoint, Ports } from '../http/endpoint.ts'
import { DuplicateWaitLimit } from '../http/idempotency/duplicate-limit.ts'
import type { OpenEndpoint } from '../http/public-endpoint.ts'
import { RateLimiter } from '../http/rate-limit/rate-limit.ts'
import { addPages } from '../http/transport/pages.ts'
import { createServer, type HttpServer } from '../http/transport/server.ts'
import type { Jobs } from '../jobs/index.ts'
import type { ServerLog } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { type Trace, untraced } from '../observability/trace.ts'
import type { CallbackReceiver } from '../ports/event-receiver.ts'
import { createInbox, type Inbox, type Wake } from '../provider-events/inbox.ts'
import { addCallbacks } from '../provider-events/routes.ts'
import { accountEndpoints } from '../resources/accounts/index.ts'
import { keyEndpoints } from '../resources/api-keys/index.ts'
import { campaignEndpoints } from '../resources/campaigns/index.ts'
import { contactEndpoints } from '../resources/contacts/index.ts'
import { numberEndpoints } from '../resources/numbers/index.ts'
import { profileEndpoints } from '../resources/profiles/index.ts'
import { registrationEndpoints, wake } from '../resources/registrations/index.ts'
import { templateEndpoints } from '../resources/templates/index.ts'
import { invitationEndpoints, userEndpoints } from '../resources/users/index.ts'
import { webhookEndpoints } from '../resources/webhooks/index.ts'
import { guardPorts } from './providers.ts'
import { buildJobs } from './workers.ts'

/** Every operation that is served, in the order of the API document. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...profileEndpoints,
  ...registrationEndpoints,
  ...campaignEndpoints,
  ...keyEndpoints,
  ...userEndpoints,
  ...accountEndpoints,
  ...templateEndpoints,
  ...webhookEndpoints,
  ...contactEndpoints,
  ...numberEndpoints,
]

/** Those that ask for no API key. */
export const OPEN_ENDPOINTS: readonly OpenEndpoint[] = invitationEndpoints

export interface AppOptions {
  connection: Connection
  config: Pick<
    Config,
    | 'environment'
    | 'http'
    | 'database'
    | 'timeouts'
    | 'invitationUrl'
    | 'egress'
    | 'settleMs'
    | 'ordersPerDay'
    | 'providerCallsMax'
  >
  keys: KeyRing
  ports: Ports
  /** Whose requests at `/callbacks/…` are taken; nobody's unless told. */
  receivers?: readonly CallbackReceiver[]
  /** Makes due what an event of a provider is about: the registrations that wait for it, unless given. */
  wake?: Wake
  log: ServerLog
  metrics: Metrics
  /** Where spans go; nowhere unless given. */
  trace?: Trace
  /** The way out to customers' addresses; that of the configuration unless given. */
  egress?: Egress
}

/** One instance: its pool, its server, its background work. */
export interface App {
  db: Database
  context: AppContext
  server: HttpServer
  jobs: Jobs
  inbox: Inbox
  isDraining(): boolean
  /** Goes on answering, but says that it is not ready, and asks each client to go elsewhere. */
  drain(): void
  /** Refuses new work, lets what runs finish, then closes everything. Asked again, it is the same end. */
  close(): Promise<void>
}

/** A pool of the server's role, with the patience of the timeout ladder. */
export function openPool({
  connection,
  config,
  log,
  trace,
}: Pick<AppOptions, 'connection' | 'log' | 'trace'> & { config: Pick<Config, 'database' | 'timeouts'> }): Database {
  const { database, timeouts } = config
  return new Database({
    connection,
    poolSize: database.poolSize,
    prepared: database.isPrepared,
    poolWaitMs: timeouts.poolWaitMs,
    rowLockMs: timeouts.rowLockMs,
    statementMs: timeouts.statementMs,
    queryMs: timeouts.queryMs,
    ...(trace === undefined ? {} : { trace }),
    onIdleError: (error) => log.warn('database_connection_lost', { reason: error.name }),
  })
}

/**
 * Where clients reach the pages of this server: what the operator says, or on a laptop the address that it listens on. In
 * production that address is one behind a proxy, and means nothing to whoever asks.
 */
function docsOriginOf({ environment, http }: AppOptions['config'], listeningOrigin: string): string {
  if (http.publicUrl !== null) return http.publicUrl
  return environment === 'production' ? '' : listeningOrigin
}

function buildAppContext(options: AppOptions, egress: Egress, docsOrigin: () => string): AppContext {
  const { config, keys, log, metrics, trace = untraced } = options
  const db = openPool(options)
  return {
    db,
    keys,
    ports: guardPorts(options.ports, {
      log,
      metrics,
      trace,
      deadlineMs: config.timeouts.providerMs,
      callsMax: config.providerCallsMax,
    }),
    egress,
    rates: new RateLimiter({
      db,
      isOn: config.http.hasRateLimits,
      factor: config.http.rateLimitFactor,
      onLimited: () => metrics.rateLimited(),
    }),
    lockout: new Lockout(),
    duplicateWaits: new DuplicateWaitLimit(),
    log,
    metrics,
    trace,
    docsOrigin,
    times: {
      keyWaitMs: config.timeouts.keyWaitMs,
      providerMs: config.timeouts.providerMs,
      leaseMs: config.timeouts.leaseMs,
    },
  }
}

/** The composition root: builds everything once and hands it down. Nothing listens yet. */
export function buildApp(options: AppOptions): App {
  const { config, log, metrics } = options
  const egress = options.egress ?? createEgress({ policy: config.egress })
  const context = buildAppContext(options, egress, () => docsOriginOf(config, server.listeningOrigin))
  const { db } = context
  metrics.watchPool({ inUse: () => db.load.inUse, waiting: () => db.load.waiting })
  const wakeRegistrations: Wake = async (about) => (await wake(db, options.keys, about)).length > 0
  const inbox = createInbox({ db, wake: options.wake ?? wakeRegistrations, log, metrics })
  let draining = false
  let closing: Promise<void> | null = null
  const server = createServer({
    context,
    endpoints: ENDPOINTS,
    openEndpoints: OPEN_ENDPOINTS,
    log,
    metrics,
    allowedHosts: config.http.allowedHosts,
    trustedHops: config.http.trustedHops,
    tls: config.http.tls,
    requestTimeoutMs: config.http.requestTimeoutMs,
    requestsMax: config.http.requestsMax,
    unauthenticated: config.http.unauthenticated,
    bodyBytesMax: config.http.bodyBytesMax,
    requestDeadlineMs: config.timeouts.requestDeadlineMs,
    isDraining: () => draining,
    pages: (instance, bodies) => {
      const isProduction = config.environment === 'production'
      const findProfile = isProduction ? undefined : () => findFirstProfile(db)
      addPages(instance, { keyed: ENDPOINTS, open: OPEN_ENDPOINTS }, config.http.publicUrl, findProfile)
      addCallbacks(instance, bodies, {
        receivers: options.receivers ?? [],
        accept: inbox.accept,
        onRefused: (provider) => metrics.callbackEvent(provider, 'refused'),
      })
    },
  })
  const jobs = buildJobs(context, egress, config, () => server.listeningOrigin)
  const closeAll = async () => {
    draining = true
    await server.close()
    await Promise.all([jobs.stop(), inbox.stop()])
    await db.close()
  }
  return {
    db,
    context,
    server,
    jobs,
    inbox,
    isDraining: () => draining,
    drain: () => {
      draining = true
    },
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}
