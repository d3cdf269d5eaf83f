import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { type SimulatedBrandRegistry, simulatedBrandRegistry } from '../../../src/adapters/simulator/brand-registry.ts'
import { type SimulatedCarrier, simulatedCarrier } from '../../../src/adapters/simulator/carrier.ts'
import { type SimulatedPayments, simulatedPayments } from '../../../src/adapters/simulator/payments.ts'
import { type SimulatedWhatsapp, simulatedWhatsapp } from '../../../src/adapters/simulator/whatsapp.ts'
import { type App, buildApp } from '../../../src/app/app.ts'
import { buildReceivers } from '../../../src/app/providers.ts'
import { type Config, loadConfig } from '../../../src/config/index.ts'
import { KeyRing } from '../../../src/encryption/key-ring.ts'
import type { Ports } from '../../../src/http/endpoint.ts'
import { createLog } from '../../../src/observability/log.ts'
import { createMetrics } from '../../../src/observability/metrics.ts'
import type { Trace } from '../../../src/observability/trace.ts'
import type { ProviderEvent } from '../../../src/ports/provider-event.ts'
import type { Wake } from '../../../src/provider-events/inbox.ts'
import { TestOrganization } from '../builders/organization.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { type RecordedMail, recordedMail } from '../fakes/recorded-mail.ts'
import { Client } from './client.ts'
import { createTestDatabase, type TestDatabase } from './cluster.ts'

/** Real servers on real ports over a real database, taken down and looked through at the end of the test. */

export interface TestAppOptions {
  /** How many servers share the database; 1 unless told. */
  instances?: number
  /** Environment variables of the configuration, over the defaults of a test: no rate limits, no quota. */
  env?: Record<string, string>
  ports?: Partial<Ports>
  wake?: Wake
  trace?: Trace
}

type OrganizationOptions = Parameters<typeof TestOrganization.create>[1]

export class TestApp implements AsyncDisposable {
  readonly apps: readonly App[]
  readonly urls: readonly string[]
  readonly keys: KeyRing
  readonly payments: SimulatedPayments
  readonly whatsapp: SimulatedWhatsapp
  readonly mail: RecordedMail
  readonly brandRegistry: SimulatedBrandRegistry
  readonly carrier: SimulatedCarrier
  /** The time that the simulated registry and carrier live in: a score or a review comes when it is moved. */
  readonly providerClock: ManualClock
  /** The events that the simulators have sent, on their way into the inbox. */
  readonly arrivals: readonly Promise<void>[]
  readonly config: Config
  /** Every line that any instance logged. */
  readonly lines: string[]
  readonly database: TestDatabase
  readonly #owner: pg.Pool
  readonly #expectedErrors = new Set<string>()

  constructor(
    parts: Pick<TestApp, 'apps' | 'urls' | 'keys' | 'config' | 'lines' | 'database'> &
      Pick<TestApp, 'payments' | 'whatsapp' | 'brandRegistry' | 'carrier' | 'providerClock' | 'mail' | 'arrivals'>,
  ) {
    this.apps = parts.apps
    this.urls = parts.urls
    this.keys = parts.keys
    this.payments = parts.payments
    this.whatsapp = parts.whatsapp
    this.mail = parts.mail
    this.brandRegistry = parts.brandRegistry
    this.carrier = parts.carrier
    this.providerClock = parts.providerClock
    this.arrivals = parts.arrivals
    this.config = parts.config
    this.lines = parts.lines
    this.database = parts.database
    this.#owner = new pg.Pool({ ...parts.database.owner, max: 4, allowExitOnIdle: true })
  }

  get app(): App {
    return this.apps[0] as App
  }

  get url(): string {
    return this.urls[0] as string
  }

  /** Somebody without a key. */
  get nobody(): Client {
    return new Client(this.url, null)
  }

  organization(options: OrganizationOptions = {}): Promise<TestOrganization> {
    return TestOrganization.create({ url: this.url, db: this.app.db, keys: this.keys }, options)
  }

  /** Reads or changes the database as its owner, whom row-level security does not bind. */
  async sql<Row extends object = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#owner.query<Row>(text, values)).rows
  }

  /** Log events of level error that this test brings about; any other fails it at the end. */
  expectErrors(...events: string[]): void {
    for (const event of events) this.#expectedErrors.add(event)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.arrivals)
    for (const app of this.apps) {
      app.context.log.info('test_ends')
      await app.close()
    }
    await this.#owner.end()
    await this.database.drop()
    const unexpected = this.lines.filter((line) => {
      const { level, event } = JSON.parse(line) as { level: string; event: string }
      return level === 'error' && !this.#expectedErrors.has(event)
    })
    assert.deepEqual(unexpected, [], 'the server logged errors that the test does not expect')
  }
}

function testConfig(env: Record<string, string>): Config {
  const loaded = loadConfig({
    PORT: '0',
    OPS_PORT: '0',
    LOG_LEVEL: 'info',
    RATE_LIMITS: 'off',
    REGISTRY_ORDERS_PER_DAY: '1000000',
    DATABASE_POOL_SIZE: '8',
    ...env,
  })
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
  return loaded.config
}

/** Starts the servers of one test. `await using` ends them. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase()
  const config = testConfig(options.env ?? {})
  const keys = new KeyRing({
    keys: [{ id: 'test', bytes: randomBytes(32) }],
    activeId: 'test',
    pepper: randomBytes(32),
  })
  const payments = simulatedPayments()
  const mail = recordedMail()
  const providerClock = manualClock()
  const whatsapp = simulatedWhatsapp({ clock: providerClock })
  const arrivals: Promise<void>[] = []
  const onEvents = (events: readonly ProviderEvent[]) => {
    const [first] = apps
    if (first !== undefined) arrivals.push(first.inbox.accept('simulator', events))
  }
  const hasVetting = config.brandRegistry.vetting !== 'off'
  const brandRegistry = simulatedBrandRegistry({
    clock: providerClock,
    hasVetting,
    fees: config.brandRegistry.fees,
    onEvents,
  })
  const carrier = simulatedCarrier({ clock: providerClock, onEvents })
  const lines: string[] = []
  const apps: App[] = []
  const urls: string[] = []
  for (let index = 0; index < (options.instances ?? 1); index += 1) {
    const metrics = createMetrics({ version: 'test', withProcess: false })
    const destination = { write: (line: string) => void lines.push(line), flushSoon: () => {}, flush: () => {} }
    const log = createLog({
      level: config.logLevel,
      instance: `test-${index}`,
      destination,
      onCardMasked: (count) => metrics.cardLeakBlocked(count),
    })
    const app = buildApp({
      connection: database.server,
      config,
      keys,
      receivers: await buildReceivers(config.callbacks),
      ...(options.wake === undefined ? {} : { wake: options.wake }),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      ports: { payments, whatsapp, brandRegistry, carrier, mail, ...options.ports },
      log,
      metrics,
    })
    await app.server.listen({ host: '127.0.0.1', port: 0 })
    apps.push(app)
    urls.push(`http://127.0.0.1:${(app.server.server.address() as AddressInfo).port}`)
  }
  return new TestApp({
    apps,
    urls,
    keys,
    payments,
    whatsapp,
    brandRegistry,
    carrier,
    providerClock,
    mail,
    arrivals,
    config,
    lines,
    database,
  })
}
