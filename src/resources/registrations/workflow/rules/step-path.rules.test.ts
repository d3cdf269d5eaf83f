import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aStep as aBlankStep,
  aRegisteredBrand,
  aRegisteredCampaign,
  BRAND_ID,
  CAMPAIGN_ID,
} from '../../../../../test/kit/builders/registrations.ts'
import type { RegisteredBrand, RegisteredCampaign } from '../../../../ports/brand-registry.ts'
import type { Outcome } from '../../../../ports/outcome.ts'
import type { CallName, Step, StepName, StepState } from '../../registration.fields.ts'
import { begun, type NextAction, nextAction, type ProviderRequest, woken } from './next-action.rules.ts'
import { addDollars, type Circumstances } from './step.rules.ts'
import { apply, type ProviderResponse } from './transition.rules.ts'

/** The step function as a table: state and answer in, state and effects out. */

const NOW = 1_800_000_000_000
const SETTLE_MS = 900_000
const LIMIT_MS = 30_000

const at: Circumstances = {
  now: NOW,
  random: 0.5,
  settleMs: SETTLE_MS,
  fees: { brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 },
  hasCampaign: true,
}

function aStep(step: StepName, call: CallName | null, state: StepState, more: Partial<Step> = {}): Step {
  const isCampaign = step === 'campaign' || step === 'campaign_review'
  return aBlankStep(step, {
    subject: isCampaign ? CAMPAIGN_ID : BRAND_ID,
    state,
    call,
    called_at: state === 'calling' || state === 'unknown' ? NOW : null,
    ...more,
  })
}

const registered = aRegisteredBrand()
const aCampaign = aRegisteredCampaign()

const done = <T>(value: T): Outcome<T> => ({ kind: 'done', value })
const TIMEOUT: Outcome<never> = { kind: 'timeout', of: 'service' }
const UNAVAILABLE: Outcome<never> = { kind: 'unavailable', of: 'service', retryAfterSeconds: 7 }
const MISMATCH: Outcome<never> = { kind: 'mismatch' }
const REFUSED: Outcome<never> = { kind: 'refused', refusals: [{ member: 'brand.business.taxId', says: 'Not valid.' }] }
const brand = (outcome: Outcome<RegisteredBrand | null>): ProviderResponse => ({ of: 'brand', outcome })
const campaign = (outcome: Outcome<RegisteredCampaign | null>): ProviderResponse => ({ of: 'campaign', outcome })
const nothing = (outcome: Outcome<unknown>): ProviderResponse => ({ of: 'nothing', outcome })

interface Row {
  what: string
  step: Step
  question: ProviderRequest
  reply: ProviderResponse
  state: StepState
  call?: CallName
  effects?: string[]
  more?: Partial<Step>
  circumstances?: Partial<Circumstances>
}

const submitting = aStep('brand', 'submit_brand', 'calling', { attempts: 1 })
const unknown = aStep('brand', 'submit_brand', 'unknown', { attempts: 1, called_at: NOW - 1_000 })
const longUnknown = { ...unknown, called_at: NOW - SETTLE_MS }
const identity = aStep('identity', 'read_brand', 'pending')
const review = aStep('campaign_review', 'read_campaign', 'pending')
const sending = aStep('campaign', 'submit_campaign', 'calling', { attempts: 1 })
const carrier = (call: CallName, state: StepState, more: Partial<Step> = {}) =>
  aStep('carrier', call, state, { subject: null, ...more })
const whatsapp = aStep('whatsapp', 'register_number', 'calling', { subject: null })

