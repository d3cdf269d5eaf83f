import type { ProviderDescriptor } from '../../ports/provider.ts'

export const metaDescriptor: ProviderDescriptor = {
  port: 'whatsapp',
  name: 'meta',
  title: 'Meta WhatsApp Business Platform',
  isSimulated: false,
  variables: [
    'META_GRAPH_BASE_URL',
    'META_APP_TOKEN',
    'META_SYSTEM_TOKEN',
    'META_REGISTRATION_PIN',
    'META_APP_SECRET',
    'META_VERIFY_TOKEN',
  ],
  links: [
    {
      title: 'Access tokens',
      url: 'https://developers.facebook.com/docs/whatsapp/business-management-api/get-started',
    },
    { title: 'Debug token', url: 'https://developers.facebook.com/docs/graph-api/reference/debug_token' },
    { title: 'Error codes', url: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes' },
  ],
}
