/** What every operation on one webhook answers alike. */
export const ONE_WEBHOOK = {
  targetParam: 'webhookId',
  notFound: 'RESOURCE_008',
  malformedId: 'Invalid webhook ID format.',
} as const