const TABLE: Row[] = [
  {
    what: 'a brand that is taken',
    step: submitting,
    question: 'submit_brand',
    reply: brand(done(registered)),
    state: 'done',
    effects: ['brand_registered', 'charged'],
    more: { fee: 4.5 },
  },
  {
    what: 'a brand that is refused',
    step: submitting,
    question: 'submit_brand',
    reply: brand(REFUSED),
    state: 'correction_needed',
    more: { feedback: [{ category: 'REFUSED', fields: ['brand.business.taxId'], says: 'Not valid.' }] },
  },
  {
    what: 'a registry that is not there',
    step: submitting,
    question: 'submit_brand',
    reply: brand(UNAVAILABLE),
    state: 'pending',
    call: 'submit_brand',
    more: { next_try_at: NOW + 9_500, looks: 1 },
  },
  {
    what: 'no answer to a submission',
    step: submitting,
    question: 'submit_brand',
    reply: brand(TIMEOUT),
    state: 'unknown',
    call: 'submit_brand',
    more: { next_try_at: NOW + 2_500 },
  },
  {
    what: 'a reference that the registry has already',
    step: submitting,
    question: 'submit_brand',
    reply: brand(MISMATCH),
    state: 'unknown',
    call: 'submit_brand',
  },
  {
    what: 'the answer of another brand',
    step: submitting,
    question: 'submit_brand',
    reply: brand(done({ ...registered, reference: CAMPAIGN_ID })),
    state: 'unknown',
  },
  {
    what: 'a look-up that finds the brand',
    step: unknown,
    question: 'find_brand',
    reply: brand(done(registered)),
    state: 'done',
    effects: ['brand_registered', 'charged'],
  },
  {
    what: 'a look-up that finds another brand',
    step: unknown,
    question: 'find_brand',
    reply: brand(done({ ...registered, reference: CAMPAIGN_ID })),
    state: 'unknown',
  },
  {
    what: 'a look-up without an answer',
    step: unknown,
    question: 'find_brand',
    reply: brand(TIMEOUT),
    state: 'unknown',
    more: { rounds: 0 },
  },
  {
    what: 'a look-up while the registry is down',
    step: unknown,
    question: 'find_brand',
    reply: brand(UNAVAILABLE),
    state: 'unknown',
  },
  {
    what: 'absent before it is settled',
    step: unknown,
    question: 'find_brand',
    reply: brand(done(null)),
    state: 'unknown',
    more: { rounds: 0 },
  },
  {
    what: 'absent after the settling time',
    step: longUnknown,
    question: 'find_brand',
    reply: brand(done(null)),
    state: 'pending',
    call: 'submit_brand',
    more: { rounds: 1, next_try_at: null },
  },
  {
    what: 'absent in the third round',
    step: { ...longUnknown, rounds: 2 },
    question: 'find_brand',
    reply: brand(done(null)),
    state: 'parked',
    more: { rounds: 3 },
  },
  {
    what: 'a look-up after a crash during the call',
    step: { ...submitting, called_at: NOW - LIMIT_MS },
    question: 'find_brand',
    reply: brand(done(null)),
    state: 'unknown',
  },
  {
    what: 'a corrected brand is checked anew',
    step: aStep('brand', 'update_brand', 'calling'),
    question: 'update_brand',
    reply: brand(done(registered)),
    state: 'pending',
    call: 'revet_brand',
  },
  {
    what: 'a correction without an answer is sent again',
    step: aStep('brand', 'update_brand', 'calling'),
    question: 'update_brand',
    reply: brand(TIMEOUT),
    state: 'pending',
    call: 'update_brand',
    more: { rounds: 1 },
  },
  {
    what: 'a correction without an answer for the eighth time',
    step: aStep('brand', 'update_brand', 'calling', { rounds: 7 }),
    question: 'update_brand',
    reply: brand(TIMEOUT),
    state: 'parked',
  },
  {
    what: 'a check that is ordered',
    step: aStep('brand', 'revet_brand', 'calling'),
    question: 'revet_brand',
    reply: brand(done(registered)),
    state: 'done',
    effects: ['brand_registered', 'charged'],
  },
  {
    what: 'an order without an answer, not arrived',
    step: aStep('brand', 'revet_brand', 'unknown'),
    question: 'read_brand',
    reply: brand(done({ ...registered, identityStatus: 'UNVERIFIED' })),
    state: 'unknown',
  },
  {
    what: 'an order without an answer, arrived',
    step: aStep('brand', 'revet_brand', 'unknown'),
    question: 'read_brand',
    reply: brand(done(registered)),
    state: 'done',
    effects: ['brand_registered', 'charged'],
  },
  {
    what: 'an identity that is not scored yet',
    step: identity,
    question: 'read_brand',
    reply: brand(done(registered)),
    state: 'waiting',
    call: 'read_brand',
    effects: ['brand_read'],
    more: { waiting_since: NOW },
  },
  {
    what: 'an identity that is verified',
    step: identity,
    question: 'read_brand',
    reply: brand(done({ ...registered, identityStatus: 'VERIFIED' })),
    state: 'done',
    effects: ['brand_read'],
    more: { says: 'VERIFIED' },
  },
  {
    what: 'an identity that is doubted',
    step: identity,
    question: 'read_brand',
    reply: brand(done({ ...registered, identityStatus: 'UNVERIFIED' })),
    state: 'pending',
    call: 'read_feedback',
    effects: ['brand_read'],
  },
  {
    what: 'a brand that is suspended',
    step: identity,
    question: 'read_brand',
    reply: brand(done({ ...registered, status: 'SUSPENDED' })),
    state: 'parked',
    effects: ['brand_read'],
  },
  {
    what: 'a brand number that the registry does not know',
    step: identity,
    question: 'read_brand',
    reply: brand(REFUSED),
    state: 'parked',
  },
  {
    what: 'no answer to a question',
    step: identity,
    question: 'read_brand',
    reply: brand(TIMEOUT),
    state: 'pending',
    call: 'read_brand',
    more: { rounds: 0 },
  },
  {
    what: 'feedback',
    step: aStep('identity', 'read_feedback', 'pending'),
    question: 'read_feedback',
    reply: {
      of: 'feedback',
      outcome: done([{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: 'No match.' }]),
    },
    state: 'correction_needed',
    more: { feedback: [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: 'No match.' }] },
  },
  {
    what: 'feedback that says nothing',
    step: aStep('identity', 'read_feedback', 'pending'),
    question: 'read_feedback',
    reply: { of: 'feedback', outcome: done([]) },
    state: 'correction_needed',
    more: {
      feedback: [{ category: 'OTHERS', fields: ['brand'], says: 'The registry could not verify the identity.' }],
    },
  },
  {
    what: 'a vetting that runs',
    step: aStep('vetting', 'order_vetting', 'calling'),
    question: 'order_vetting',
    reply: { of: 'vetting', outcome: done({ status: 'pending', score: null, reasons: [] }) },
    state: 'waiting',
    call: 'read_vetting',
    effects: ['charged'],
    more: { fee: 40 },
  },
  {
    what: 'a vetting that ends',
    step: aStep('vetting', 'read_vetting', 'waiting', { waiting_since: NOW }),
    question: 'read_vetting',
    reply: { of: 'vetting', outcome: done({ status: 'active', score: 71, reasons: [] }) },
    state: 'done',
    effects: [],
    more: { says: 'Vetting active; score 71' },
  },
  {
    what: 'a vetting that fails is not in the way',
    step: aStep('vetting', 'read_vetting', 'waiting'),
    question: 'read_vetting',
    reply: { of: 'vetting', outcome: done({ status: 'failed', score: null, reasons: ['Not found.'] }) },
    state: 'done',
  },
  {
    what: 'a vetting that was never ordered',
    step: aStep('vetting', 'order_vetting', 'unknown'),
    question: 'read_vetting',
    reply: { of: 'vetting', outcome: done(null) },
    state: 'unknown',
  },
  {
    what: 'a campaign that is taken',
    step: sending,
    question: 'submit_campaign',
    reply: campaign(done(aCampaign)),
    state: 'done',
    effects: ['campaign_registered', 'charged'],
    more: { fee: 15 },
  },
  {
    what: 'a campaign that was submitted anew',
    step: sending,
    question: 'submit_campaign',
    reply: campaign(done({ ...aCampaign, reference: `${CAMPAIGN_ID}-2` })),
    state: 'done',
    effects: ['campaign_registered', 'charged'],
  },
  {
    what: 'the answer of another campaign',
    step: sending,
    question: 'submit_campaign',
    reply: campaign(done({ ...aCampaign, reference: BRAND_ID })),
    state: 'unknown',
  },
  ...[`${CAMPAIGN_ID}-12x`, `${CAMPAIGN_ID}-x2`, `${CAMPAIGN_ID}-`, `${CAMPAIGN_ID}12`, `${BRAND_ID}-2`].map(
    (reference): Row => ({
      what: `the answer of another campaign, ${reference.slice(36)} behind an id`,
      step: sending,
      question: 'submit_campaign',
      reply: campaign(done({ ...aCampaign, reference })),
      state: 'unknown',
    }),
  ),
  {
    what: 'a campaign that was submitted for the twelfth time',
    step: sending,
    question: 'submit_campaign',
    reply: campaign(done({ ...aCampaign, reference: `${CAMPAIGN_ID}-12` })),
    state: 'done',
    effects: ['campaign_registered', 'charged'],
  },
  {
    what: 'a declined campaign is ended before it is sent anew',
    step: aStep('campaign', 'deactivate_campaign', 'calling'),
    question: 'deactivate_campaign',
    reply: nothing(done(null)),
    state: 'pending',
    call: 'submit_campaign',
    effects: ['campaign_ended'],
  },
  {
    what: 'a campaign that nobody reviews yet is shared',
    step: review,
    question: 'read_campaign',
    reply: campaign(done(aCampaign)),
    state: 'pending',
    call: 'share_campaign',
    effects: ['campaign_read'],
  },
  {
    what: 'a campaign that is shared',
    step: aStep('campaign_review', 'share_campaign', 'calling', { attempts: 1 }),
    question: 'share_campaign',
    reply: nothing(done(null)),
    state: 'waiting',
    call: 'read_campaign',
  },
  {
    what: 'a review that runs',
    step: { ...review, attempts: 1 },
    question: 'read_campaign',
    reply: campaign(done({ ...aCampaign, sharingStatus: 'PENDING' })),
    state: 'waiting',
    effects: ['campaign_read'],
  },
  {
    what: 'a campaign that is accepted',
    step: { ...review, attempts: 1 },
    question: 'read_campaign',
    reply: campaign(done({ ...aCampaign, sharingStatus: 'ACCEPTED' })),
    state: 'done',
    effects: ['campaign_read'],
  },
  {
    what: 'a campaign that is declined',
    step: { ...review, attempts: 1 },
    question: 'read_campaign',
    reply: campaign(done({ ...aCampaign, sharingStatus: 'DECLINED', says: 'No opt-in.' })),
    state: 'correction_needed',
    effects: ['campaign_read'],
    more: { feedback: [{ category: 'DECLINED', fields: ['campaign'], says: 'No opt-in.' }] },
  },
  {
    what: 'a campaign that has ended',
    step: review,
    question: 'read_campaign',
    reply: campaign(done({ ...aCampaign, status: 'EXPIRED' })),
    state: 'correction_needed',
    effects: ['campaign_read'],
  },
  {
    what: 'a messaging profile that is there',
    step: carrier('find_messaging_profile', 'pending'),
    question: 'find_messaging_profile',
    reply: { of: 'messaging_profile', outcome: done({ messagingProfileId: 'mp' }) },
    state: 'pending',
    call: 'connect_number',
    effects: ['messaging_profile'],
  },
  {
    what: 'a messaging profile that is not there',
    step: carrier('find_messaging_profile', 'pending'),
    question: 'find_messaging_profile',
    reply: { of: 'messaging_profile', outcome: done(null) },
    state: 'pending',
    call: 'create_messaging_profile',
  },
  {
    what: 'a messaging profile without an answer, absent',
    step: carrier('create_messaging_profile', 'unknown'),
    question: 'find_messaging_profile',
    reply: { of: 'messaging_profile', outcome: done(null) },
    state: 'unknown',
    call: 'create_messaging_profile',
  },
  {
    what: 'a number that is being connected',
    step: carrier('connect_number', 'calling'),
    question: 'connect_number',
    reply: { of: 'connection', outcome: done({ status: 'pending' }) },
    state: 'waiting',
    call: 'connect_number',
  },
  {
    what: 'a number that is connected joins its campaign',
    step: carrier('connect_number', 'calling'),
    question: 'connect_number',
    reply: { of: 'connection', outcome: done({ status: 'connected' }) },
    state: 'pending',
    call: 'assign_campaign',
  },
  {
    what: 'a number that is connected and has no campaign',
    step: carrier('connect_number', 'calling'),
    question: 'connect_number',
    reply: { of: 'connection', outcome: done({ status: 'connected' }) },
    state: 'done',
    circumstances: { hasCampaign: false },
  },
  {
    what: 'a number of somebody else',
    step: carrier('connect_number', 'calling'),
    question: 'connect_number',
    reply: {
      of: 'connection',
      outcome: { kind: 'refused', refusals: [{ member: 'phone_number', says: 'Not yours.' }] },
    },
    state: 'correction_needed',
    more: { feedback: [{ category: 'REFUSED', fields: ['sending_phone_number'], says: 'Not yours.' }] },
  },
  {
    what: 'an assignment that runs',
    step: carrier('assign_campaign', 'calling'),
    question: 'assign_campaign',
    reply: { of: 'assignment', outcome: done({ status: 'pending', says: null }) },
    state: 'waiting',
    call: 'read_assignment',
  },
  {
    what: 'an assignment that ends',
    step: carrier('read_assignment', 'waiting'),
    question: 'read_assignment',
    reply: { of: 'assignment', outcome: done({ status: 'assigned', says: null }) },
    state: 'done',
  },
  {
    what: 'an assignment that fails',
    step: carrier('read_assignment', 'waiting'),
    question: 'read_assignment',
    reply: { of: 'assignment', outcome: done({ status: 'failed', says: 'No.' }) },
    state: 'correction_needed',
  },
  {
    what: 'an assignment that got lost',
    step: carrier('read_assignment', 'waiting'),
    question: 'read_assignment',
    reply: { of: 'assignment', outcome: done(null) },
    state: 'pending',
    call: 'assign_campaign',
  },
  {
    what: 'an app that is subscribed',
    step: aStep('whatsapp', 'subscribe_app', 'calling', { subject: null }),
    question: 'subscribe_app',
    reply: nothing(done(null)),
    state: 'pending',
    call: 'register_number',
  },
  {
    what: 'a number that WhatsApp registers',
    step: whatsapp,
    question: 'register_number',
    reply: nothing(done({})),
    state: 'done',
    effects: ['whatsapp'],
  },
  {
    what: 'a declined campaign that is changed',
    step: aStep('campaign', 'update_campaign', 'calling', { attempts: 3, fee: 15 }),
    question: 'update_campaign',
    reply: campaign(done({ ...aCampaign, sharingStatus: 'PENDING' })),
    state: 'done',
    effects: ['campaign_registered', 'charged'],
    more: { fee: 30 },
  },
  {
    what: 'a change of a campaign without an answer is sent again',
    step: aStep('campaign', 'update_campaign', 'calling'),
    question: 'update_campaign',
    reply: campaign(TIMEOUT),
    state: 'pending',
    call: 'update_campaign',
    more: { rounds: 1 },
  },
  {
    what: 'a number that WhatsApp refuses',
    step: whatsapp,
    question: 'register_number',
    reply: nothing({ kind: 'refused', refusals: [{ member: 'access_token', says: 'Expired.' }] }),
    state: 'correction_needed',
    effects: ['whatsapp'],
  },
]

