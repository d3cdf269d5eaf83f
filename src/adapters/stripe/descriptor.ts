import type { ProviderDescriptor } from '../../ports/provider.ts'

export const stripeDescriptor: ProviderDescriptor = {
  port: 'payments',
  name: 'stripe',
  title: 'Stripe',
  isSimulated: false,
  variables: ['STRIPE_SECRET_KEY', 'STRIPE_BASE_URL'],
  links: [
    { title: 'API keys', url: 'https://docs.stripe.com/keys' },
    { title: 'Raw card data', url: 'https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis' },
    { title: 'Test cards', url: 'https://docs.stripe.com/testing' },
    { title: 'Decline codes', url: 'https://docs.stripe.com/declines/codes' },
  ],
}
