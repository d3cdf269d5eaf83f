import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aStep,
  aStoredBrand,
  aStoredCampaign,
  BRAND_ID,
  CAMPAIGN_ID,
  OTHER_CAMPAIGN_ID,
  SNAPSHOT,
} from '../../../../../test/kit/builders/registrations.ts'
import type { NewEvent } from '../../../../contract/events.ts'
import type { Brand } from '../../../brands/index.ts'
import type { ProfileStatus } from '../../../profiles/index.ts'
import type { Step, StepName } from '../../registration.fields.ts'
import { type Effects, effectsOf, type Subject } from './effects.rules.ts'

/** A run that ends with something to correct: what is given back (decision 21), and what is told (contract 8.12, 14.2). */

const FEEDBACK = [
  { category: 'REFUSED', fields: ['brand.business.taxId', 'brand.business.legalName'], says: 'Do not match.' },
  { category: 'REFUSED', fields: [], says: 'And more.' },
]

function refused(step: StepName, subject: string | null, parts: Partial<Step> = {}): Step {
  return aStep(step, { subject, state: 'correction_needed', feedback: FEEDBACK, ...parts })
}

interface Given {
  step: Step
  steps?: Step[]
  status?: ProfileStatus
  statusBefore?: ProfileStatus
  subject?: Partial<Omit<Subject, 'profile'>>
}

function failed({ step, steps = [], status = 'incomplete', statusBefore = 'incomplete', subject = {} }: Given) {
  const about: Subject = {
    profile: { id: '770e8400-e29b-41d4-a716-446655440002', status },
    brand: aStoredBrand(),
    isOwnBrand: true,
    campaigns: [],
    ...subject,
  }
  return effectsOf({ state: 'running', steps, statusBefore }, about, [], { kind: 'failed', step })
}

test('what the provider said is kept, and its first reason is told', () => {
  const { state, feedback, told } = failed({ step: refused('carrier', null) })
  assert.deepEqual([state, feedback], ['correction_needed', FEEDBACK])
  assert.deepEqual(told, {
    success: false,
    status: 'failed',
    message: 'brand.business.taxId, brand.business.legalName: Do not match.',
  })
})

describe('the words of a failure', () => {
  const table: [string, Partial<Step>, string][] = [
    ['a reason without a member', { feedback: [{ category: 'X', fields: [], says: 'No.' }] }, 'No.'],
    ['no reason, words of the step', { feedback: [], says: 'UNVERIFIED' }, 'UNVERIFIED'],
    ['neither', { feedback: [], says: null }, 'A provider refused.'],
  ]
  for (const [what, parts, expected] of table) {
    test(`${what}: ${expected}`, () => {
      assert.equal(failed({ step: refused('carrier', null, parts) }).told?.message, expected)
    })
  }
})

describe('the status of the profile', () => {
  const table: [before: ProfileStatus, now: ProfileStatus, then: ProfileStatus | null][] = [
    ['incomplete', 'incomplete', null],
    ['incomplete', 'pending_review', 'incomplete'],
    ['rejected', 'pending_review', 'rejected'],
    ['pending_review', 'pending_review', null],
    // What a person has decided meanwhile stays.
    ['incomplete', 'approved', null],
    ['incomplete', 'rejected', null],
  ]
  for (const [statusBefore, status, then] of table) {
    test(`${statusBefore} before and ${status} now: ${then ?? 'as it is'}`, () => {
      const found = failed({ step: refused('carrier', null), status, statusBefore })
      assert.deepEqual(
        [found.status, found.changes, found.events],
        then === null
          ? [null, [], []]
          : [
              then,
              [{ member: 'status', from: status, to: then }],
              [{ type: 'profile.status_changed', payload: { status: then } }],
            ],
      )
    })
  }
})

