import { hostname } from 'node:os'
import { type Config, loadConfig } from '../config/index.ts'
import { EmbeddedError } from '../db/embedded/index.ts'
import { type OpenedDatabase, openDatabase } from '../db/open.ts'
import { connectionSentence, diskSentence } from '../db/trouble-sentence.ts'
import { createLog, type ServerLog } from '../observability/log.ts'
import { createMetrics } from '../observability/metrics.ts'
import type { Trace } from '../observability/trace.ts'
import { packageVersion } from '../package-root.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Inbox } from '../provider-events/inbox.ts'
import { guardProcess } from './process-hardening.ts'
import { buildPorts, buildReceivers } from './providers.ts'
import { StartRefused } from './startup-error.ts'

const EXIT_CONFIG = 78

function refuse(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`letterhead: ${problem}\n`)
  process.exit(EXIT_CONFIG)
}

/** A disk without room, and a database that is not to be reached, are told in a sentence and not by a stack. */
function refuseKnown(error: unknown): void {
  const sentence = diskSentence(error) ?? connectionSentence(error)
  if (sentence !== null) refuse([sentence])
}

async function openOrRefuse(config: Config, log: ServerLog, onStarting: () => void): Promise<OpenedDatabase> {
  const { url, ownerUrl } = config.database
  try {
    return await openDatabase({
      dataDir: config.dataDir,
      url: url?.reveal() ?? null,
      ownerUrl: ownerUrl?.reveal() ?? null,
      purpose: 'server',
      log,
      onStarting,
    })
  } catch (error) {
    if (error instanceof EmbeddedError) refuse([error.message])
    refuseKnown(error)
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
  // The largest part of the program is read while the database starts, and not before it is set off: reading keeps the thread busy.
  const readProgram = () => import('./start.ts')
  const database = await openOrRefuse(config, log, () => void readProgram().catch(() => undefined))
  try {
    const { startOn } = await readProgram()
    const receivers = await buildReceivers(config.callbacks)
    await startOn(database, { config, ports, receivers, log, metrics, ...(await tracing(config)) }, events)
  } catch (error) {
    await database.close()
    if (error instanceof StartRefused) refuse(error.problems)
    refuseKnown(error)
    throw error
  }
}

/** Loaded where it is wished for only: others start without it. */
async function tracing(config: Config): Promise<{ trace?: Trace }> {
  if (!config.isTraced) return {}
  const { openTelemetry } = await import('../observability/open-telemetry.ts')
  return { trace: openTelemetry(packageVersion) }
}

/** Runs the server until it is told to stop. Ends the process with 78 when the configuration is at fault. */
export async function serve(): Promise<void> {
  const loaded = loadConfig()
  if (!loaded.ok) refuse(loaded.problems)
  await start(loaded.config)
}