describe('what follows from an answer', () => {
  for (const { what, step, question, reply, state, call, effects = [], more = {}, circumstances = {} } of TABLE) {
    test(`${what}: ${state}${call === undefined ? '' : ` (${call})`}`, () => {
      const before = structuredClone(step)
      const applied = apply(step, question, reply, { ...at, ...circumstances })
      assert.equal(applied.step.state, state)
      if (call !== undefined) assert.equal(applied.step.call, call)
      assert.deepEqual(
        applied.effects.map(({ kind }) => kind),
        effects,
      )
      for (const [member, value] of Object.entries(more)) {
        assert.deepEqual(applied.step[member as keyof Step], value, member)
      }
      assert.deepEqual(step, before, 'the step that was given is not changed')
    })
  }

  test('nothing that is sent once is ever sent from an unknown state without the look-up before it', () => {
    for (const call of [
      'submit_brand',
      'revet_brand',
      'order_vetting',
      'submit_campaign',
      'create_messaging_profile',
    ] as const) {
      for (const state of ['unknown', 'calling'] as const) {
        const step = aStep('brand', call, state, { called_at: NOW - LIMIT_MS })
        const move = nextAction([step], NOW, LIMIT_MS) as Extract<NextAction, { kind: 'ask' }>
        assert.notEqual(move.question, call)
      }
    }
  })
})

