import { initialValues, type ValuesOf } from '../../contract/fields/field-table.ts'
import type { JsonValue } from '../../contract/fields/json-value.ts'
import type { Brand } from '../brands/index.ts'
import { type BILLING_MODELS, type PROFILE_STATUSES, profileTable } from './profile-members.fields.ts'

/** The profile as it is stored, and what a new one has. */

export type BillingModel = (typeof BILLING_MODELS)[number]
export type ProfileStatus = (typeof PROFILE_STATUSES)[number]

/** Everything that a client can change on a profile, as it is stored. */
export interface ProfileSettings extends ValuesOf<typeof profileTable, 'setting'> {}

export type BillingContact = NonNullable<ProfileSettings['billing_contact']>

/** What a new profile has where the request says nothing. */
export const DEFAULT_SETTINGS = initialValues(profileTable, 'setting')

/** What the payment processor gave for the profile's card; nothing of the card but brand and last four. */
export interface StoredPaymentMethod {
  processor: string
  customer: string
  reference: string
  card_brand: string
  last_four: string
}

/** A profile as it is stored, with its own brand and with the brand of its organization. Its version covers the own brand. */
export interface Profile extends ProfileSettings, ValuesOf<typeof profileTable, 'stored'> {
  waba_id: string | null
  payment_method: StoredPaymentMethod | null
  /** What the registry has said since the last change by a user. */
  registry_feedback: JsonValue[] | null
  version: number
  brand: Brand | null
  organizationBrand: Brand | null
}