describe('the brand', () => {
  const ours = [aStep('status'), aStep('brand', { subject: BRAND_ID, snapshot: SNAPSHOT })]
  const OURS = { lock: 'submitting', snapshotId: SNAPSHOT.id } as const
  const theirs = [aStep('brand', { subject: BRAND_ID })]
  const brand = (lock: Brand['lock']) => aStoredBrand({ lock })
  const told: NewEvent[] = [{ type: 'brand.status_changed', payload: { brand_id: BRAND_ID, status: null } }]
  const given = [{ member: 'brand.submitted_to_tcr', from: true, to: false }]
  type Row = [string, Given, Partial<Effects>]
  const table: Row[] = [
    [
      'that was refused is given back, and that is told',
      { step: refused('brand', BRAND_ID), steps: ours, subject: { brand: brand('submitting') } },
      { unlockBrand: OURS, events: told },
    ],
    [
      'that another step kept from being sent is given back in silence',
      { step: refused('campaign', CAMPAIGN_ID), steps: ours, subject: { brand: brand('submitting') } },
      { unlockBrand: OURS },
    ],
    [
      'that another run has locked stays locked',
      { step: refused('campaign', CAMPAIGN_ID), steps: theirs, subject: { brand: brand('submitting') } },
      {},
    ],
    [
      'of a run without a brand step stays as it is',
      { step: refused('campaign', CAMPAIGN_ID), subject: { brand: brand('submitting') } },
      {},
    ],
    [
      'that was refused before it was locked has nothing to give back',
      { step: refused('brand', BRAND_ID), steps: ours, subject: { brand: brand(null) } },
      {},
    ],
    [
      'that the registry has stays there, whatever else fails',
      { step: refused('campaign', CAMPAIGN_ID), steps: ours, subject: { brand: brand('submitted') } },
      {},
    ],
    [
      'whose identity is not verified is given back, which is in the history',
      { step: refused('identity', BRAND_ID), steps: ours, subject: { brand: brand('submitted') } },
      { unlockBrand: { lock: 'submitted' }, changes: given },
    ],
    [
      "of the organization is not in the profile's history",
      { step: refused('identity', BRAND_ID), steps: ours, subject: { brand: brand('submitted'), isOwnBrand: false } },
      { unlockBrand: { lock: 'submitted' } },
    ],
    [
      'that is gone and was not verified is in no history',
      { step: refused('identity', BRAND_ID), subject: { brand: null } },
      { unlockBrand: { lock: 'submitted' } },
    ],
    ['that is gone is not told of', { step: refused('brand', BRAND_ID), steps: ours, subject: { brand: null } }, {}],
  ]
  for (const [what, from, expected] of table) {
    test(what, () => {
      const { unlockBrand, changes, events } = failed(from)
      assert.deepEqual({ unlockBrand, changes, events }, { unlockBrand: null, changes: [], events: [], ...expected })
    })
  }
})

describe('the campaigns', () => {
  const words = 'brand.business.taxId, brand.business.legalName: Do not match.'
  const locked = (lock: 'submitting' | 'submitted' | null, id = CAMPAIGN_ID) => aStoredCampaign({ id, lock })
  const told: NewEvent[] = [{ type: 'campaign.status_changed', payload: { campaign_id: CAMPAIGN_ID, status: null } }]
  type Row = [string, Step, Subject['campaigns'], Partial<Effects>]
  const table: Row[] = [
    [
      'that was refused is given back with the reason, and that is told',
      refused('campaign', CAMPAIGN_ID),
      [locked('submitting')],
      { unlockCampaigns: [{ id: CAMPAIGN_ID, says: words }], events: told },
    ],
    [
      'that was declined in its review is given back with the reason',
      refused('campaign_review', CAMPAIGN_ID),
      [locked('submitted')],
      { unlockCampaigns: [{ id: CAMPAIGN_ID, says: words }] },
    ],
    [
      'that was locked and not sent is given back without one; what the registry has stays, what is free stays so',
      refused('campaign', CAMPAIGN_ID),
      [
        locked('submitting'),
        locked('submitting', OTHER_CAMPAIGN_ID),
        locked('submitted', 'third'),
        locked(null, 'fourth'),
      ],
      {
        unlockCampaigns: [
          { id: CAMPAIGN_ID, says: words },
          { id: OTHER_CAMPAIGN_ID, says: null },
        ],
        events: told,
      },
    ],
    [
      'that was refused before it was locked has nothing to give back',
      refused('campaign', CAMPAIGN_ID),
      [locked(null)],
      {},
    ],
  ]
  for (const [what, step, campaigns, expected] of table) {
    test(what, () => {
      const { unlockCampaigns, events } = failed({ step, subject: { campaigns } })
      assert.deepEqual({ unlockCampaigns, events }, { unlockCampaigns: [], events: [], ...expected })
    })
  }
})
