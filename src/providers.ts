import { metaWhatsapp } from './adapters/meta/index.ts'
import { simulatedPayments } from './adapters/simulator/payments.ts'
import { simulatedWhatsapp } from './adapters/simulator/whatsapp.ts'
import { stripePayments } from './adapters/stripe/index.ts'
import type { Config } from './config.ts'
import type { Ports } from './http/endpoint.ts'
import type { Log } from './observe/log.ts'

/** The adapters that the configuration names; null where a provider is not configured (decision 23). */
export function buildPorts(config: Pick<Config, 'payments' | 'whatsapp' | 'timeouts'>, log: Log): Ports {
  return { payments: payments(config, log), whatsapp: whatsapp(config, log) }
}

function payments({ payments: chosen, timeouts }: Pick<Config, 'payments' | 'timeouts'>, log: Log): Ports['payments'] {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedPayments()
    case 'stripe':
      return stripePayments({
        secretKey: chosen.secretKey.reveal(),
        baseUrl: chosen.baseUrl,
        log,
        timeoutMs: timeouts.providerMs,
      })
  }
}

function whatsapp({ whatsapp: chosen, timeouts }: Pick<Config, 'whatsapp' | 'timeouts'>, log: Log): Ports['whatsapp'] {
  switch (chosen.provider) {
    case 'none':
      return null
    case 'simulator':
      return simulatedWhatsapp()
    case 'meta':
      return metaWhatsapp({
        baseUrl: chosen.baseUrl,
        ...(chosen.appToken === null ? {} : { appToken: chosen.appToken.reveal() }),
        log,
        timeoutMs: timeouts.providerMs,
      })
  }
}

/** What stands behind each port, for start-up, readiness and `doctor`. */
export function describePorts(ports: Ports): Record<string, { name: string; isSimulated: boolean }> {
  const entry = (port: { name: string; isSimulated: boolean } | null) =>
    port === null ? { name: 'none', isSimulated: false } : { name: port.name, isSimulated: port.isSimulated }
  return { payments: entry(ports.payments), whatsapp: entry(ports.whatsapp) }
}
