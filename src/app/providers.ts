import { outboxMail } from '../adapters/mail-folder/index.ts'
import { createGuard, type Guard, type GuardOptions } from '../adapters/resilience/guard.ts'
import {
  guardedBrandRegistry,
  guardedCarrier,
  guardedMail,
  guardedPayments,
  guardedWhatsapp,
} from '../adapters/resilience/guarded-ports.ts'
import { simulatedBrandRegistry } from '../adapters/simulator/brand-registry.ts'
import { simulatedCarrier } from '../adapters/simulator/carrier.ts'
import { simulatedPayments } from '../adapters/simulator/payments.ts'
import { simulatedWhatsapp } from '../adapters/simulator/whatsapp.ts'
import type { Config } from '../config/index.ts'
import type { Ports } from '../http/endpoint.ts'
import type { Log } from '../observability/log.ts'
import type { CallbackReceiver } from '../ports/event-receiver.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'

/**
 * The adapters that the configuration names; null where a provider is not configured (decision 23). Those of real
 * providers are loaded when they are asked for: their libraries would slow every other start.
 */
export async function buildPorts(config: ProviderConfig, log: Log, onEvents: EventSink = () => {}): Promise<Ports> {
  return {
    payments: await payments(config, log),
    whatsapp: await whatsapp(config, log),
    brandRegistry: await brandRegistry(config, log, onEvents),
    carrier: await carrier(config, log, onEvents),
    mail: await mail(config, log),
  }
}

type ProviderConfig = Pick<
  Config,
  'payments' | 'whatsapp' | 'brandRegistry' | 'carrier' | 'mail' | 'simulator' | 'timeouts'
>

async function payments(
  { payments: chosen, timeouts }: Pick<Config, 'payments' | 'timeouts'>,
  log: Log,
): Promise<Ports['payments']> {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedPayments()
    case 'stripe': {
      const { stripePayments } = await import('../adapters/stripe/index.ts')
      return stripePayments({
        secretKey: chosen.secretKey.reveal(),
        baseUrl: chosen.baseUrl,
        log,
        timeoutMs: timeouts.providerMs,
      })
    }
  }
}

async function whatsapp(
  { whatsapp: chosen, simulator, timeouts }: Pick<Config, 'whatsapp' | 'simulator' | 'timeouts'>,
  log: Log,
): Promise<Ports['whatsapp']> {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedWhatsapp(simulator)
    case 'meta': {
      const { metaWhatsapp } = await import('../adapters/meta/index.ts')
      return metaWhatsapp({
        baseUrl: chosen.baseUrl,
        ...(chosen.appToken === null ? {} : { appToken: chosen.appToken.reveal() }),
        ...(chosen.systemToken === null ? {} : { systemToken: chosen.systemToken.reveal() }),
        ...(chosen.registrationPin === null ? {} : { registrationPin: chosen.registrationPin.reveal() }),
        log,
        timeoutMs: timeouts.providerMs,
      })
    }
  }
}

async function mail({ mail: chosen, timeouts }: Pick<Config, 'mail' | 'timeouts'>, log: Log): Promise<Ports['mail']> {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'outbox':
      return outboxMail({ folder: chosen.folder, from: chosen.from, log })
    case 'smtp': {
      const { smtpMail } = await import('../adapters/smtp/index.ts')
      return smtpMail({ url: chosen.url.reveal(), from: chosen.from, log, timeoutMs: timeouts.providerMs })
    }
  }
}

type EventSink = (events: readonly ProviderEvent[]) => void

