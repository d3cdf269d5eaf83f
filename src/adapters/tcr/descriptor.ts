import type { ProviderDescriptor } from '../../ports/provider.ts'

export const tcrDescriptor: ProviderDescriptor = {
  port: 'brandRegistry',
  name: 'tcr',
  title: 'The Campaign Registry',
  isSimulated: false,
  variables: ['TCR_API_KEY', 'TCR_API_SECRET', 'TCR_BASE_URL', 'TCR_UPSTREAM_CNP'],
  links: [
    { title: 'The Campaign Registry', url: 'https://www.campaignregistry.com' },
    { title: 'CSP portal', url: 'https://csp.campaignregistry.com' },
  ],
}
