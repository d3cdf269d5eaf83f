import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The buckets of the OpenTelemetry HTTP conventions, thinned so that all routes stay within 2,000 series (OBS-2). */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What an Idempotency-Key led to. */
export type IdempotencyOutcome =
  | 'new'
  | 'replay'
  | 'wait_replay'
  | 'conflict'
  | 'mismatch'
  | 'resumed'
  | 'fenced'
  | 'abandoned'

export type AuthFailureReason = 'missing' | 'malformed' | 'unknown' | 'revoked' | 'expired' | 'locked_out' | 'forbidden'

export interface EndedRequest {
  method: string
  /** The template; null where no route matched. */
  route: string | null
  status: number
  seconds: number
}

export interface PoolCounts {
  inUse(): number
  waiting(): number
}

/** Everything that is counted. A label is a word of a short fixed list, never a customer, a profile or a key. */
export interface Metrics {
  readonly contentType: string
  /** All series in Prometheus text form. */
  render(): Promise<string>
  requestStarted(): void
  requestEnded(request: EndedRequest): void
  idempotency(outcome: IdempotencyOutcome): void
  authFailed(reason: AuthFailureReason): void
  rateLimited(): void
  /** Of what there was too much. `unauthenticated`: requests without a known key; `connections`: closed to make room. */
  loadShed(reason: 'requests' | 'waiters' | 'lists' | 'unauthenticated' | 'pipelined' | 'connections' | 'bodies'): void
  /** By the port, as `payments`. The guard around the port counts; nobody else does. */
  providerCalled(
    provider: string,
    outcome: 'done' | 'refused' | 'mismatch' | 'unavailable' | 'timeout' | 'not_asked',
  ): void
  /** A registration needs a person: the step at which it stopped. More than 0 asks for an alert. */
  registrationParked(step: string): void
  /** An attempt at a webhook's or a callback's endpoint. */
  delivered(what: 'webhook' | 'callback', state: 'DELIVERED' | 'RETRYING' | 'FAILED'): void
  webhookDisabled(reason: 'failures' | 'gone'): void
  /** `opened`, `closed`: the breaker of the port; `refused`: a call while it was open; `full`: a call over the bulkhead. */
  providerGuarded(provider: string, event: 'opened' | 'closed' | 'refused' | 'full'): void
  /** `taken`, `repeated`: an event of a provider; `refused`: a request without a right signature; then its end. */
  callbackEvent(provider: string, event: 'taken' | 'repeated' | 'refused' | 'matched' | 'unmatched'): void
  decryptFailed(): void
  cardLeakBlocked(count: number): void
  logLineDropped(): void
  tenantViolated(): void
  /** What the background work has before it, as its worker last saw it. */
  outboxSeen(outbox: { pending: number; oldestSeconds: number }): void
  /** Where the pool's gauges are read at each scrape. */
  watchPool(pool: PoolCounts): void
}

export interface MetricsOptions {
  version: string
  /** Whether to add memory, CPU, garbage collection and event loop lag of the process. True by default. */
  withProcess?: boolean
}

/** A registry of its own: two servers in one process do not share counts. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  if (options.withProcess !== false) collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({ registers, name: 'letterhead_build_info', help: 'The running version.', labelNames: ['version', 'node'] })
    .labels(options.version, process.versions.node)
    .set(1)
  const active = new Gauge({
    registers,
    name: 'http_server_active_requests',
    help: 'Requests that are being answered.',
  })
  return {
    contentType: registry.contentType,
    render: async () => withOldNames(await registry.metrics()),
    requestStarted: () => active.inc(),
    requestEnded: createRequestRecorder(registers, active),
    watchPool: (pool) => addPoolGauges(registers, pool),
    ...createCounters(registers),
  }
}

/** New with the prefix, so nobody reads these by an older name. */
const NEVER_UNPREFIXED = new Set(['letterhead_build_info'])

/**
 * The series, and once more without their prefix: dashboards and alerts of the release before read those names. The names of
 * requests are OpenTelemetry's, those of the process prom-client's; they have one name only.
 */
