import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROFILE_MEMBERS } from '../../../test/kit/published-members.ts'
import { notesOf } from '../../contract/fields/field.ts'
import type { BillingContact, ProfileSettings } from './profile.fields.ts'
import { DEFAULT_SETTINGS } from './profile.fields.ts'
import { profileTable } from './profile-members.fields.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles where the two types are the same. */
const same = <A, B>(isSame: Equal<A, B>) => isSame

test('the field table is the published one: members, order, who writes each, what a new profile has, what clears it', () => {
  const rows = Object.entries(profileTable).map(([name, { kind, initial, schema }]) => {
    const { clears } = notesOf(schema)
    const first = initial === undefined ? 'given' : initial
    return clears === undefined ? [name, kind, first] : [name, kind, first, clears]
  })
  assert.deepEqual(rows, PROFILE_MEMBERS)
})

test('a new profile has what the table says, and its name from the request', () => {
  const initial = PROFILE_MEMBERS.filter(([, kind, value]) => kind === 'setting' && value !== 'given')
  assert.deepEqual(DEFAULT_SETTINGS, Object.fromEntries(initial.map(([name, , value]) => [name, value])))
})

test('the types of the settings follow from their schemas, with null where nothing may be there', () => {
  assert.ok(same<ProfileSettings['name'], string>(true))
  assert.ok(same<ProfileSettings['icon'], string | null>(true))
  assert.ok(same<ProfileSettings['inherit_contacts'], boolean>(true))
  assert.ok(same<ProfileSettings['allow_number_change_during_onboarding'], boolean | null>(true))
  assert.ok(same<ProfileSettings['billing_model'], 'profile' | 'organization' | 'profile_and_organization'>(true))
  assert.ok(same<BillingContact['email'], string>(true))
  assert.ok(same<BillingContact['phone'], string | null>(true))
  assert.ok(same<'name' extends keyof typeof DEFAULT_SETTINGS ? true : false, false>(true))
})