test('an event ends what is awaited or looked up, not the wait for a provider that is down', () => {
  const later = { next_try_at: NOW + 1 }
  const steps = (['waiting', 'unknown', 'pending', 'calling'] as const).map((state) =>
    aStep('brand', 'submit_brand', state, later),
  )
  assert.deepEqual(
    woken(steps).map(({ next_try_at: at }) => at),
    [null, null, NOW + 1, NOW + 1],
  )
})

describe('the next move', () => {
  const first = aStep('copy_numbers', null, 'skipped')
  const table: [string, Step, NextAction][] = [
    [
      'a step that is next is asked about',
      aStep('brand', 'submit_brand', 'pending'),
      { kind: 'ask', index: 1, question: 'submit_brand' },
    ],
    [
      'a step that is not due waits',
      { ...identity, next_try_at: NOW + 1 },
      { kind: 'wait', index: 1, untilMs: NOW + 1, isReview: false },
    ],
    [
      'a step that is due is asked about',
      { ...identity, next_try_at: NOW },
      { kind: 'ask', index: 1, question: 'read_brand' },
    ],
    [
      'an order that is held back for hours is a rest',
      aStep('brand', 'submit_brand', 'waiting', { next_try_at: NOW + 3_600_000, waiting_since: NOW }),
      { kind: 'wait', index: 1, untilMs: NOW + 3_600_000, isReview: true },
    ],
    [
      'a call that is under way is waited for',
      { ...submitting, called_at: NOW - LIMIT_MS + 1 },
      { kind: 'wait', index: 1, untilMs: NOW + 1, isReview: false },
    ],
    [
      'a call whose worker is dead is looked up',
      { ...submitting, called_at: NOW - LIMIT_MS },
      { kind: 'ask', index: 1, question: 'find_brand' },
    ],
    [
      'an interrupted call that may be repeated is repeated',
      aStep('brand', 'update_brand', 'calling', { called_at: NOW - LIMIT_MS }),
      { kind: 'ask', index: 1, question: 'update_brand' },
    ],
    ['an unknown outcome is looked up', longUnknown, { kind: 'ask', index: 1, question: 'find_brand' }],
    [
      'a review is a rest',
      aStep('campaign_review', 'read_campaign', 'waiting', { next_try_at: NOW + 9, waiting_since: NOW }),
      { kind: 'wait', index: 1, untilMs: NOW + 9, isReview: true },
    ],
    [
      'a short wait is none',
      aStep('identity', 'read_brand', 'waiting', { next_try_at: NOW + 9, waiting_since: NOW }),
      { kind: 'wait', index: 1, untilMs: NOW + 9, isReview: false },
    ],
    [
      'a wait that has become long is one',
      aStep('identity', 'read_brand', 'waiting', { next_try_at: NOW + 9, waiting_since: NOW - 300_001 }),
      { kind: 'wait', index: 1, untilMs: NOW + 9, isReview: true },
    ],
    [
      'what is to be corrected ends the run',
      aStep('campaign', null, 'correction_needed'),
      { kind: 'correct', index: 1 },
    ],
    ['what is parked waits for a person', aStep('brand', 'submit_brand', 'parked'), { kind: 'parked', index: 1 }],
    ['another completion’s brand is awaited', aStep('brand', null, 'waiting'), { kind: 'await_brand', index: 1 }],
    ['the status comes last', aStep('status', null, 'pending'), { kind: 'set_status', index: 1 }],
    ['nothing is left', aStep('status', null, 'done'), { kind: 'finished' }],
  ]
  for (const [what, step, move] of table) {
    test(what, () => assert.deepEqual(nextAction([first, step], NOW, LIMIT_MS), move))
  }

  test('what cannot succeed is found before anything is sent and paid for', () => {
    const steps = [aStep('brand', 'submit_brand', 'pending'), aStep('campaign', null, 'correction_needed')]
    assert.deepEqual(nextAction(steps, NOW, LIMIT_MS), { kind: 'correct', index: 1 })
  })

  test('what may have been sent is known before what cannot succeed is told', () => {
    const wrong = aStep('campaign', null, 'correction_needed')
    assert.deepEqual(nextAction([wrong, longUnknown], NOW, LIMIT_MS), { kind: 'ask', index: 1, question: 'find_brand' })
    const steps = [{ ...submitting, called_at: NOW - LIMIT_MS + 1 }, wrong]
    assert.deepEqual(nextAction(steps, NOW, LIMIT_MS), { kind: 'wait', index: 0, untilMs: NOW + 1, isReview: false })
  })

  test('a call that begins leaves word of it', () => {
    const step = begun(aStep('brand', 'submit_brand', 'pending', { next_try_at: 5 }), 'submit_brand', NOW)
    assert.deepEqual([step.state, step.called_at, step.attempts, step.next_try_at], ['calling', NOW, 1, null])
  })
})

test('fees add up to the cent', () => {
  assert.equal(addDollars(addDollars(0.1, 0.2), 4.5), 4.8)
  assert.equal(addDollars(null, 15), 15)
})
