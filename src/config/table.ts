import {
  baseUrl,
  ed25519Key,
  type Form,
  feeList,
  hostNames,
  listenAddress,
  mailSender,
  milliseconds,
  oneOf,
  onOff,
  path,
  pepper,
  pin,
  port,
  ports,
  postgresUrl,
  registryId,
  sealingKeys,
  settlingTime,
  smtpUrl,
  token,
  tokenPage,
  trustedHops,
  wholeNumber,
} from './forms.ts'

export type Group = 'Server' | 'Operations' | 'Database' | 'Secrets' | 'Providers' | 'Webhooks' | 'Time limits'

/** One environment variable: where it is documented, what it accepts, and what holds when it is not set. */
export interface Setting<T, F extends T | null = T | null> {
  readonly group: Group
  readonly says: string
  readonly form: Form<T>
  readonly fallback: F
  /** The default in words, where the value alone does not say it. */
  readonly fallbackSays?: string
  /** Never printed; may also come from the file that `<NAME>_FILE` names. */
  readonly isSecret: boolean
  /** The part of a secret that may be printed. */
  shown?(value: T): string
}

function setting<T, F extends T | null>(
  group: Group,
  form: Form<T>,
  fallback: F,
  says: string,
  fallbackSays?: string,
): Setting<T, F> {
  const words = fallbackSays === undefined ? {} : { fallbackSays }
  return { group, form, fallback, says, isSecret: false, ...words }
}

function secret<T>(group: Group, form: Form<T>, says: string, shown?: (value: T) => string): Setting<T, null> {
  return { group, form, fallback: null, says, isSecret: true, ...(shown === undefined ? {} : { shown }) }
}

