/**
 * What a registry takes of a brand and of a campaign: lengths in characters, and counts. From TCR's brand and campaign forms
 * and those of the largest resellers, as read in 2026. The simulated registry refuses by this table, and the lint reports by it.
 */

export interface Bounds {
  min: number
  max: number
}

export const CAMPAIGN_LIMITS = {
  description: { min: 40, max: 4096 },
  messageFlow: { min: 40, max: 2048 },
  /** Each of the messages on opting in, on opting out and for help. */
  reply: { min: 20, max: 320 },
  sample: { min: 20, max: 1024 },
  samples: { min: 2, max: 5 },
  /** Use cases that MIXED or LOW_VOLUME is made of. */
  parts: { min: 2, max: 5 },
  keywordsMax: 255,
} as const satisfies Record<string, Bounds | number>

/** Use cases that are made of others. */
export const MIXED_USE_CASES: ReadonlySet<string> = new Set(['MIXED', 'LOW_VOLUME'])

/** Of how many characters a member of a brand is at most. */
export const BRAND_LIMITS = {
  contact: { name: 255, businessName: 255, email: 100, phone: 20, businessContactEmail: 100, mobilePhone: 20 },
  business: {
    legalName: 255,
    taxId: 21,
    street: 100,
    city: 100,
    state: 20,
    postalCode: 10,
    url: 100,
    stockSymbol: 10,
    altBusinessId: 50,
  },
} as const satisfies Record<string, Readonly<Record<string, number>>>

/** Messages a day: below the first a campaign is one of low volume, above the second a brand without a score is cut off (T-Mobile's tiers). */
export const DAILY_VOLUME = { lowBelow: 2_000, unscoredMax: 10_000 } as const

/** Whether a text has as many characters as the bounds allow; a character outside the basic plane is one. */
export function isWithin(text: string, { min, max }: Bounds): boolean {
  const units = text.length
  if (units < min || units > max * 2) return false
  const { length } = units <= max && !/[\ud800-\udbff]/.test(text) ? text : [...text]
  return length >= min && length <= max
}
