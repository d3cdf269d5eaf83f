import type { LineType } from '../contract/text/line-types.ts'
import type { CampaignIds } from './brand-registry.ts'
import type { Outcome } from './outcome.ts'

/**
 * Where a phone number stands in its way into a campaign. `says` is the carrier's reason of a failure.
 *
 * - `leaving`: it is being taken out of a campaign, and can join none until that is over.
 * - `elsewhere`: it is in another campaign than the one that was asked about.
 */
export interface NumberAssignment {
  status: 'pending' | 'assigned' | 'failed' | 'leaving' | 'elsewhere'
  says: string | null
}

/** What a carrier knows of any phone number; null for what it does not know. */
export interface NumberFacts {
  carrierName: string | null
  lineType: LineType | null
  /** ISO 3166-1 alpha-2. */
  country: string | null
  mobileCountryCode: string | null
  mobileNetworkCode: string | null
  isPorted: boolean | null
}

/**
 * The company that carries the messages and holds the phone numbers. It has no once-key: the outcomes mean what they mean
 * at a registry (`brand-registry.ts`). Connecting and assigning state what shall be, so they may be repeated.
 * Refusal members: `phone_number`, `campaign` or `''`.
 */
export interface Carrier {
  readonly name: string
  readonly isSimulated: boolean
  /** The messaging profile with our reference; null when the carrier has none. */
  findMessagingProfile(request: {
    reference: string
    signal?: AbortSignal
  }): Promise<Outcome<{ messagingProfileId: string } | null>>
  /** Makes a messaging profile under our reference (1 to 50 characters). */
  createMessagingProfile(request: {
    reference: string
    name: string
    signal?: AbortSignal
  }): Promise<Outcome<{ messagingProfileId: string }>>
  /** Puts a number of the account (E.164) under the messaging profile. */
  connectNumber(request: {
    messagingProfileId: string
    phoneNumber: string
    signal?: AbortSignal
  }): Promise<Outcome<{ status: 'pending' | 'connected' }>>
  /** Puts a connected number into a campaign. The answer comes before the carriers have done it. */
  assignCampaign(request: {
    phoneNumber: string
    campaign: CampaignIds
    signal?: AbortSignal
  }): Promise<Outcome<NumberAssignment>>
  /** Null when the number is in no campaign. `campaign` is the one that it shall be in. */
  readAssignment(request: {
    phoneNumber: string
    campaign?: CampaignIds
    signal?: AbortSignal
  }): Promise<Outcome<NumberAssignment | null>>
  /** What is known of any number; a number that nobody has is refused. Left out by a carrier that is not asked for that. */
  lookUpNumber?(request: { phoneNumber: string; signal?: AbortSignal }): Promise<Outcome<NumberFacts>>
}
