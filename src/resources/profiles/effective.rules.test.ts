import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveMembers, effectiveValues, type History, type Surroundings } from './effective.rules.ts'
import { firstProfile } from './first-profile.rules.ts'
import type { Profile } from './profile.fields.ts'
import { presentProfile } from './response.rules.ts'

const CREATED = '2026-01-02T03:04:05+00:00'
const LATER = '2026-02-02T03:04:05+00:00'
const LATEST = '2026-03-02T03:04:05.5+00:00'

const NONE: Surroundings = { reached: [], campaigns: [], organizationCampaigns: [] }

function profile(parts: Partial<Profile> = {}): Profile {
  return { ...firstProfile({ id: 'p', brandId: 'b', organizationId: 'o', now: CREATED }), ...parts }
}

function member(name: string, of: Profile, histories: Record<string, History> = {}, around: Surroundings = NONE) {
  const view = presentProfile(of, { email: 'team@acme.com', organizationWabaId: null, showTaxId: true })
  const whole = new Map(Object.entries({ p: { changes: new Map(), isWhole: true }, ...histories }))
  const members = effectiveMembers(of, effectiveValues(of, view, around), { ...around, histories: whole })
  const {
    value,
    origin,
    profile_id: profileId,
    since,
  } = members.find((each) => each.member === name) ?? assert.fail(name)
  return [value, origin, profileId, since]
}

const changed = (name: string, at: string, operation = 'updateProfile', isWhole = true): History => ({
  changes: new Map([[name, { at, operation }]]),
  isWhole,
})

test('a value without a change is there since the creation, where the whole history was read', () => {
  assert.deepEqual(member('icon', profile()), [null, 'default', null, CREATED])
  assert.deepEqual(member('icon', profile(), { p: { changes: new Map(), isWhole: false } }), [
    null,
    'default',
    null,
    null,
  ])
  assert.deepEqual(member('icon', profile({ icon: 'https://acme.example/i.png' }), { p: changed('icon', LATER) }), [
    'https://acme.example/i.png',
    'own',
    null,
    LATER,
  ])
})

test('a default that was set once more is own; one that a creation wrote, or that was cleared, is not', () => {
  const named = (operation: string) => ({ p: changed('inherit_contacts', LATER, operation) })
  assert.equal(member('inherit_contacts', profile(), named('updateProfile'))[1], 'own')
  assert.equal(member('inherit_contacts', profile(), named('createProfile'))[1], 'default')
  assert.deepEqual(member('icon', profile(), { p: changed('icon', LATER) }), [null, 'default', null, LATER])
})

test('a number is that of the profile at the end of the chain, since the last change along the way', () => {
  const source = { whatsapp_source: null, whatsapp_phone_number: null }
  const around: Surroundings = {
    ...NONE,
    reached: [
      { ...source, id: 'm', sms_source: 's', sending_phone_number: '+12025550101' },
      { ...source, id: 's', sms_source: null, sending_phone_number: '+12025550102' },
    ],
  }
  const borrower = profile({ sending_phone_number_profile_id: 'm', sending_phone_number: '+12025550103' })
  const histories = {
    p: changed('sending_phone_number_profile_id', LATER),
    m: changed('sending_phone_number_profile_id', CREATED),
    s: changed('sending_phone_number', LATEST),
  }
  assert.deepEqual(member('sending_phone_number', borrower, histories, around), [
    '+12025550102',
    'profile',
    's',
    LATEST,
  ])
  const unknown = { ...histories, s: { changes: new Map(), isWhole: true } }
  assert.equal(member('sending_phone_number', borrower, unknown, around)[3], null)
  assert.deepEqual(member('sending_phone_number', borrower, histories, NONE), [null, 'profile', 'm', null])
})

test('campaigns are the organization’s or the own ones, since the newest of them or of the inheritance', () => {
  const campaign = { id: 'c', name: 'News', createdAt: CREATED, updatedAt: LATEST }
  const around = { ...NONE, campaigns: [{ ...campaign, id: 'd' }], organizationCampaigns: [campaign] }
  const inherits = { p: changed('inherit_tcr_campaign', LATER) }
  const named = [{ id: 'c', name: 'News' }]
  assert.deepEqual(member('campaigns', profile({ inherit_tcr_campaign: true }), inherits, around), [
    named,
    'organization',
    null,
    LATEST,
  ])
  const own = profile({ inherit_tcr_campaign: false })
  assert.deepEqual(member('campaigns', own, inherits, around), [[{ id: 'd', name: 'News' }], 'own', null, LATEST])
  assert.deepEqual(member('campaigns', own, inherits, NONE), [[], 'default', null, LATER])
})
