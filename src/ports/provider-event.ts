/** What an event of a provider is about: its ids and ours, as far as the event names them. Never data of a brand. */
export interface EventSubject {
  brandReference?: string
  tcrBrandId?: string
  campaignReference?: string
  tcrCampaignId?: string
  telnyxCampaignId?: string
  phoneNumber?: string
  wabaId?: string
}

/**
 * Something changed at a provider. An event may come twice, late, out of order and before our own record, so it says
 * only what to read again: what is read then decides.
 */
export interface ProviderEvent {
  /** The provider's id of the event, or a digest of its body where the provider gives none. */
  id: string
  about: EventSubject
  /** The provider's word for it, as `BRAND_SCORE_UPDATE`. */
  type: string
}
