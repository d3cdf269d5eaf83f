import type { JsonValue } from '../../contract/fields/json-value.ts'
import type { Brand } from '../brands/index.ts'

/** The profile as it is stored, and what a new one has. */

export const BILLING_MODELS = ['profile', 'organization', 'profile_and_organization'] as const
export type BillingModel = (typeof BILLING_MODELS)[number]

export const PROFILE_STATUSES = ['incomplete', 'pending_review', 'approved', 'rejected'] as const
export type ProfileStatus = (typeof PROFILE_STATUSES)[number]

/** The scalar members that a client may set. */
export interface ScalarSettings {
  name: string
  icon: string | null
  description: string | null
  short_name: string | null
  allow_contact_sharing: boolean
  allow_template_sharing: boolean
  inherit_contacts: boolean
  inherit_templates: boolean
  inherit_tcr_brand: boolean
  inherit_tcr_campaign: boolean
  billing_model: BillingModel
}

/** The members about the numbers that messages are sent from. */
export interface NumberSettings {
  sending_phone_number_profile_id: string | null
  sending_whatsapp_number_profile_id: string | null
  sending_phone_number: string | null
  whatsapp_phone_number: string | null
  allow_number_change_during_onboarding: boolean | null
}

export interface BillingContact {
  name: string
  email: string
  phone: string | null
  address: string | null
}

/** Everything that a client can change on a profile, as it is stored. */
export interface ProfileSettings extends ScalarSettings, NumberSettings {
  billing_contact: BillingContact | null
}

/** What a new profile has where the request says nothing (contract 14.1). */
export const DEFAULT_SETTINGS: Omit<ProfileSettings, 'name'> = {
  icon: null,
  description: null,
  short_name: null,
  allow_contact_sharing: false,
  allow_template_sharing: false,
  inherit_contacts: true,
  inherit_templates: true,
  inherit_tcr_brand: true,
  inherit_tcr_campaign: true,
  billing_model: 'profile',
  sending_phone_number_profile_id: null,
  sending_whatsapp_number_profile_id: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  allow_number_change_during_onboarding: null,
  billing_contact: null,
}

/** What the payment processor gave for the profile's card; nothing of the card but brand and last four. */
export interface StoredPaymentMethod {
  processor: string
  customer: string
  reference: string
  card_brand: string
  last_four: string
}

/** A profile as it is stored, with its own brand and with the brand of its organization. Its version covers the own brand. */
export interface Profile extends ProfileSettings {
  id: string
  organization_id: string
  status: ProfileStatus
  waba_id: string | null
  payment_method: StoredPaymentMethod | null
  /** What the registry has said since the last change by a user. */
  registry_feedback: JsonValue[] | null
  version: number
  created_at: string
  updated_at: string | null
  brand: Brand | null
  organizationBrand: Brand | null
}
