import type { JsonObject } from '../../contract/fields/json-value.ts'
import { type Brand, brandInEffect, presentBrand } from '../brands/index.ts'
import type { ProfileSettings } from './profile.fields.ts'

/** A profile and what surrounds it, as far as an answer shows it. */
export interface Viewed extends ProfileSettings {
  id: string
  organization_id: string
  status: string
  waba_id: string | null
  created_at: string
  updated_at: string | null
  brand: Brand | null
  organizationBrand: Brand | null
}

export interface View {
  /** The organization's e-mail address and WhatsApp Business Account: computed at read, so a change shows at once (contract 17-35). */
  email: string
  organizationWabaId: string | null
  showTaxId: boolean
}

/** The profile as an answer shows it, in the published order (contract 8.1). Every member is written, null where there is nothing. */
export function presentProfile(profile: Viewed, view: View): JsonObject {
  const shown = brandInEffect(profile)
  const contact = profile.billing_contact
  return {
    id: profile.id,
    organization_id: profile.organization_id,
    name: profile.name,
    email: view.email,
    icon: profile.icon,
    description: profile.description,
    short_name: profile.short_name,
    status: profile.status,
    created_at: profile.created_at,
    updated_at: profile.updated_at,
    allow_contact_sharing: profile.allow_contact_sharing,
    allow_template_sharing: profile.allow_template_sharing,
    inherit_contacts: profile.inherit_contacts,
    inherit_templates: profile.inherit_templates,
    inherit_tcr_brand: profile.inherit_tcr_brand,
    inherit_tcr_campaign: profile.inherit_tcr_campaign,
    billing_model: profile.billing_model,
    sending_phone_number_profile_id: profile.sending_phone_number_profile_id,
    sending_whatsapp_number_profile_id: profile.sending_whatsapp_number_profile_id,
    sending_phone_number: profile.sending_phone_number,
    whatsapp_phone_number: profile.whatsapp_phone_number,
    allow_number_change_during_onboarding: profile.allow_number_change_during_onboarding,
    waba_id: profile.waba_id ?? view.organizationWabaId,
    billing_contact:
      contact === null
        ? null
        : { name: contact.name, email: contact.email, phone: contact.phone, address: contact.address },
    brand:
      shown === null ? null : presentBrand(shown.brand, { isInherited: shown.isInherited, showTaxId: view.showTaxId }),
  }
}
