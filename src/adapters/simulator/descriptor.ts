import type { ProviderDescriptor } from '../../ports/provider.ts'

export const simulatedPaymentsDescriptor: ProviderDescriptor = {
  port: 'payments',
  name: 'simulator',
  title: 'Simulated payments',
  isSimulated: true,
  variables: [],
  links: [],
}

export const simulatedWhatsappDescriptor: ProviderDescriptor = {
  port: 'whatsapp',
  name: 'simulator',
  title: 'Simulated WhatsApp',
  isSimulated: true,
  variables: [],
  links: [],
}

export const simulatedBrandRegistryDescriptor: ProviderDescriptor = {
  port: 'brandRegistry',
  name: 'simulator',
  title: 'Simulated registry of brands and campaigns',
  isSimulated: true,
  variables: ['SIMULATOR_DELAY_MS'],
  links: [],
}

export const simulatedCarrierDescriptor: ProviderDescriptor = {
  port: 'carrier',
  name: 'simulator',
  title: 'Simulated carrier',
  isSimulated: true,
  variables: ['SIMULATOR_DELAY_MS'],
  links: [],
}
