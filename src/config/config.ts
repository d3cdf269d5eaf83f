import { resolve } from 'node:path'
import type { KeyMaterial } from '../encryption/key-text.ts'
import type { ShownSetting } from './describe.ts'
import { type MailSender, readMailSender } from './parsers.ts'
import { Secret } from './secret.ts'
import { shutdownDelayMs } from './validate.rules.ts'
import type { Values } from './variables.ts'

export type PaymentsConfig =
  | { readonly provider: 'none' | 'simulator' }
  | { readonly provider: 'stripe'; readonly secretKey: Secret<string>; readonly baseUrl: string }

export type WhatsappConfig =
  | { readonly provider: 'none' | 'simulator' }
  | {
      readonly provider: 'meta'
      readonly appToken: Secret<string> | null
      readonly systemToken: Secret<string> | null
      readonly registrationPin: Secret<string> | null
      readonly baseUrl: string
    }

/** The connection to Telnyx, which can be the registry, the carrier or both. */
export interface TelnyxConfig {
  readonly apiKey: Secret<string>
  readonly baseUrl: string
}

type RegistryChoice =
  | { readonly provider: 'none' | 'simulator' }
  | {
      readonly provider: 'tcr'
      readonly apiKey: Secret<string>
      readonly apiSecret: Secret<string>
      readonly baseUrl: string
      readonly upstreamCnp: string | null
    }
  | ({ readonly provider: 'telnyx'; readonly callbackUrl: string } & TelnyxConfig)

export type RegistryConfig = RegistryChoice & RegistryTerms

interface RegistryTerms {
  readonly vetting: Values['VETTING']
  readonly takesMocks: boolean
  /** US$; null where it is not known. */
  readonly fees: {
    readonly brand: number | null
    readonly revet: number | null
    readonly vetting: number | null
    readonly campaignReview: number | null
  }
}

export type CarrierConfig =
  | { readonly provider: 'none' | 'simulator' }
  | ({ readonly provider: 'telnyx' } & TelnyxConfig)

/** What events of providers are checked with; null where none are taken. */
export interface CallbackConfig {
  /** TCR signs the address that was subscribed together with the body. */
  readonly tcr: { readonly secret: Secret<string>; readonly url: string } | null
  readonly telnyx: { readonly publicKey: string } | null
  readonly meta: { readonly appSecret: Secret<string>; readonly verifyToken: Secret<string> | null } | null
}

export type MailConfig =
  | { readonly provider: 'none' }
  | { readonly provider: 'outbox'; readonly folder: string; readonly from: MailSender }
  | { readonly provider: 'smtp'; readonly url: Secret<string>; readonly from: MailSender }

/** Milliseconds, each limit strictly inside the next. */
export interface TimeoutLadder {
  readonly poolWaitMs: number
  readonly rowLockMs: number
  readonly keyWaitMs: number
  readonly statementMs: number
  readonly queryMs: number
  readonly providerMs: number
  readonly requestDeadlineMs: number
  readonly leaseMs: number
}

/** What the process runs with. Frozen; secrets do not show themselves when it is printed. */
export interface Config {
  readonly environment: 'production' | 'development' | 'test'
  readonly http: {
    readonly host: string
    readonly port: number
    readonly publicUrl: string | null
    /** Lower case, with the port where one was given. Empty: any valid host. */
    readonly allowedHosts: readonly string[]
    /** IP addresses and CIDR ranges. */
    readonly trustedHops: readonly string[]
    readonly tls: { readonly certPath: string; readonly keyPath: string } | null
    readonly isBehindTls: boolean
    readonly hasRateLimits: boolean
    /** Times the documented limits. */
    readonly rateLimitFactor: number
    /** Most requests that an instance works on at a time. */
    readonly requestsMax: number
    /** Most of clients that have shown no valid key. */
    readonly unauthenticated: {
      readonly requestsMax: number
      readonly connectionsMax: number
      readonly connectionsPerAddress: number
    }
    /** Most bytes of bodies that are received at a time. */
    readonly bodyBytesMax: number
    /** Limit for a client to deliver its whole request; as long as a lease. */
    readonly requestTimeoutMs: number
    readonly shutdownGraceMs: number
    /** How long a stopping server goes on taking requests, so that whoever sends them learns of it first. */
    readonly shutdownDelayMs: number
  }
  readonly ops: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] }
  readonly isTraced: boolean
  readonly logLevel: 'info' | 'warn' | 'error' | 'silent'
  /** Absolute. */
  readonly dataDir: string
  readonly database: {
    /** Null: the embedded PostgreSQL in `dataDir`. */
    readonly url: Secret<string> | null
    readonly ownerUrl: Secret<string> | null
    readonly poolSize: number
    readonly isPrepared: boolean
  }
  /** Null: not configured. Then the embedded mode makes its own beside the data; with `database.url` nobody may. */
  readonly keyMaterial: Secret<KeyMaterial> | null
  readonly payments: PaymentsConfig
  readonly whatsapp: WhatsappConfig
  readonly mail: MailConfig
  /** A page with `{token}` in its address. Null: mails tell how to answer over the API. */
  readonly invitationUrl: string | null
  readonly brandRegistry: RegistryConfig
  readonly carrier: CarrierConfig
  /** How long after a call without an answer its absence at the provider becomes definite. */
  readonly settleMs: number
  /** How many orders of a kind an organization may make at the registry in 24 hours. */
  readonly ordersPerDay: number
  readonly callbacks: CallbackConfig
  /** How the simulated registry and carrier behave: how long they take, and where they remember. */
  readonly simulator: { readonly delayMs: number; readonly file: string }
  /** What customers' addresses may lead to. */
  readonly egress: { readonly allowsPrivate: boolean; readonly ports: readonly number[] }
  /** The width of the bulkhead around each provider. */
  readonly providerCallsMax: number
  readonly timeouts: TimeoutLadder
  /** Every variable as it may be printed. */
  readonly settings: readonly ShownSetting[]
}

