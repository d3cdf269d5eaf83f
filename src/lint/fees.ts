/** What registries charge in US dollars, whatever comes of it. A line is changed when they change it. */
export const FEES = {
  /** Registration of a brand, and each time it is verified again (from 1 August 2025). */
  brand: { usd: 4.5, validFrom: '2025-08-01' },
  /** Whether a listed company or a non-profit is really the company, each time it is asked. */
  authentication: { usd: 12.5, validFrom: '2025-08-01' },
  /** Review of a campaign, each time it is submitted. */
  campaign: { usd: 15, validFrom: '2025-08-01' },
} as const

export type Fee = keyof typeof FEES
