import { createGuard, type Guard, type GuardOptions } from './adapters/guard.ts'
import {
  guardedBrandRegistry,
  guardedCarrier,
  guardedMail,
  guardedPayments,
  guardedWhatsapp,
} from './adapters/guarded-ports.ts'
import { outboxMail } from './adapters/outbox/index.ts'
import { simulatedBrandRegistry } from './adapters/simulator/brand-registry.ts'
import { simulatedCarrier } from './adapters/simulator/carrier.ts'
import { simulatedPayments } from './adapters/simulator/payments.ts'
import { simulatedWhatsapp } from './adapters/simulator/whatsapp.ts'
import type { Config } from './config.ts'
import type { Ports } from './http/endpoint.ts'
import type { Log } from './observe/log.ts'

/**
 * The adapters that the configuration names; null where a provider is not configured (decision 23). Those of real
 * providers are loaded when they are asked for: their libraries would slow every other start.
 */
export async function buildPorts(config: ProviderConfig, log: Log): Promise<Ports> {
  return {
    payments: await payments(config, log),
    whatsapp: await whatsapp(config, log),
    brandRegistry: brandRegistry(config),
    carrier: carrier(config),
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
      const { stripePayments } = await import('./adapters/stripe/index.ts')
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
  { whatsapp: chosen, timeouts }: Pick<Config, 'whatsapp' | 'timeouts'>,
  log: Log,
): Promise<Ports['whatsapp']> {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedWhatsapp()
    case 'meta': {
      const { metaWhatsapp } = await import('./adapters/meta/index.ts')
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
      const { smtpMail } = await import('./adapters/smtp/index.ts')
      return smtpMail({ url: chosen.url.reveal(), from: chosen.from, log, timeoutMs: timeouts.providerMs })
    }
  }
}

function brandRegistry({ brandRegistry: chosen, simulator }: ProviderConfig): Ports['brandRegistry'] {
  const { vetting, fees } = chosen
  return chosen.provider === 'none'
    ? null
    : simulatedBrandRegistry({ ...simulator, hasVetting: vetting !== 'off', fees })
}

function carrier({ carrier: chosen, simulator }: ProviderConfig): Ports['carrier'] {
  return chosen.provider === 'none' ? null : simulatedCarrier(simulator)
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
