import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCompletionInput } from '../../../../test/kit/builders/registrations.ts'
import type { Campaign } from '../../campaigns/index.ts'
import { firstProfile } from '../../profiles/index.ts'
import {
  REGISTRATION_STATES,
  type Registration,
  type RegistrationState,
  STEP_STATES,
  STEPS,
  type Step,
} from '../registration.fields.ts'
import { type CompletionInput, completionFacts, isComplete, isUnderWay, needsRegistry } from './intent.rules.ts'

const profile = firstProfile({ id: 'p', brandId: 'b', organizationId: 'o', now: '2026-03-25T10:43:34+00:00' })
const run = (state: RegistrationState) => ({ state }) as Registration
const campaign = (lock: 'submitted' | null) => ({ lock }) as Campaign

test('the prerequisites look at what the profile has, and at what its organization has for it', () => {
  const facts = {
    shortName: 'SALES',
    description: 'Sales department sender profile',
    inheritsBrand: false,
    hasOwnBrand: true,
    hasOrganizationBrand: false,
    isTcrApplication: true,
    inheritsCampaign: true,
    ownCampaigns: 0,
    organizationCampaigns: 0,
    deadReferences: [],
  }
  assert.deepEqual(completionFacts(profile, aCompletionInput()), facts)
  const counted = { campaigns: [campaign(null)], organizationCampaigns: [campaign(null), campaign(null)] }
  assert.deepEqual(
    completionFacts({ ...profile, brand: null, organizationBrand: profile.brand }, aCompletionInput(counted)),
    {
      ...facts,
      hasOwnBrand: false,
      hasOrganizationBrand: true,
      isTcrApplication: false,
      ownCampaigns: 1,
      organizationCampaigns: 2,
    },
  )
})

test('a reference to a profile that is gone is named', () => {
  const references = { sending_phone_number_profile_id: 'x', sending_whatsapp_number_profile_id: 'y' }
  const dead = (ids: string[]) => {
    const reached = ids.map((id) => ({ id })) as unknown as CompletionInput['reached']
    return completionFacts({ ...profile, ...references }, aCompletionInput({ reached })).deadReferences
  }
  assert.deepEqual(dead(['x', 'y']), [])
  assert.deepEqual(dead(['x']), ['sending_whatsapp_number_profile_id'])
  assert.deepEqual(dead([]), ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id'])
})

test('a run is under way while it runs or waits', () => {
  assert.equal(isUnderWay(null), false)
  assert.deepEqual(
    REGISTRATION_STATES.filter((state) => isUnderWay(run(state))),
    ['running', 'waiting'],
  )
})

test('an approved profile is complete, unless its last run did not get through, or a campaign of its own came after it', () => {
  const own = { ...profile, inherit_tcr_campaign: false }
  const completed = run('completed')
  assert.equal(isComplete({ ...profile, status: 'incomplete' }, aCompletionInput({ registration: completed })), false)
  assert.equal(isComplete(profile, aCompletionInput()), true)
  assert.deepEqual(
    REGISTRATION_STATES.filter((state) => isComplete(profile, aCompletionInput({ registration: run(state) }))),
    ['submitted', 'completed'],
  )
  const later = [campaign('submitted'), campaign(null)]
  assert.equal(isComplete(own, aCompletionInput({ registration: run('submitted'), campaigns: later })), false)
  assert.equal(isComplete(own, aCompletionInput({ registration: completed, campaigns: later })), false)
  assert.equal(isComplete(own, aCompletionInput({ registration: completed, campaigns: [campaign('submitted')] })), true)
  assert.equal(isComplete(profile, aCompletionInput({ registration: completed, campaigns: later })), true)
  assert.equal(
    isComplete({ ...own, brand: null }, aCompletionInput({ registration: completed, campaigns: later })),
    true,
  )
})

test('a number that came after the run is left to do, and none that was taken away', () => {
  const completed = run('completed')
  const changed = aCompletionInput({ registration: completed, numbersChanged: true })
  for (const member of [
    'sending_phone_number',
    'sending_phone_number_profile_id',
    'sending_whatsapp_number_profile_id',
  ] as const) {
    assert.equal(isComplete({ ...profile, [member]: 'given' }, changed), false, member)
    assert.equal(
      isComplete({ ...profile, [member]: 'given' }, aCompletionInput({ registration: completed })),
      true,
      member,
    )
  }
  assert.equal(isComplete(profile, changed), true)
  assert.equal(
    isComplete({ ...profile, sending_phone_number: 'given' }, aCompletionInput({ numbersChanged: true })),
    true,
  )
})

test('a registry is needed for its own steps, until they are done or skipped', () => {
  const needing = STEPS.flatMap((step) =>
    STEP_STATES.filter((state) =>
      needsRegistry([{ step: 'status', state: 'pending' } as Step, { step, state } as Step]),
    ).map((state) => `${step} ${state}`),
  )
  const open = STEP_STATES.filter((state) => state !== 'done' && state !== 'skipped')
  const steps = ['brand', 'identity', 'campaign', 'campaign_review']
  assert.deepEqual(
    needing,
    steps.flatMap((step) => open.map((state) => `${step} ${state}`)),
  )
  assert.equal(needsRegistry([]), false)
})
