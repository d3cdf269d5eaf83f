import { setImmediate as nextIteration, setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/index.ts'
import { uncompiledChecks } from '../contract/fields/validator.ts'
import { databaseProblems } from '../db/admin/role-check.ts'
import type { OpenedDatabase } from '../db/open.ts'
import { startOpsServer } from '../observability/ops-server.ts'
import { createReadiness } from '../observability/readiness.ts'
import type { Inbox } from '../provider-events/inbox.ts'
import { type App, type AppOptions, buildApp } from './app.ts'
import { announce } from './banner.ts'
import { firstStart } from './first-start.ts'
import { bound, fitKeys } from './preflight.ts'
import { describePorts } from './providers.ts'
import { endInOrder } from './shutdown.ts'

/**
 * Runs an instance on an open database, until the process is told to stop.
 *
 * @throws StartRefused when what is configured does not fit the data, or a port is taken.
 */
export async function startOn(
  database: OpenedDatabase,
  parts: Omit<AppOptions, 'connection' | 'keys'> & { config: Config },
  events: { connect(inbox: Inbox): void },
): Promise<void> {
  const { config, ports, log, metrics } = parts
  const keys = await fitKeys(config, database, log)
  const app = buildApp({ ...parts, connection: database.server, keys })
  events.connect(app.inbox)
  // Where the database is one of its own, others may serve meanwhile; a laptop has nobody else.
  const warmth = { isWarm: database.isEmbedded }
  // Both ports are bound before the first start makes a key: a key that nobody is shown would be lost.
  const ops = await bound(
    'OPS_PORT',
    config.ops.port,
    startOpsServer({ ...config.ops, metrics, checks: readinessOf(app, ports, warmth) }),
  )
  const { host, port, shutdownGraceMs, shutdownDelayMs } = config.http
  const listening = await bound('PORT', port, app.server.listen({ host, port }))
  endInOrder({
    graceMs: shutdownGraceMs,
    delayMs: shutdownDelayMs,
    log,
    // Whoever sends requests here asks now and then whether it should.
    drain: () => app.drain(),
    close: async () => {
      await app.close()
      await ops.close()
      await database.close()
    },
  })
  const first = config.environment === 'production' ? null : await firstStart(app.db, keys)
  app.jobs.start()
  app.inbox.start()
  void warmUp(warmth)
  announce(config.environment, log, {
    url: config.http.publicUrl ?? listening,
    opsUrl: `http://${ops.host}:${ops.port}`,
    simulated: simulatedPorts(ports),
    dataDir: database.isEmbedded ? config.dataDir : null,
    first,
  })
}

const AHEAD_AFTER_MS = 250

/**
 * Compiles what no request has needed so far, one schema a turn, so that requests that come already do not wait long. Where the
 * server is called ready before, it begins a moment later, since whoever waits for the server asks first whether it is ready.
 */
async function warmUp(warmth: { isWarm: boolean }): Promise<void> {
  if (warmth.isWarm) await sleep(AHEAD_AFTER_MS, undefined, { ref: false })
  for (const compile of uncompiledChecks()) {
    await nextIteration()
    compile()
  }
  warmth.isWarm = true
}

function readinessOf(app: App, ports: App['context']['ports'], warmth: { readonly isWarm: boolean }) {
  return createReadiness({
    pingDatabase: async () => {
      await databaseProblems(app.db)
    },
    isSchemaCurrent: async () => (await databaseProblems(app.db)).length === 0,
    hasSealingKey: () => true,
    isWarm: () => warmth.isWarm,
    isDraining: app.isDraining,
    providers: () => describePorts(ports),
  })
}

/** The ports that nobody real answers. */
function simulatedPorts(ports: App['context']['ports']): string[] {
  return Object.entries(describePorts(ports))
    .filter(([, port]) => port.isSimulated)
    .map(([name]) => name)
}
