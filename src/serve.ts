import { hostname } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type App, type AppOptions, buildApp } from './app.ts'
import { banner } from './banner.ts'
import { type Config, loadConfig } from './config.ts'
import { uncompiledChecks } from './contract/validator.ts'
import { EmbeddedError } from './db/embedded/index.ts'
import { type OpenedDatabase, openDatabase } from './db/open.ts'
import { databaseProblems } from './db/role-check.ts'
import { endInOrder } from './end-process.ts'
import { type FirstStart, firstStart } from './first-start.ts'
import type { Inbox } from './inbound/inbox.ts'
import { createLog, type ServerLog } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import { startOpsServer } from './observe/ops-server.ts'
import { createReadiness } from './observe/readiness.ts'
import type { Trace } from './observe/trace.ts'
import { packageVersion } from './package-root.ts'
import type { ProviderEvent } from './ports/provider-event.ts'
import { guardProcess } from './process-guard.ts'
import { buildPorts, buildReceivers, describePorts } from './providers.ts'
import { bound, fitKeys, StartRefused } from './start-checks.ts'

const EXIT_CONFIG = 78

function refuse(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`letterhead: ${problem}\n`)
  process.exit(EXIT_CONFIG)
}

async function openOrRefuse(config: Config, log: ServerLog): Promise<OpenedDatabase> {
  const { url, ownerUrl } = config.database
  try {
    return await openDatabase({
      dataDir: config.dataDir,
      url: url?.reveal() ?? null,
      ownerUrl: ownerUrl?.reveal() ?? null,
      purpose: 'server',
      log,
    })
  } catch (error) {
    if (error instanceof EmbeddedError) refuse([error.message])
    throw error
  }
}

interface EventLine {
  send(events: readonly ProviderEvent[]): void
  connect(inbox: Inbox): void
}

/** From the simulators, which are there before the database is, to the inbox. What is lost is seen when it is read again. */
function eventLine(log: ServerLog): EventLine {
  let inbox: Inbox | null = null
  return {
    send: (events) => {
      inbox?.accept('simulator', events).catch((error: unknown) => log.error('callback_not_kept', {}, error))
    },
    connect: (to) => {
      inbox = to
    },
  }
}

async function start(config: Config): Promise<void> {
  // A reader that goes away must not take the server with it.
  process.stdout.on('error', () => undefined)
  const metrics = createMetrics({ version: packageVersion })
  const log = createLog({
    level: config.logLevel,
    instance: hostname(),
    onCardMasked: (count) => metrics.cardLeakBlocked(count),
    onLineDropped: () => metrics.logLineDropped(),
  })
  guardProcess(log)
  // Before the database is touched: an address of a provider that cannot be used is the configuration's fault.
  const events = eventLine(log)
  const ports = await buildPorts(config, log, events.send).catch((error: Error) => refuse([error.message]))
  const database = await openOrRefuse(config, log)
  try {
    const receivers = await buildReceivers(config.callbacks)
    await startOn(database, { config, ports, receivers, log, metrics, ...(await tracing(config)) }, events)
  } catch (error) {
    await database.close()
    if (error instanceof StartRefused) refuse(error.problems)
    throw error
  }
}

/** Loaded where it is wished for only: others start without it. */
async function tracing(config: Config): Promise<{ trace?: Trace }> {
  if (!config.isTraced) return {}
  const { openTelemetry } = await import('./observe/open-telemetry.ts')
  return { trace: openTelemetry(packageVersion) }
}

async function startOn(
  database: OpenedDatabase,
  parts: Omit<AppOptions, 'connection' | 'keys'> & { config: Config },
  events: EventLine,
): Promise<void> {
  const { config, ports, log, metrics } = parts
  const keys = await fitKeys(config, database, log)
  const app = buildApp({ ...parts, connection: database.server, keys })
  events.connect(app.inbox)
  // Both ports are bound before the first start makes a key: a key that nobody is shown would be lost.
  const ops = await bound(
    'OPS_PORT',
    config.ops.port,
    startOpsServer({ ...config.ops, metrics, checks: readinessOf(app, ports) }),
  )
  const { host, port } = config.http
  const listening = await bound('PORT', port, app.server.listen({ host, port }))
  endInOrder({
    graceMs: config.http.shutdownGraceMs,
    log,
    close: async () => {
      await app.close()
      await ops.close()
      await database.close()
    },
  })
  const first = config.environment === 'production' ? null : await firstStart(app.db, keys)
  app.jobs.start()
  app.inbox.start()
  void compileAhead()
  announce(config, { listening, opsUrl: `http://${ops.host}:${ops.port}`, database, ports, first })
}

/** Compiles what no request has needed so far, one schema a turn: the server is ready earlier, and no request waits long. */
async function compileAhead(): Promise<void> {
  for (const compile of uncompiledChecks()) {
    await nextTurn()
    compile()
  }
}

function readinessOf(app: App, ports: App['house']['ports']) {
  return createReadiness({
    pingDatabase: async () => {
      await databaseProblems(app.db)
    },
    isSchemaCurrent: async () => (await databaseProblems(app.db)).length === 0,
    hasSealingKey: () => true,
    isDraining: app.isDraining,
    providers: () => describePorts(ports),
  })
}

interface Announced {
  listening: string
  opsUrl: string
  database: OpenedDatabase
  ports: App['house']['ports']
  first: FirstStart | null
}

function announce(config: Config, { listening, opsUrl, database, ports, first }: Announced): void {
  const simulated = Object.entries(describePorts(ports))
    .filter(([, port]) => port.isSimulated)
    .map(([name]) => name)
  const url = config.http.publicUrl ?? listening
  process.stdout.write(
    `${banner({ url, opsUrl, simulated, dataDir: database.isEmbedded ? config.dataDir : null, first })}\n`,
  )
}

/** Runs the server until it is told to stop. Ends the process with 78 when the configuration is at fault. */
export async function serve(): Promise<void> {
  const loaded = loadConfig()
  if (!loaded.ok) refuse(loaded.problems)
  await start(loaded.config)
}