/** The configuration that checked values stand for. */
export function toConfig(values: Values, settings: readonly ShownSetting[]): Config {
  return freeze({
    environment: values.NODE_ENV,
    http: {
      host: values.HOST,
      port: values.PORT,
      publicUrl: values.PUBLIC_URL,
      allowedHosts: values.ALLOWED_HOSTS,
      trustedHops: values.TRUST_PROXY,
      tls:
        values.TLS_CERT === null || values.TLS_KEY === null
          ? null
          : { certPath: resolve(values.TLS_CERT), keyPath: resolve(values.TLS_KEY) },
      isBehindTls: values.BEHIND_TLS,
      hasRateLimits: values.RATE_LIMITS,
      rateLimitFactor: values.RATE_LIMIT_FACTOR,
      requestsMax: values.REQUESTS_MAX,
      unauthenticated: {
        requestsMax: values.UNAUTHENTICATED_REQUESTS_MAX,
        connectionsMax: values.UNAUTHENTICATED_CONNECTIONS_MAX,
        connectionsPerAddress: values.UNAUTHENTICATED_CONNECTIONS_PER_ADDRESS,
      },
      bodyBytesMax: values.BODIES_MAX_MIB * 1024 * 1024,
      requestTimeoutMs: values.LEASE_MS,
      shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
      shutdownDelayMs: shutdownDelayMs(values),
    },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT, allowedHosts: values.OPS_ALLOWED_HOSTS },
    isTraced: values.TRACING,
    logLevel: values.LOG_LEVEL,
    dataDir: resolve(values.DATA_DIR),
    database: {
      url: conceal(values.DATABASE_URL),
      ownerUrl: conceal(values.DATABASE_OWNER_URL),
      poolSize: values.DATABASE_POOL_SIZE,
      isPrepared: values.DATABASE_PREPARED,
    },
    keyMaterial: toKeyMaterial(values),
    payments: toPayments(values),
    whatsapp: toWhatsapp(values),
    mail: toMail(values),
    invitationUrl: values.INVITATION_URL,
    brandRegistry: toRegistry(values),
    settleMs: values.REGISTRY_SETTLE_MS,
    ordersPerDay: values.REGISTRY_ORDERS_PER_DAY,
    carrier: toCarrier(values),
    callbacks: toCallbacks(values),
    simulator: { delayMs: values.SIMULATOR_DELAY_MS, file: resolve(values.DATA_DIR, 'simulator') },
    egress: { allowsPrivate: values.WEBHOOKS_ALLOW_PRIVATE, ports: values.WEBHOOK_PORTS },
    providerCallsMax: values.PROVIDER_CALLS_MAX,
    timeouts: {
      poolWaitMs: values.POOL_WAIT_MS,
      rowLockMs: values.ROW_LOCK_MS,
      keyWaitMs: values.KEY_WAIT_MS,
      statementMs: values.STATEMENT_MS,
      queryMs: values.QUERY_MS,
      providerMs: values.PROVIDER_MS,
      requestDeadlineMs: values.REQUEST_DEADLINE_MS,
      leaseMs: values.LEASE_MS,
    },
    settings,
  })
}

function toKeyMaterial(values: Values): Secret<KeyMaterial> | null {
  if (values.SEALING_KEY === null || values.KEY_PEPPER === null) return null
  return new Secret({ ...values.SEALING_KEY, pepper: values.KEY_PEPPER })
}

