import type { Outcome } from './outcome.ts'

/**
 * Where brands and campaigns are registered before US carriers take their messages (10DLC).
 *
 * A registry has no once-key: what is sent twice may be done, and charged, twice. Therefore, for every call that changes
 * something:
 *
 * - `done`: it is done.
 * - `refused`: it is not done, and a corrected request may follow. Refusal members are paths of our own request, as
 *   `brand.business.taxId` or `campaign.description`; `''` is the whole.
 * - `mismatch`: the registry has a record with this reference. Nothing happened now: look the reference up and adopt it;
 *   where it is not found, the record is somebody else's.
 * - `unavailable`: certainly not executed (connection refused, rate limit, open breaker, brand not scored yet).
 * - `timeout`: it may have happened (no answer in time, reset after sending, an error of the registry itself, an answer
 *   that cannot be understood). Look the reference up and never resend blindly.
 *
 * For a read, `unavailable` and `timeout` both mean: ask again later.
 */

/** A brand in the registry's terms (TCR's brand request). `reference` is ours, unique at the registry and at most 50 characters. */
export interface BrandForRegistry {
  reference: string
  entityType: 'PRIVATE_PROFIT' | 'PUBLIC_PROFIT' | 'NON_PROFIT' | 'SOLE_PROPRIETOR' | 'GOVERNMENT'
  displayName: string
  legalName: string | null
  taxId: string | null
  /** ISO 3166-1 alpha-2; null: the country of the address. */
  taxIdCountry: string | null
  firstName: string | null
  lastName: string | null
  /** E.164. */
  phone: string | null
  email: string | null
  street: string | null
  city: string | null
  state: string | null
  postalCode: string | null
  /** ISO 3166-1 alpha-2. */
  country: string
  website: string | null
  vertical: string
  brandRelationship: string
  stockSymbol: string | null
  stockExchange: string | null
  businessContactEmail: string | null
  mobilePhone: string | null
  altBusinessId: string | null
  altBusinessIdType: string | null
  /** A rehearsal at the real registry: free, cannot be shared, deleted after 30 days. */
  isMock: boolean
}

export type IdentityStatus = 'SELF_DECLARED' | 'UNVERIFIED' | 'VERIFIED' | 'VETTED_VERIFIED'

export interface RegisteredBrand {
  tcrBrandId: string
  reference: string | null
  status: 'ACTIVE' | 'INACTIVE' | 'SUSPENDED'
  /** Null until the registry has scored the brand. No campaign before VERIFIED (SELF_DECLARED for a sole proprietor). */
  identityStatus: IdentityStatus | null
  /** Holds the tax id: KYC. */
  universalEin: string | null
  cspId: string | null
  /** The registry lacks members of the brand that it takes in a change only: `updateBrand` before the identity is trusted. */
  isPartial?: boolean
}

/** What a brand that may have been sent went out with: it narrows the search for it. */
export interface SentBrand {
  brand: BrandForRegistry
  /** No try is older; milliseconds since 1970, by our clock. */
  since: number
}

/** Why an identity is UNVERIFIED. */
export interface RegistryFeedback {
  /** TCR's id: TAX_ID, STOCK_SYMBOL, GOVERNMENT_ENTITY, NONPROFIT or OTHERS. */
  category: string
  /** Paths of our own request, as `brand.business.taxId`. */
  fields: string[]
  /** The registry's own words. */
  says: string
}

export interface Vetting {
  status: 'pending' | 'active' | 'failed' | 'expired'
  /** 0 to 100; null unless `active`, and for the kinds of vetting that give none. */
  score: number | null
  reasons: string[]
}

/** A campaign in the registry's terms (TCR's campaign request). */
export interface CampaignForRegistry {
  reference: string
  tcrBrandId: string
  /** TCR's name, as `2FA` or `MIXED`. */
  usecase: string
  subUsecases: string[]
  description: string
  messageFlow: string | null
  /** 1 to 5. */
  samples: string[]
  optinMessage: string | null
  optoutMessage: string | null
  helpMessage: string | null
  /** Comma-separated without spaces. */
  optinKeywords: string | null
  optoutKeywords: string | null
  helpKeywords: string | null
  privacyPolicyLink: string | null
  termsAndConditionsLink: string | null
  hasEmbeddedLink: boolean
  hasEmbeddedPhone: boolean
  /** There only where they are so: what was frozen before they were known reads alike. */
  numberPool?: true
  ageGated?: true
  directLending?: true
  affiliateMarketing?: true
}

/** The ids of one campaign: TCR's, and Telnyx's own where Telnyx registered it. */
export interface CampaignIds {
  tcrCampaignId: string | null
  telnyxCampaignId: string | null
}

