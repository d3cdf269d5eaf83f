import type { ProviderDescriptor } from '../../ports/provider.ts'

const VARIABLES = ['TELNYX_API_KEY', 'TELNYX_BASE_URL', 'TELNYX_PUBLIC_KEY'] as const

export const telnyxRegistryDescriptor: ProviderDescriptor = {
  port: 'brandRegistry',
  name: 'telnyx',
  title: 'Telnyx 10DLC',
  isSimulated: false,
  variables: VARIABLES,
  links: [{ title: '10DLC quickstart', url: 'https://developers.telnyx.com/docs/messaging/10dlc/quickstart' }],
}

export const telnyxCarrierDescriptor: ProviderDescriptor = {
  port: 'carrier',
  name: 'telnyx',
  title: 'Telnyx',
  isSimulated: false,
  variables: VARIABLES,
  links: [{ title: 'API keys', url: 'https://portal.telnyx.com/#/api-keys' }],
}