function toPayments(values: Values): PaymentsConfig {
  if (values.PAYMENTS === 'stripe' && values.STRIPE_SECRET_KEY !== null) {
    return { provider: 'stripe', secretKey: new Secret(values.STRIPE_SECRET_KEY), baseUrl: values.STRIPE_BASE_URL }
  }
  return { provider: values.PAYMENTS === 'simulator' ? 'simulator' : 'none' }
}

function toWhatsapp(values: Values): WhatsappConfig {
  if (values.WHATSAPP === 'meta') {
    return {
      provider: 'meta',
      appToken: conceal(values.META_APP_TOKEN),
      systemToken: conceal(values.META_SYSTEM_TOKEN),
      registrationPin: conceal(values.META_REGISTRATION_PIN),
      baseUrl: values.META_GRAPH_BASE_URL,
    }
  }
  return { provider: values.WHATSAPP === 'simulator' ? 'simulator' : 'none' }
}

function toMail(values: Values): MailConfig {
  const from = values.MAIL_FROM === null ? undefined : readMailSender(values.MAIL_FROM)
  if (values.MAIL === 'smtp' && values.SMTP_URL !== null && from !== undefined) {
    return { provider: 'smtp', url: new Secret(values.SMTP_URL), from }
  }
  if (values.MAIL !== 'outbox') return { provider: 'none' }
  return {
    provider: 'outbox',
    folder: resolve(values.DATA_DIR, 'mail'),
    from: from ?? { name: 'Letterhead', address: 'letterhead@localhost' },
  }
}

function toRegistry(values: Values): RegistryConfig {
  const { brand, revet, vetting, campaign_review } = values.REGISTRY_FEES
  return {
    ...toRegistryChoice(values),
    vetting: values.VETTING,
    takesMocks: values.REGISTRY_MOCKS,
    fees: {
      brand: brand ?? null,
      revet: revet ?? null,
      vetting: vetting ?? null,
      campaignReview: campaign_review ?? null,
    },
  }
}

function toRegistryChoice(values: Values): RegistryChoice {
  const { BRAND_REGISTRY, TCR_API_KEY, TCR_API_SECRET, PUBLIC_URL } = values
  if (BRAND_REGISTRY === 'tcr' && TCR_API_KEY !== null && TCR_API_SECRET !== null) {
    return {
      provider: 'tcr',
      apiKey: new Secret(TCR_API_KEY),
      apiSecret: new Secret(TCR_API_SECRET),
      baseUrl: values.TCR_BASE_URL,
      upstreamCnp: values.TCR_UPSTREAM_CNP,
    }
  }
  const telnyx = toTelnyx(values)
  if (BRAND_REGISTRY === 'telnyx' && telnyx !== null && PUBLIC_URL !== null) {
    return { provider: 'telnyx', callbackUrl: `${PUBLIC_URL}/callbacks/telnyx`, ...telnyx }
  }
  return { provider: BRAND_REGISTRY === 'simulator' ? 'simulator' : 'none' }
}

function toTelnyx(values: Values): TelnyxConfig | null {
  if (values.TELNYX_API_KEY === null) return null
  return { apiKey: new Secret(values.TELNYX_API_KEY), baseUrl: values.TELNYX_BASE_URL }
}

function toCarrier(values: Values): CarrierConfig {
  const telnyx = toTelnyx(values)
  if (values.CARRIER === 'telnyx' && telnyx !== null) return { provider: 'telnyx', ...telnyx }
  return { provider: values.CARRIER === 'simulator' ? 'simulator' : 'none' }
}

function toCallbacks(values: Values): CallbackConfig {
  const { BRAND_REGISTRY, CARRIER, PUBLIC_URL, TCR_API_SECRET, TELNYX_PUBLIC_KEY, META_APP_SECRET } = values
  const usesTelnyx = BRAND_REGISTRY === 'telnyx' || CARRIER === 'telnyx'
  return {
    tcr:
      BRAND_REGISTRY === 'tcr' && TCR_API_SECRET !== null && PUBLIC_URL !== null
        ? { secret: new Secret(TCR_API_SECRET), url: `${PUBLIC_URL}/callbacks/tcr` }
        : null,
    telnyx: usesTelnyx && TELNYX_PUBLIC_KEY !== null ? { publicKey: TELNYX_PUBLIC_KEY } : null,
    meta:
      values.WHATSAPP === 'meta' && META_APP_SECRET !== null
        ? { appSecret: new Secret(META_APP_SECRET), verifyToken: conceal(values.META_VERIFY_TOKEN) }
        : null,
  }
}

function conceal<T>(value: T | null): Secret<T> | null {
  return value === null ? null : new Secret(value)
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && !(member instanceof Secret)) freeze(member)
  }
  return Object.freeze(value)
}