/** The database's place without user, password and parameters. */
function databasePlace(text: string): string {
  const url = new URL(text)
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** A server's place without user and password. */
function serverPlace(text: string): string {
  const url = new URL(text)
  return `${url.protocol}//${url.host}`
}

const chosenByEnvironment = '`simulator`; `none` with `NODE_ENV=production`'

/** Every variable that the server and the CLI read, in the order of the documents (issue section 1; decisions 7, 19 to 27). */
export const configTable = {
  NODE_ENV: setting(
    'Server',
    oneOf('production', 'development', 'test'),
    'development',
    'In `production` nothing is simulated unless asked for by name, nothing is seeded, and unsafe settings are refused.',
  ),
  PORT: setting('Server', port, 8080, 'Port of the API; 0 takes any free port.'),
  HOST: setting(
    'Server',
    listenAddress,
    '127.0.0.1',
    'Address of the API. In production, an address off loopback needs TLS or `BEHIND_TLS=1`.',
  ),
  PUBLIC_URL: setting(
    'Server',
    baseUrl,
    null,
    'URL by which clients reach the API; printed at the start and named in the OpenAPI document.',
  ),
  ALLOWED_HOSTS: setting(
    'Server',
    hostNames,
    [],
    'When set, a request with any other `Host` header is refused.',
    'any valid host',
  ),
  TRUST_PROXY: setting(
    'Server',
    trustedHops,
    [],
    'Proxies whose `X-Forwarded-For` counts; from anyone else the header is ignored.',
    'none',
  ),
  TLS_CERT: setting('Server', path, null, 'File with the certificate chain in PEM; goes with `TLS_KEY`.'),
  TLS_KEY: setting('Server', path, null, 'File with the private key in PEM; goes with `TLS_CERT`.'),
  BEHIND_TLS: setting('Server', onOff, false, 'Set to 1 when a proxy in front of the server ends TLS.'),
  RATE_LIMITS: setting('Server', onOff, true, '`off` lifts the rate limits and the cap on simultaneous requests.'),
  RATE_LIMIT_FACTOR: setting(
    'Server',
    wholeNumber(1, 10_000),
    1,
    'Multiplies the rate limits, the burst and the cap on simultaneous requests.',
  ),
  REQUESTS_MAX: setting(
    'Server',
    wholeNumber(1, 10_000),
    64,
    'Most requests that an instance works on at a time; one more is refused at once with 503.',
  ),
  SHUTDOWN_GRACE_MS: setting(
    'Server',
    milliseconds,
    28_000,
    'How long a stopping server may take; at least `SHUTDOWN_DELAY_MS` and `REQUEST_DEADLINE_MS` together.',
  ),
  SHUTDOWN_DELAY_MS: setting(
    'Server',
    wholeNumber(0, 60_000, 'milliseconds'),
    null,
    'How long a stopping server goes on taking requests once `/readyz` says that it is not ready: longer than a load balancer takes to notice. 1000 with `NODE_ENV=production`, else 0.',
  ),
  OPS_PORT: setting('Operations', port, 9090, 'Port of `/livez`, `/readyz` and `/metrics`; 0 takes any free port.'),
  OPS_HOST: setting(
    'Operations',
    listenAddress,
    '127.0.0.1',
    'Address of that port. It asks for no key: keep it private.',
  ),
  OPS_ALLOWED_HOSTS: setting(
    'Operations',
    hostNames,
    [],
    'More names under which that port is asked, such as that of a service. It answers for localhost, for `OPS_HOST` and for any IP address, and for no other name, so that no web page reads it by a name that leads here.',
    'none',
  ),
  LOG_LEVEL: setting(
    'Operations',
    oneOf('info', 'warn', 'error', 'silent'),
    'info',
    'The least severe line that is written; the line of each request is `info`.',
  ),
  TRACING: setting(
    'Operations',
    onOff,
    false,
    '`on` makes spans of requests, statements, calls to providers and jobs, for the OpenTelemetry SDK that you load before the server.',
  ),
  DATA_DIR: setting('Database', path, './data', 'Folder of the embedded PostgreSQL and its key files.'),
  DATABASE_URL: secret(
    'Database',
    postgresUrl,
    'PostgreSQL 15 or newer, as a role that owns nothing; without it the embedded PostgreSQL runs.',
    databasePlace,
  ),
  DATABASE_OWNER_URL: secret(
    'Database',
    postgresUrl,
    "The same database as its owner; for `migrate`, `backup` and `restore`, never for the server's requests.",
    databasePlace,
  ),
  DATABASE_POOL_SIZE: setting('Database', wholeNumber(1, 500), 16, 'Most connections that one server opens.'),
  DATABASE_PREPARED: setting('Database', onOff, true, '`off` for a pooler that cannot keep prepared statements.'),
  SEALING_KEY: secret(
    'Secrets',
    sealingKeys,
    'Keys that seal secrets at rest: the first seals, all of them open. Required with `DATABASE_URL`; otherwise made beside the data.',
    ({ keys }) => `keys ${keys.map((key) => key.id).join(', ')}`,
  ),
  KEY_PEPPER: secret(
    'Secrets',
    pepper,
    'Key of the hash that API keys are stored as. Required with `DATABASE_URL`; otherwise made beside the data.',
  ),
  PAYMENTS: setting(
    'Providers',
    oneOf('simulator', 'stripe', 'none'),
    null,
    'Where cards go. `none` refuses a request that needs it.',
    chosenByEnvironment,
  ),
  STRIPE_SECRET_KEY: secret('Providers', token, 'Required with `PAYMENTS=stripe`.'),
  STRIPE_BASE_URL: setting('Providers', baseUrl, 'https://api.stripe.com', 'Must be https in production.'),
  WHATSAPP: setting(
    'Providers',
    oneOf('simulator', 'meta', 'none'),
    null,
    'Where WhatsApp credentials are verified. `none` refuses a request that needs it.',
    chosenByEnvironment,
  ),
  META_APP_TOKEN: secret(
    'Providers',
    token,
    'App access token that inspects tokens; without it a token inspects itself.',
  ),
  META_GRAPH_BASE_URL: setting(
    'Providers',
    baseUrl,
    'https://graph.facebook.com/v25.0',
    'With the version of the Graph API. Must be https in production.',
  ),
  MAIL: setting(
    'Providers',
    oneOf('outbox', 'smtp', 'none'),
    null,
    'Where mail goes. `outbox` writes each mail as a file below `DATA_DIR/mail`; `none` refuses a request that needs it.',
    '`outbox`; `none` with `NODE_ENV=production`',
  ),
  SMTP_URL: secret(
    'Providers',
    smtpUrl,
    'Required with `MAIL=smtp`: `smtps://` speaks TLS from the first byte, `smtp://` must change to TLS unless the server is this machine.',
    serverPlace,
  ),
  MAIL_FROM: setting(
    'Providers',
    mailSender,
    null,
    'Sender of every mail. Required with `MAIL=smtp`.',
    '`Letterhead <letterhead@localhost>`',
  ),
  INVITATION_URL: setting(
    'Providers',
    tokenPage,
    null,
    'Page of your own where an invitation is answered, linked in its mail. Without it the mail tells how to answer over the API at `PUBLIC_URL`.',
  ),
  META_SYSTEM_TOKEN: secret(
    'Providers',
    token,
    'Access token of a system user, for WhatsApp accounts that came without a token of their own.',
  ),
  META_REGISTRATION_PIN: secret(
    'Providers',
    pin,
    'Two-step verification PIN that WhatsApp numbers are registered with. Without it no number is registered.',
  ),
  META_APP_SECRET: secret(
    'Providers',
    token,
    'Secret of the Meta app: events at `/callbacks/meta` are checked with it. Without it none is taken.',
  ),
  META_VERIFY_TOKEN: secret(
    'Providers',
    token,
    'Any text of yours that you also enter at Meta when you subscribe to events.',
  ),
  BRAND_REGISTRY: setting(
    'Providers',
    oneOf('simulator', 'tcr', 'telnyx', 'none'),
    null,
    'Where brands and campaigns are registered.',
    chosenByEnvironment,
  ),
  TCR_API_KEY: secret('Providers', token, 'Required with `BRAND_REGISTRY=tcr`.'),
  TCR_API_SECRET: secret(
    'Providers',
    token,
    'Required with `BRAND_REGISTRY=tcr`. Events at `/callbacks/tcr` are checked with it too.',
  ),
  TCR_BASE_URL: setting(
    'Providers',
    baseUrl,
    'https://csp-api.campaignregistry.com/v2',
    'With the version. Must be https in production.',
  ),
  TCR_UPSTREAM_CNP: setting(
    'Providers',
    registryId,
    null,
    'TCR id of the connectivity partner that campaigns are shared with. Without it no campaign is shared.',
  ),
  REGISTRY_FEES: setting(
    'Providers',
    feeList,
    { brand: 4.5, revet: 4.5, vetting: 40, campaign_review: 15 },
    'What your registry charges in US$, each time and on failure too; shown before it is spent. The default is what TCR and its partners published for the time since 1 August 2025. A fee that is left out is not known.',
    '`brand=4.50,revet=4.50,vetting=40,campaign_review=15`',
  ),
  VETTING: setting(
    'Providers',
    oneOf('off', 'aegis', 'aegis_enhanced', 'wmc'),
    'off',
    'External vetting that is ordered for a verified brand: the vetting company, and its enhanced class.',
  ),
  REGISTRY_MOCKS: setting(
    'Providers',
    onOff,
    false,
    'Registers brands as mocks at TCR or Telnyx: free, not reviewed, and deleted there after 30 days with their campaigns. For trials; no message can be sent.',
  ),
  REGISTRY_SETTLE_MS: setting(
    'Providers',
    settlingTime,
    900_000,
    'How long after a call without an answer the registry or carrier must have no record of it before it is sent again.',
  ),
  REGISTRY_ORDERS_PER_DAY: setting(
    'Providers',
    wholeNumber(1, 1_000_000),
    20,
    'How many brands, checks of corrected brands, vettings and campaigns, of each, an organization may order at the registry in 24 hours, since it charges for them. What exceeds it waits.',
  ),
  CARRIER: setting(
    'Providers',
    oneOf('simulator', 'telnyx', 'none'),
    null,
    'Where phone numbers and messaging profiles live.',
    chosenByEnvironment,
  ),
  TELNYX_API_KEY: secret('Providers', token, 'Required with `BRAND_REGISTRY=telnyx` and with `CARRIER=telnyx`.'),
  TELNYX_PUBLIC_KEY: setting(
    'Providers',
    ed25519Key,
    null,
    'Public key of the Telnyx account: events at `/callbacks/telnyx` are checked with it. Without it none is taken.',
  ),
  TELNYX_BASE_URL: setting(
    'Providers',
    baseUrl,
    'https://api.telnyx.com/v2',
    'With the version. Must be https in production.',
  ),
  PROVIDER_CALLS_MAX: setting(
    'Providers',
    wholeNumber(1, 1_000),
    32,
    'Most calls that one provider answers at a time for this server; one more is refused at once.',
  ),
  SIMULATOR_DELAY_MS: setting(
    'Providers',
    milliseconds,
    2_000,
    'How long the simulated registry and carrier take to score, review and assign.',
  ),
  WEBHOOK_PORTS: setting('Webhooks', ports, [443], 'Ports that an endpoint of a webhook or callback may name.'),
  WEBHOOKS_ALLOW_PRIVATE: setting(
    'Webhooks',
    onOff,
    false,
    'For development: endpoints may be http, on any port, on this machine or its private networks. Refused in production.',
  ),
  POOL_WAIT_MS: setting('Time limits', milliseconds, 1_000, 'Wait for a database connection.'),
  ROW_LOCK_MS: setting(
    'Time limits',
    milliseconds,
    2_000,
    'Wait for a row lock. In a queue for one row PostgreSQL counts anew for each lock on the way; `STATEMENT_MS` bounds them together.',
  ),
  KEY_WAIT_MS: setting('Time limits', milliseconds, 5_000, 'Wait for a running request with the same Idempotency-Key.'),
  STATEMENT_MS: setting('Time limits', milliseconds, 6_000, 'A statement, as the database counts it.'),
  QUERY_MS: setting(
    'Time limits',
    milliseconds,
    7_000,
    'A round trip, as the server counts it; covers a frozen database.',
  ),
  PROVIDER_MS: setting('Time limits', milliseconds, 10_000, 'A call to a provider.'),
  REQUEST_DEADLINE_MS: setting('Time limits', milliseconds, 25_000, 'A whole request.'),
  LEASE_MS: setting(
    'Time limits',
    milliseconds,
    30_000,
    "A claim on an Idempotency-Key, and the socket's limit to deliver a request. Keep a load balancer's limit above it.",
  ),
} as const satisfies Record<string, Setting<unknown>>

export type VariableName = keyof typeof configTable

/** What the table's readers give, variable by variable. */
export type Values = {
  [N in VariableName]: (typeof configTable)[N] extends Setting<infer T, infer F> ? T | F : never
}

/** The variables in the table's order, with their names. */
export const configEntries = Object.entries(configTable) as [VariableName, Setting<unknown>][]
