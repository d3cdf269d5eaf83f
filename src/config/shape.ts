import { resolve } from 'node:path'
import type { KeyMaterial } from '../seal/key-text.ts'
import { Secret } from './secret.ts'
import type { ShownSetting } from './show.ts'
import type { Values } from './table.ts'

export type PaymentsConfig =
  | { readonly provider: 'none' | 'simulator' }
  | { readonly provider: 'stripe'; readonly secretKey: Secret<string>; readonly baseUrl: string }

export type WhatsappConfig =
  | { readonly provider: 'none' | 'simulator' }
  | { readonly provider: 'meta'; readonly appToken: Secret<string> | null; readonly baseUrl: string }

export type MailConfig =
  | { readonly provider: 'none' }
  | { readonly provider: 'outbox'; readonly folder: string; readonly from: string }
  | { readonly provider: 'smtp'; readonly url: Secret<string>; readonly from: string }

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
    /** Limit for a client to deliver its whole request; as long as a lease. */
    readonly requestTimeoutMs: number
    readonly shutdownGraceMs: number
  }
  readonly ops: { readonly host: string; readonly port: number }
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
  /** What customers' addresses may lead to. */
  readonly egress: { readonly allowsPrivate: boolean; readonly ports: readonly number[] }
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
      requestTimeoutMs: values.LEASE_MS,
      shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
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
    egress: { allowsPrivate: values.WEBHOOKS_ALLOW_PRIVATE, ports: values.WEBHOOK_PORTS },
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
    return { provider: 'meta', appToken: conceal(values.META_APP_TOKEN), baseUrl: values.META_GRAPH_BASE_URL }
  }
  return { provider: values.WHATSAPP === 'simulator' ? 'simulator' : 'none' }
}

function toMail(values: Values): MailConfig {
  if (values.MAIL === 'smtp' && values.SMTP_URL !== null && values.MAIL_FROM !== null) {
    return { provider: 'smtp', url: new Secret(values.SMTP_URL), from: values.MAIL_FROM }
  }
  if (values.MAIL !== 'outbox') return { provider: 'none' }
  return {
    provider: 'outbox',
    folder: resolve(values.DATA_DIR, 'mail'),
    from: values.MAIL_FROM ?? 'Letterhead <letterhead@localhost>',
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