async function brandRegistry(config: ProviderConfig, log: Log, onEvents: EventSink): Promise<Ports['brandRegistry']> {
  const { brandRegistry: chosen, simulator, timeouts } = config
  const { takesMocks } = chosen
  const fees = takesMocks ? NO_FEES : chosen.fees
  const vetting = VETTINGS[chosen.vetting]
  const shared = { vetting, fees, takesMocks, log, timeoutMs: timeouts.providerMs }
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedBrandRegistry({ ...simulator, hasVetting: vetting !== null, fees: chosen.fees, onEvents })
    case 'tcr': {
      const { tcrBrandRegistry } = await import('../adapters/tcr/index.ts')
      const { apiKey, apiSecret, baseUrl, upstreamCnp } = chosen
      return tcrBrandRegistry({
        ...shared,
        apiKey: apiKey.reveal(),
        apiSecret: apiSecret.reveal(),
        baseUrl,
        upstreamCnp,
      })
    }
    case 'telnyx': {
      const { telnyxBrandRegistry } = await import('../adapters/telnyx/registry.ts')
      const { apiKey, baseUrl, callbackUrl } = chosen
      return telnyxBrandRegistry({ ...shared, apiKey: apiKey.reveal(), baseUrl, callbackUrl })
    }
  }
}

/** A mock costs nothing. */
const NO_FEES = { brand: 0, revet: 0, vetting: 0, campaignReview: 0 }

/** The vetting company and class behind each word of the configuration. */
const VETTINGS = {
  off: null,
  aegis: { evpId: 'AEGIS', vettingClass: 'STANDARD' },
  aegis_enhanced: { evpId: 'AEGIS', vettingClass: 'ENHANCED' },
  wmc: { evpId: 'WMC', vettingClass: 'STANDARD' },
} as const

async function carrier(config: ProviderConfig, log: Log, onEvents: EventSink): Promise<Ports['carrier']> {
  const { carrier: chosen, simulator, timeouts } = config
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedCarrier({ ...simulator, onEvents })
    case 'telnyx': {
      const { telnyxCarrier } = await import('../adapters/telnyx/carrier.ts')
      const { apiKey, baseUrl } = chosen
      return telnyxCarrier({ apiKey: apiKey.reveal(), baseUrl, log, timeoutMs: timeouts.providerMs })
    }
  }
}

/** What the requests of providers are read with; none for a provider whose secret or key is not configured. */
export async function buildReceivers({ tcr, telnyx, meta }: Config['callbacks']): Promise<CallbackReceiver[]> {
  const receivers: CallbackReceiver[] = []
  if (tcr !== null) {
    const { tcrReceiver } = await import('../adapters/tcr/event-receiver.ts')
    receivers.push(tcrReceiver({ secret: tcr.secret.reveal(), url: tcr.url }))
  }
  if (telnyx !== null) {
    const { telnyxReceiver } = await import('../adapters/telnyx/event-receiver.ts')
    receivers.push(telnyxReceiver(telnyx))
  }
  if (meta !== null) {
    const { metaReceiver } = await import('../adapters/meta/event-receiver.ts')
    receivers.push(
      metaReceiver({ appSecret: meta.appSecret.reveal(), verifyToken: meta.verifyToken?.reveal() ?? null }),
    )
  }
  return receivers
}

/** The ports with a guard around each (`adapters/guard.ts`). */
export function guardPorts(ports: Ports, options: Omit<GuardOptions, 'port' | 'provider'>): Ports {
  const guarded = <P extends GuardOptions['provider']>(
    port: keyof Ports,
    provider: P | null,
    wrap: (provider: P, guard: Guard) => P,
  ): P | null => (provider === null ? null : wrap(provider, createGuard({ ...options, port, provider })))
  return {
    payments: guarded('payments', ports.payments, guardedPayments),
    whatsapp: guarded('whatsapp', ports.whatsapp, guardedWhatsapp),
    brandRegistry: guarded('brandRegistry', ports.brandRegistry, guardedBrandRegistry),
    carrier: guarded('carrier', ports.carrier, guardedCarrier),
    mail: guarded('mail', ports.mail, guardedMail),
  }
}

/** What stands behind each port, for start-up, readiness and `doctor`. */
export function describePorts(ports: Ports): Record<string, { name: string; isSimulated: boolean }> {
  const entry = (port: { name: string; isSimulated: boolean } | null) =>
    port === null ? { name: 'none', isSimulated: false } : { name: port.name, isSimulated: port.isSimulated }
  return {
    payments: entry(ports.payments),
    whatsapp: entry(ports.whatsapp),
    brandRegistry: entry(ports.brandRegistry),
    carrier: entry(ports.carrier),
    mail: entry(ports.mail),
  }
}
