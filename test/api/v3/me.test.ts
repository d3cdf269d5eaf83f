import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ORGANIZATION_STATES, type OrganizationState } from '../../../src/resources/organizations/organization.store.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'

const MEMBERS =
  'type id organization_id name short_name email icon description created_at channels status settings profiles'

const REFUSALS: Record<Exclude<OrganizationState, 'ACTIVE'>, string> = {
  SIGNED_UP: 'AUTH_006',
  KYC_STARTED: 'AUTH_006',
  WHITELISTED: 'AUTH_006',
  KYC_RESUBMISSION_REQUESTED: 'AUTH_006',
  ONBOARDING_STARTED: 'AUTH_006',
  KYC_COMPLETED: 'AUTH_007',
  MESSAGE_COMPLIANCE_COMPLETED: 'AUTH_007',
  ACTIVATION_PENDING: 'AUTH_005',
  SUSPENDED: 'BUSINESS_014',
}

describe('GET /v3/me', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('an organization key is answered the organization and its profiles, oldest first', async () => {
    const org = await app.organization()
    const first = await org.profile({ name: 'Marketing', short_name: 'MKT', icon: 'https://example.com/a.png' })
    const second = await org.profile({ name: 'Sales' })
    const reply = await org.developer.get('/v3/me')
    assert.equal(reply.status, 200)
    assert.equal(Object.keys(reply.data).join(' '), MEMBERS)
    const { id, created_at, profiles, ...rest } = reply.data
    assert.equal(id, org.id)
    assert.match(String(created_at), /\+00:00$/)
    assert.deepEqual(rest, {
      type: 'organization',
      organization_id: null,
      name: 'Test organization',
      short_name: null,
      email: 'team@acme.com',
      icon: null,
      description: null,
      channels: {
        sms: { configured: false, phone_number: null },
        whatsapp: { configured: true, phone_number: null, business_name: 'Test WhatsApp account' },
        rcs: { configured: false, phone_number: null },
      },
      status: null,
      settings: null,
    })
    const [child, other] = profiles as Json[]
    assert.deepEqual(child, {
      id: first.id,
      name: 'Marketing',
      icon: 'https://example.com/a.png',
      description: null,
      short_name: 'MKT',
      role: 'developer',
      status: 'incomplete',
      created_at: first.created_at,
      settings: {
        allow_contact_sharing: false,
        allow_template_sharing: false,
        inherit_contacts: true,
        inherit_templates: true,
        inherit_tcr_brand: true,
        inherit_tcr_campaign: true,
        billing_model: 'profile',
      },
    })
    assert.equal(other?.id, second.id)
    assert.deepEqual(
      Object.keys(child ?? {}).join(' '),
      'id name icon description short_name role status created_at settings',
    )
  })

  test('the owner, who is never listed as a role, reads as admin', async () => {
    const org = await app.organization()
    await org.profile()
    for (const [caller, role] of [
      [org.owner, 'admin'],
      [org.admin, 'admin'],
      [org.billing, 'billing'],
    ] as const) {
      const [child] = (await caller.get('/v3/me')).data.profiles as Json[]
      assert.equal(child?.role, role)
    }
  })

  test('a standalone key is answered a user without profiles', async () => {
    const alone = await app.organization({ kind: 'user', name: 'Jane Roe', waba: null })
    const { data } = await alone.owner.get('/v3/me')
    assert.equal(Object.keys(data).join(' '), MEMBERS)
    assert.equal(data.type, 'user')
    assert.equal(data.name, 'Jane Roe')
    assert.deepEqual([data.organization_id, data.short_name, data.status, data.settings], [null, null, null, null])
    assert.deepEqual(data.profiles, [])
    assert.deepEqual((data.channels as Json).whatsapp, { configured: false, phone_number: null, business_name: null })
  })

  test('a profile key, and an organization key with x-profile-id, are answered the profile', async () => {
    const org = await app.organization()
    const made = await org.profile({ name: 'Marketing', short_name: 'MKT', billing_model: 'organization' })
    const source = await org.profile()
    await org.admin.patch(`/v3/profiles/${made.id}`, {
      sending_phone_number: '+12025551234',
      sending_whatsapp_number_profile_id: source.id,
    })
    const own = await (await org.profileKey(made.id)).get('/v3/me')
    assert.equal(Object.keys(own.data).join(' '), MEMBERS)
    assert.deepEqual(own.data, {
      type: 'profile',
      id: made.id,
      organization_id: org.id,
      name: 'Marketing',
      short_name: 'MKT',
      email: 'team@acme.com',
      icon: null,
      description: null,
      created_at: made.created_at,
      channels: {
        sms: { configured: true, phone_number: '+12025551234' },
        whatsapp: { configured: true, phone_number: null, business_name: null },
        rcs: { configured: false, phone_number: null },
      },
      status: 'incomplete',
      settings: {
        allow_contact_sharing: false,
        allow_template_sharing: false,
        inherit_contacts: true,
        inherit_templates: true,
        inherit_tcr_brand: true,
        inherit_tcr_campaign: true,
        billing_model: 'organization',
      },
      profiles: [],
    })
    const scoped = await org.admin.get('/v3/me', { 'x-profile-id': made.id.toUpperCase() })
    assert.deepEqual(scoped.data, own.data)
    assert.equal(scoped.headers['x-profile-id'], made.id)
    assert.equal(own.headers['x-profile-id'], undefined)
  })

  test('x-profile-id is refused when malformed, from another kind of key, and for a profile that is not there', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const foreign = await (await app.organization()).profile()
    const alone = await app.organization({ kind: 'user' })
    const key = await org.profileKey(id)
    for (const [caller, value, status, code, message] of [
      [org.admin, 'sales', 400, 'VALIDATION_003', 'Invalid GUID format'],
      [org.admin, '', 400, 'VALIDATION_003', 'Invalid GUID format'],
      [key, id, 403, 'AUTH_004', 'You do not have access to this organization or profile'],
      [alone.owner, id, 403, 'AUTH_004', 'You do not have access to this organization or profile'],
      [org.admin, foreign.id, 404, 'RESOURCE_014', 'Profile not found'],
      [org.admin, org.id, 404, 'RESOURCE_014', 'Profile not found'],
    ] as const) {
      const reply = await caller.get('/v3/me', { 'x-profile-id': value })
      assert.equal(reply.status, status, value)
      assert.equal(reply.error.code, code)
      assert.equal(reply.error.message, message)
      assert.equal(reply.headers['x-profile-id'], undefined)
    }
  })

  test('it works in every account state, in which every other route says what is missing', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const state of ORGANIZATION_STATES) {
      await app.sql('update organizations set state = $1 where organization_id = $2', [state, org.id])
      assert.equal((await org.admin.get('/v3/me')).status, 200, state)
      const replies = [
        await org.admin.get('/v3/profiles'),
        await org.admin.get(`/v3/profiles/${id}`),
        await org.admin.patch(`/v3/profiles/${id}`, { name: state }),
        await org.admin.post(`/v3/profiles/${id}/keys`, { sandbox: true }),
      ]
      for (const reply of replies) {
        if (state === 'ACTIVE') assert.ok(reply.status < 300, state)
        else {
          assert.equal(reply.status, 403, state)
          assert.equal(reply.error.code, REFUSALS[state])
        }
      }
    }
    const names = await app.sql('select name from profiles where id = $1', [id])
    assert.deepEqual(names, [{ name: 'ACTIVE' }])
  })
})