function withOldNames(text: string): string {
  const old = text
    .split('\n\n')
    .map((family) => family.trim())
    .filter((family) => {
      const [, name = ''] = /^# HELP (letterhead_\w+) /.exec(family) ?? []
      return name !== '' && !NEVER_UNPREFIXED.has(name)
    })
    .map((family) =>
      family
        .replace(/^# HELP letterhead_(\w+) .*$/m, '# HELP $1 Old name of letterhead_$1.')
        .replace(/^(# TYPE )?letterhead_/gm, '$1'),
    )
  return `${text.trimEnd()}\n\n${old.join('\n\n')}\n`
}

type Registers = Registry[]

const OUTCOMES = { DELIVERED: 'delivered', RETRYING: 'retried', FAILED: 'failed' } as const

function createRequestRecorder(registers: Registers, active: Gauge): Metrics['requestEnded'] {
  const duration = new Histogram({
    registers,
    name: 'http_server_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
  })
  // Looking a series up by its labels costs more than observing it.
  const series = new Map<string, { observe(seconds: number): void }>()
  return ({ method, route, status, seconds }) => {
    active.dec()
    const labels = [
      METHODS.has(method) ? method : 'other',
      route ?? 'unmatched',
      `${Math.floor(status / 100)}xx`,
    ] as const
    const name = labels.join(' ')
    const known = series.get(name) ?? duration.labels(...labels)
    series.set(name, known)
    known.observe(seconds)
  }
}

function createCounters(registers: Registers) {
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ registers, name, help, labelNames })
  const idempotency = counter('letterhead_idempotency_requests_total', 'Requests with an Idempotency-Key.', ['outcome'])
  const abandoned = counter(
    'letterhead_idempotency_abandoned_total',
    'Claims on an Idempotency-Key that ended without an answer.',
  )
  const auth = counter('letterhead_auth_failures_total', 'Requests refused for their key, user or role.', ['reason'])
  const limited = counter('letterhead_rate_limited_total', 'Requests refused by a rate limit.')
  const shed = counter('letterhead_load_shed_total', 'Requests refused because the server is full.', ['reason'])
  const provider = counter('letterhead_provider_calls_total', 'Calls to providers.', ['provider', 'outcome'])
  const registrations = counter(
    'letterhead_registration_parked_total',
    'Registrations that need a person: what was sent stayed without an answer, or a provider says what cannot be.',
    ['step'],
  )
  const deliveries = counter('letterhead_webhook_attempts_total', 'Attempts at webhooks and callbacks.', [
    'what',
    'outcome',
  ])
  const disabled = counter(
    'letterhead_webhooks_disabled_total',
    'Webhooks switched off because their endpoint fails.',
    ['reason'],
  )
  const guarded = counter('letterhead_provider_calls_refused_total', 'Calls that did not go out.', [
    'provider',
    'reason',
  ])
  const breaker = new Gauge({
    registers,
    name: 'letterhead_provider_breaker_open',
    help: '1 while a provider is left alone because it keeps failing.',
    labelNames: ['provider'],
  })
  const callback = counter('letterhead_callback_events_total', 'Events of providers.', ['provider', 'outcome'])
  const decrypt = counter(
    'letterhead_crypto_decrypt_failures_total',
    'Sealed values that did not open. More than 0 is tampering or a lost key.',
  )
  const card = counter('letterhead_card_leak_blocked_total', 'Card-like numbers masked in log lines. Must be 0.')
  const dropped = counter(
    'letterhead_log_lines_dropped_total',
    'Log lines lost because their reader is blocked or gone.',
  )
  const tenant = counter(
    'letterhead_tenant_violation_total',
    'Rows of another organization that a statement returned. Must be 0.',
  )
  return {
    idempotency(outcome) {
      idempotency.inc({ outcome })
      if (outcome === 'abandoned') abandoned.inc()
    },
    authFailed: (reason) => auth.inc({ reason }),
    rateLimited: () => limited.inc(),
    loadShed: (reason) => shed.inc({ reason }),
    providerCalled: (name, outcome) => provider.inc({ provider: name, outcome }),
    registrationParked: (step) => registrations.inc({ step }),
    delivered: (what, state) => deliveries.inc({ what, outcome: OUTCOMES[state] }),
    webhookDisabled: (reason) => disabled.inc({ reason }),
    providerGuarded(name, event) {
      if (event === 'opened' || event === 'closed') breaker.labels(name).set(event === 'opened' ? 1 : 0)
      else guarded.inc({ provider: name, reason: event === 'full' ? 'bulkhead_full' : 'breaker_open' })
    },
    callbackEvent: (name, outcome) => callback.inc({ provider: name, outcome }),
    decryptFailed: () => decrypt.inc(),
    cardLeakBlocked: (count) => card.inc(count),
    logLineDropped: () => dropped.inc(),
    tenantViolated: () => tenant.inc(),
    outboxSeen: createOutboxRecorder(registers),
  } satisfies Partial<Metrics>
}

function createOutboxRecorder(registers: Registers): Metrics['outboxSeen'] {
  const pending = new Gauge({ registers, name: 'letterhead_outbox_pending', help: 'Background jobs that wait.' })
  const oldest = new Gauge({
    registers,
    name: 'letterhead_outbox_oldest_seconds',
    help: 'Age of the oldest job that is due.',
  })
  return (outbox) => {
    pending.set(outbox.pending)
    oldest.set(outbox.oldestSeconds)
  }
}

function addPoolGauges(registers: Registers, pool: PoolCounts): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      registers,
      name,
      help,
      collect() {
        this.set(read())
      },
    })
  gauge('letterhead_db_pool_in_use', 'Database connections that run something.', () => pool.inUse())
  gauge('letterhead_db_pool_waiting', 'Callers that wait for a database connection.', () => pool.waiting())
}
