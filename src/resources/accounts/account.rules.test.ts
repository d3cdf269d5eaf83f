import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from '../../contract/permissions.ts'
import { presentOrganization, presentProfileAccount } from './account.rules.ts'

const ORGANIZATION = {
  organization_id: 'o',
  kind: 'organization',
  name: 'Acme',
  email: 'hello@acme.example',
  icon: 'i',
  description: 'd',
  waba_id: 'w',
  waba_name: 'Acme on WhatsApp',
  created_at: 'c',
} as const

const SETTINGS = {
  allow_contact_sharing: true,
  allow_template_sharing: false,
  inherit_contacts: true,
  inherit_templates: false,
  inherit_tcr_brand: true,
  inherit_tcr_campaign: false,
  billing_model: 'profile',
}

const PROFILE = {
  ...SETTINGS,
  id: 'p',
  name: 'Sales',
  icon: 'j',
  description: 'e',
  short_name: 'SALES',
  status: 'approved',
  created_at: 'f',
  sending_phone_number: null,
  sending_phone_number_profile_id: null,
  whatsapp_phone_number: null,
  sending_whatsapp_number_profile_id: null,
}

const RCS = { configured: false, phone_number: null }

test('an organization shows itself and its profiles, with the role that the caller has in each', () => {
  const whatsapp = { configured: true, phone_number: null, business_name: 'Acme on WhatsApp' }
  const { organization_id: id, kind: type, waba_id: _, waba_name: __, ...said } = ORGANIZATION
  const { id: profileId, name, icon, description, short_name, status, created_at } = PROFILE
  assert.deepEqual(presentOrganization(ORGANIZATION, [PROFILE], 'billing'), {
    ...said,
    type,
    id,
    organization_id: null,
    short_name: null,
    channels: { sms: { configured: false, phone_number: null }, whatsapp, rcs: RCS },
    status: null,
    settings: null,
    profiles: [
      { id: profileId, name, icon, description, short_name, role: 'billing', status, created_at, settings: SETTINGS },
    ],
  })
  const bare = presentOrganization({ ...ORGANIZATION, waba_id: null, waba_name: null }, [], 'admin')
  assert.deepEqual(bare.profiles, [])
  assert.equal((bare.channels as { whatsapp: { configured: boolean } }).whatsapp.configured, false)
})

test('the owner is never listed as a role', () => {
  const listed = ROLES.map((role) => {
    const { profiles } = presentOrganization(ORGANIZATION, [PROFILE], role)
    return (profiles as { role: string }[])[0]?.role
  })
  assert.deepEqual(listed, ['admin', 'admin', 'developer', 'billing'])
})

test('a profile shows its own settings under the address of its organization', () => {
  const { id, name, icon, description, short_name, status, created_at } = PROFILE
  assert.deepEqual(presentProfileAccount(PROFILE, ORGANIZATION), {
    type: 'profile',
    id,
    organization_id: 'o',
    name,
    short_name,
    email: 'hello@acme.example',
    icon,
    description,
    created_at,
    channels: {
      sms: { configured: false, phone_number: null },
      whatsapp: { configured: false, phone_number: null, business_name: null },
      rcs: RCS,
    },
    status,
    settings: SETTINGS,
    profiles: [],
  })
})

test('a channel is configured by a number of its own or by that of another profile', () => {
  const channels = (given: object) =>
    presentProfileAccount({ ...PROFILE, ...given }, ORGANIZATION).channels as Record<string, object>
  const number = '+14155550123'
  assert.deepEqual(channels({ sending_phone_number: number }).sms, { configured: true, phone_number: number })
  assert.deepEqual(channels({ sending_phone_number_profile_id: 'q' }).sms, { configured: true, phone_number: null })
  assert.deepEqual(channels({ whatsapp_phone_number: number }).whatsapp, {
    configured: true,
    phone_number: number,
    business_name: 'Acme on WhatsApp',
  })
  assert.deepEqual(channels({ sending_whatsapp_number_profile_id: 'q' }).whatsapp, {
    configured: true,
    phone_number: null,
    business_name: null,
  })
})
