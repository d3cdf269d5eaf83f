import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Role } from '../../contract/permissions.ts'

/** What `GET /v3/me` shows (contract 10). Pure: the endpoint loads, this arranges. */

export interface AccountOrganization {
  organization_id: string
  kind: 'organization' | 'user'
  name: string
  email: string
  icon: string | null
  description: string | null
  waba_id: string | null
  waba_name: string | null
  created_at: string
}

export interface AccountProfile {
  id: string
  name: string
  icon: string | null
  description: string | null
  short_name: string | null
  status: string
  created_at: string
  allow_contact_sharing: boolean
  allow_template_sharing: boolean
  inherit_contacts: boolean
  inherit_templates: boolean
  inherit_tcr_brand: boolean
  inherit_tcr_campaign: boolean
  billing_model: string
  sending_phone_number: string | null
  sending_phone_number_profile_id: string | null
  whatsapp_phone_number: string | null
  sending_whatsapp_number_profile_id: string | null
}

function settings(profile: AccountProfile): JsonObject {
  return {
    allow_contact_sharing: profile.allow_contact_sharing,
    allow_template_sharing: profile.allow_template_sharing,
    inherit_contacts: profile.inherit_contacts,
    inherit_templates: profile.inherit_templates,
    inherit_tcr_brand: profile.inherit_tcr_brand,
    inherit_tcr_campaign: profile.inherit_tcr_campaign,
    billing_model: profile.billing_model,
  }
}

function channels(sms: JsonObject, whatsapp: JsonObject): JsonObject {
  return { sms, whatsapp, rcs: { configured: false, phone_number: null } }
}

/** The owner is never listed as a role (contract 6.1) and passes every check, as an admin does. */
function listedRole(role: Role): string {
  return role === 'owner' ? 'admin' : role
}

/** The account of an organization key or of a standalone key. */
export function presentOrganization(
  organization: AccountOrganization,
  children: readonly AccountProfile[],
  role: Role,
): JsonObject {
  return {
    type: organization.kind,
    id: organization.organization_id,
    organization_id: null,
    name: organization.name,
    short_name: null,
    email: organization.email,
    icon: organization.icon,
    description: organization.description,
    created_at: organization.created_at,
    channels: channels(
      { configured: false, phone_number: null },
      { configured: organization.waba_id !== null, phone_number: null, business_name: organization.waba_name },
    ),
    status: null,
    settings: null,
    profiles: children.map((child) => ({
      id: child.id,
      name: child.name,
      icon: child.icon,
      description: child.description,
      short_name: child.short_name,
      role: listedRole(role),
      status: child.status,
      created_at: child.created_at,
      settings: settings(child),
    })),
  }
}

/** The account of a profile key, or of an organization key that acts as the profile. */
export function presentProfileAccount(profile: AccountProfile, organization: AccountOrganization): JsonObject {
  const sms = profile.sending_phone_number
  const whatsapp = profile.whatsapp_phone_number
  return {
    type: 'profile',
    id: profile.id,
    organization_id: organization.organization_id,
    name: profile.name,
    short_name: profile.short_name,
    email: organization.email,
    icon: profile.icon,
    description: profile.description,
    created_at: profile.created_at,
    channels: channels(
      { configured: sms !== null || profile.sending_phone_number_profile_id !== null, phone_number: sms },
      {
        configured: whatsapp !== null || profile.sending_whatsapp_number_profile_id !== null,
        phone_number: whatsapp,
        business_name: whatsapp === null ? null : organization.waba_name,
      },
    ),
    status: profile.status,
    settings: settings(profile),
    profiles: [],
  }
}
