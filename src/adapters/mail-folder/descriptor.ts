import type { ProviderDescriptor } from '../../ports/provider.ts'

export const outboxDescriptor: ProviderDescriptor = {
  port: 'mail',
  name: 'outbox',
  title: 'Outbox folder',
  isSimulated: true,
  variables: [],
  links: [],
}