export interface RegisteredCampaign extends CampaignIds {
  reference: string | null
  status: 'ACTIVE' | 'EXPIRED' | null
  /** Null until it was shared with a connectivity partner. */
  sharingStatus: 'PENDING' | 'ACCEPTED' | 'DECLINED' | null
  upstreamCnpId: string | null
  cspId: string | null
  resellerId: string | null
  /** US$ a month; null where the registry does not say. */
  monthlyFee: number | null
  /** The registry's or a reviewer's words on a decline. */
  says: string | null
  /** How one that is DECLINED is corrected: changed where it is, or ended and submitted anew. Absent: changed. */
  correction?: 'change' | 'anew'
  /** What keeps one that is DECLINED from being accepted. Absent: the campaign itself. */
  cause?: 'campaign' | 'brand'
  /** US$ taken on submission for months in advance; absent where the registry does not say. */
  upFrontFee?: number
  /** Told with a submission that was done, as a network that does not take the use case. */
  notices?: readonly string[]
}

/** What the registry charges, in US$; null where it is not known. Charged on failure too. */
export interface RegistryFees {
  brand: number | null
  revet: number | null
  vetting: number | null
  campaignReview: number | null
}

export interface BrandRegistry {
  readonly name: string
  readonly isSimulated: boolean
  /** Whether `orderVetting` is configured; otherwise it refuses. */
  readonly hasVetting: boolean
  /** Whether brands are to be registered as mocks: `isMock`. */
  readonly takesMocks: boolean
  /** What of a campaign can be changed without submitting it anew. Nothing can be cleared, and no sample taken away. */
  readonly changeableInCampaign: readonly (keyof CampaignForRegistry)[]
  fees(): RegistryFees

  /**
   * Registers a new brand, charged once. Answers before the identity is scored.
   *
   * @param request.since when the brand may have been sent first, in milliseconds since 1970. Without it this is the first
   *   try, so nothing of it can be there.
   */
  submitBrand(request: {
    brand: BrandForRegistry
    since?: number
    signal?: AbortSignal
  }): Promise<Outcome<RegisteredBrand>>
  /** Replaces what the registry has of the brand, without a new score. May be repeated. */
  updateBrand(request: {
    tcrBrandId: string
    brand: BrandForRegistry
    signal?: AbortSignal
  }): Promise<Outcome<RegisteredBrand>>
  /** Orders a new identity check, charged each time. Answers before it is scored. */
  revetBrand(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<RegisteredBrand>>
  /** The brand with our reference; null when the registry has none. `sent` is what it would have been sent with. */
  findBrand(request: {
    reference: string
    sent?: SentBrand
    signal?: AbortSignal
  }): Promise<Outcome<RegisteredBrand | null>>
  /** `refused` for an id that the registry does not know; a deleted brand is INACTIVE. */
  readBrand(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<RegisteredBrand>>
  readFeedback(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<RegistryFeedback[]>>

  /** Orders external vetting of the configured class, charged each time. */
  orderVetting(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<Vetting>>
  /** The newest vetting of the configured company and class; null when none was ordered. */
  readVetting(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<Vetting | null>>

  /**
   * Whether a listed company has answered the registry's mail to its business contact (Authentication+), without which it
   * gets no campaign; null where the registry shows nothing of it. Never with a score.
   */
  readAuthentication(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<Vetting | null>>
  /** Has that mail sent again, free of charge. `refused` where the registry cannot be asked for it. */
  resendAuthentication(request: { tcrBrandId: string; signal?: AbortSignal }): Promise<Outcome<null>>

  /** Registers a new campaign of a verified brand, charged. */
  submitCampaign(request: { campaign: CampaignForRegistry; signal?: AbortSignal }): Promise<Outcome<RegisteredCampaign>>
  /** The campaign with our reference; null when the registry has none. */
  findCampaign(request: {
    reference: string
    tcrBrandId: string
    signal?: AbortSignal
  }): Promise<Outcome<RegisteredCampaign | null>>
  /**
   * Changes what can be changed of a campaign, and sends one that was declined to its reviewers again, which is charged.
   * Answers the campaign as it is then. May be repeated.
   */
  updateCampaign(request: {
    campaign: CampaignIds
    content: CampaignForRegistry
    signal?: AbortSignal
  }): Promise<Outcome<RegisteredCampaign>>
  /** `refused` for ids that the registry does not know. */
  readCampaign(request: { campaign: CampaignIds; signal?: AbortSignal }): Promise<Outcome<RegisteredCampaign>>
  /** Sends the campaign to the configured connectivity partner, again after a decline. Where the registry is the partner, there is nothing to do. */
  shareCampaign(request: { campaign: CampaignIds; signal?: AbortSignal }): Promise<Outcome<null>>
  /** Ends the campaign for good. One that has ended is `done`. */
  deactivateCampaign(request: { campaign: CampaignIds; signal?: AbortSignal }): Promise<Outcome<null>>
}
