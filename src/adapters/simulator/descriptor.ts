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
