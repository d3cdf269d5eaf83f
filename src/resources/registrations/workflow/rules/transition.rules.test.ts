import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aRegisteredBrand,
  aRegisteredCampaign,
  aStep,
  BRAND_ID,
  CAMPAIGN_ID,
} from '../../../../../test/kit/builders/registrations.ts'
import type { RegisteredBrand, RegisteredCampaign, Vetting } from '../../../../ports/brand-registry.ts'
import type { NumberAssignment } from '../../../../ports/carrier.ts'
import type { Refusal } from '../../../../ports/outcome.ts'
import { CALLS, type CallName, type Step, type StepName } from '../../registration.fields.ts'
import { onDropped } from './channel-transition.rules.ts'
import type { ProviderRequest } from './next-action.rules.ts'
import type { Circumstances } from './step.rules.ts'
import { apply, type ProviderResponse } from './transition.rules.ts'

/** What a step says after an answer, what there is to correct, and what comes next. Its states are in step.rules.test.ts. */

const NOW = 1_800_000_000_000
const at: Circumstances = {
  now: NOW,
  random: 0.5,
  settleMs: 900_000,
  fees: { brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 },
  hasCampaign: true,
}

function asked(step: StepName, call: CallName, parts: Partial<Step> = {}): Step {
  const subject = step === 'campaign' || step === 'campaign_review' ? CAMPAIGN_ID : BRAND_ID
  return aStep(step, { subject, call, state: 'calling', called_at: NOW, attempts: 1, ...parts })
}

const brand = (parts: Partial<RegisteredBrand> = {}): ProviderResponse => ({
  of: 'brand',
  outcome: { kind: 'done', value: aRegisteredBrand(parts) },
})
const campaign = (parts: Partial<RegisteredCampaign> = {}): ProviderResponse => ({
  of: 'campaign',
  outcome: { kind: 'done', value: aRegisteredCampaign(parts) },
})
const vetting = (parts: Partial<Vetting> | null): ProviderResponse => ({
  of: 'vetting',
  outcome: { kind: 'done', value: parts && { status: 'active', score: null, reasons: [], ...parts } },
})
const assignment = (value: NumberAssignment): ProviderResponse => ({
  of: 'assignment',
  outcome: { kind: 'done', value },
})
const connection = (status: 'pending' | 'connected'): ProviderResponse => ({
  of: 'connection',
  outcome: { kind: 'done', value: { status } },
})
const done: ProviderResponse = { of: 'nothing', outcome: { kind: 'done', value: null } }
const refused = (...refusals: Refusal[]): ProviderResponse => ({
  of: 'nothing',
  outcome: { kind: 'refused', refusals },
})
const UNAVAILABLE: ProviderResponse = {
  of: 'brand',
  outcome: { kind: 'unavailable', of: 'service', retryAfterSeconds: 7 },
}

type Row = [what: string, step: Step, reply: ProviderResponse, expected: Partial<Step>, question?: ProviderRequest]

const declined = (category: string, says: string): Partial<Step> => ({
  state: 'correction_needed',
  says: category,
  feedback: [{ category, fields: ['campaign'], says }],
})
const review = asked('campaign_review', 'read_campaign')
const reviewed = { state: 'waiting', call: 'read_campaign', says: 'The campaign is being reviewed.' } as const

const REGISTRY: Row[] = [
  ['a brand that is taken', asked('brand', 'submit_brand'), brand(), { says: 'The registry has the brand.' }],
  [
    'a brand that the registry names by its own id alone',
    asked('brand', 'submit_brand'),
    brand({ reference: null }),
    { state: 'done' },
  ],
  [
    'a brand that was corrected',
    asked('brand', 'revet_brand'),
    brand(),
    { state: 'done', says: 'The registry has the corrected brand.' },
  ],
  [
    'an identity that is checked',
    asked('identity', 'read_brand'),
    brand(),
    { state: 'waiting', call: 'read_brand', says: 'The registry checks the identity.' },
  ],
  [
    'a brand that is suspended',
    asked('identity', 'read_brand'),
    brand({ status: 'SUSPENDED' }),
    { state: 'parked', says: 'At the registry the brand is SUSPENDED.' },
  ],
  [
    'an identity that is not verified',
    asked('identity', 'read_brand'),
    brand({ identityStatus: 'UNVERIFIED' }),
    { state: 'pending', call: 'read_feedback', says: 'UNVERIFIED' },
  ],
  [
    'why it is not verified',
    asked('identity', 'read_feedback'),
    { of: 'feedback', outcome: { kind: 'done', value: [] } },
    { state: 'correction_needed', says: 'UNVERIFIED' },
  ],
  [
    'the answer of another brand to a question, which may be asked again as often as it takes',
    asked('identity', 'read_brand', { rounds: 7 }),
    brand({ reference: CAMPAIGN_ID }),
    { state: 'pending', rounds: 7 },
  ],
  ['no vetting yet', asked('vetting', 'read_vetting'), vetting(null), { state: 'pending', call: 'order_vetting' }],
  [
    'a vetting that runs',
    asked('vetting', 'order_vetting'),
    vetting({ status: 'pending' }),
    { state: 'waiting', call: 'read_vetting', says: 'The brand is being vetted.' },
  ],
  [
    'a vetting that was there at once',
    asked('vetting', 'order_vetting'),
    vetting({ score: 0 }),
    { state: 'done', call: 'read_vetting', says: 'Vetting active; score 0' },
  ],
  [
    'a vetting that failed',
    asked('vetting', 'read_vetting'),
    vetting({ status: 'failed', reasons: ['Not found.', 'No page.'] }),
    { state: 'done', says: 'Vetting failed; Not found.; No page.' },
  ],
  [
    'a campaign that is taken',
    asked('campaign', 'submit_campaign'),
    campaign(),
    { state: 'done', says: 'The registry has the campaign.' },
  ],
  [
    'a campaign that was changed',
    asked('campaign', 'update_campaign'),
    campaign(),
    { state: 'done', says: 'The registry has the corrected campaign.' },
  ],
  [
    'a campaign that the registry names by its own id alone',
    asked('campaign', 'submit_campaign'),
    campaign({ reference: null }),
    { state: 'done' },
  ],
  [
    'a campaign that is not there',
    asked('campaign', 'submit_campaign', { state: 'unknown', called_at: NOW - 900_000 }),
    { of: 'campaign', outcome: { kind: 'done', value: null } },
    { state: 'pending', call: 'submit_campaign', rounds: 1 },
    'find_campaign',
  ],
  [
    'the answer of another campaign to a question, which may be asked again as often as it takes',
    { ...review, rounds: 7 },
    campaign({ reference: BRAND_ID }),
    { state: 'pending', rounds: 7 },
  ],
  ['a review', review, campaign({ sharingStatus: 'PENDING' }), reviewed],
  ['a review that began elsewhere', { ...review, attempts: 0 }, campaign({ sharingStatus: 'PENDING' }), reviewed],
  ['a campaign that is shared and not yet under review', review, campaign({ sharingStatus: null }), reviewed],
  ['a campaign that was shared', asked('campaign_review', 'share_campaign'), done, reviewed],
  ['a campaign that is accepted', review, campaign({ sharingStatus: 'ACCEPTED' }), { state: 'done', says: 'ACCEPTED' }],
  [
    'a campaign that is declined',
    review,
    campaign({ sharingStatus: 'DECLINED', says: 'No opt-in.' }),
    declined('DECLINED', 'No opt-in.'),
  ],
  [
    'a campaign that is declined without a word',
    review,
    campaign({ sharingStatus: 'DECLINED' }),
    declined('DECLINED', 'The campaign was declined.'),
  ],
  [
    'a campaign that has ended',
    review,
    campaign({ status: 'EXPIRED', sharingStatus: 'ACCEPTED' }),
    declined('EXPIRED', 'The campaign has ended at the registry.'),
  ],
]

const assigned = (says: string): Partial<Step> => ({
  state: 'correction_needed',
  says,
  feedback: [{ category: 'ASSIGNMENT', fields: ['sending_phone_number'], says }],
})

test('D12: where a campaign failed because of the brand, the feedback says how to have it asked again', () => {
  const parts = { sharingStatus: 'DECLINED', correction: 'anew', cause: 'brand', says: 'No.' } as const
  const { step } = apply(asked('campaign_review', 'read_campaign'), 'read_campaign', campaign(parts), at)
  assert.deepEqual(step.feedback[0]?.fields, ['brand', 'campaign.useCases'])
  assert.match(step.feedback[0]?.says ?? '', /^No\. The cause is the brand.*complete with check_again: true/)
  const own = apply(
    asked('campaign_review', 'read_campaign'),
    'read_campaign',
    campaign({ ...parts, cause: 'campaign' }),
    at,
  )
  assert.equal(own.step.feedback[0]?.says, 'No.')
})

const THREE_DAYS_MS = 3 * 24 * 3_600_000

const CHANNELS: Row[] = [
  [
    'a number that is being connected',
    asked('carrier', 'connect_number'),
    connection('pending'),
    { state: 'waiting', says: 'The carrier connects the number.' },
  ],
  [
    'a number that joins its campaign',
    asked('carrier', 'assign_campaign'),
    assignment({ status: 'pending', says: null }),
    { state: 'waiting', call: 'read_assignment', says: 'The carriers put the number into its campaign.' },
  ],
  [
    'a number in its campaign',
    asked('carrier', 'read_assignment'),
    assignment({ status: 'assigned', says: null }),
    { state: 'done', says: 'The number is connected and in its campaign.' },
  ],
  [
    'a number that is refused',
    asked('carrier', 'read_assignment'),
    assignment({ status: 'failed', says: 'No.' }),
    assigned('No.'),
  ],
  [
    'a number that is refused without a word',
    asked('carrier', 'read_assignment'),
    assignment({ status: 'failed', says: null }),
    assigned('The carriers refused the number for this campaign.'),
  ],
  [
    'D12: a number that is still in another campaign after three days',
    asked('carrier', 'read_assignment', { waiting_since: NOW - THREE_DAYS_MS }),
    assignment({ status: 'elsewhere', says: null }),
    {
      state: 'waiting',
      call: 'read_assignment',
      feedback: [],
      says: 'The number is still in another campaign; the carriers move it.',
      waiting_since: NOW - THREE_DAYS_MS,
    },
  ],
  [
    'D12: a number that is still in another campaign after more than three days',
    asked('carrier', 'read_assignment', { waiting_since: NOW - THREE_DAYS_MS - 1 }),
    assignment({ status: 'elsewhere', says: null }),
    assigned('The number is still in another campaign. Take it out of that one, or use another number.'),
  ],
  [
    'a number of WhatsApp',
    asked('whatsapp', 'register_number'),
    done,
    { state: 'done', says: 'The number is registered.' },
  ],
]

const refusal = (member: string, fields: string[]): Row => [
  `a refusal of ${member === '' ? 'no member' : member}`,
  asked('whatsapp', 'register_number'),
  refused({ member, says: 'No.' }),
  { state: 'correction_needed', says: 'No.', feedback: [{ category: 'REFUSED', fields, says: 'No.' }] },
]

const REFUSALS: Row[] = [
  refusal('phone_number', ['sending_phone_number']),
  refusal('access_token', ['whatsapp_business_account.access_token']),
  refusal('waba_id', ['whatsapp_business_account.waba_id']),
  refusal('phone_number_id', ['whatsapp_business_account.phone_number_id']),
  refusal('brand.business.taxId', ['brand.business.taxId']),
  refusal('', []),
  [
    'several refusals',
    asked('brand', 'submit_brand'),
    refused({ member: '', says: 'No.' }, { member: '', says: 'Never.' }),
    { state: 'correction_needed', says: 'No. Never.' },
  ],
  [
    'a refusal without a reason',
    asked('brand', 'submit_brand'),
    refused(),
    { state: 'correction_needed', says: 'The provider refuses it and does not say why.', feedback: [] },
  ],
  [
    'a refused question, which the customer cannot correct',
    asked('identity', 'read_brand'),
    refused({ member: 'x', says: 'No such brand.' }),
    { state: 'parked', says: 'No such brand.', feedback: [] },
  ],
]

const LOOKUPS: Row[] = [
  ['a call', asked('brand', 'submit_brand'), UNAVAILABLE, { state: 'pending' }],
  ['the look-up after a dead call', asked('brand', 'submit_brand'), UNAVAILABLE, { state: 'unknown' }, 'find_brand'],
  [
    'the look-up of a call without an answer',
    asked('brand', 'submit_brand', { state: 'unknown' }),
    UNAVAILABLE,
    { state: 'unknown' },
    'find_brand',
  ],
  [
    'a question of a step at rest',
    asked('brand', 'submit_brand', { state: 'pending' }),
    UNAVAILABLE,
    { state: 'pending' },
    'read_brand',
  ],
]

for (const [title, rows] of [
  ['the words of a step after a registry has answered', REGISTRY],
  ['the words of a step after a carrier or WhatsApp has answered', CHANNELS],
  ['a refusal as the customer can correct it', REFUSALS],
  ['a provider that is down makes what was not known no better known', LOOKUPS],
] as const) {
  describe(title, () => {
    for (const [what, step, reply, expected, question] of rows) {
      test(what, () => {
        const found = apply(step, question ?? step.call ?? 'read_brand', reply, at).step
        const members = Object.keys(expected) as (keyof Step)[]
        assert.deepEqual(Object.fromEntries(members.map((member) => [member, found[member]])), expected)
      })
    }
  })
}

test('a number that needs no campaign is connected, and says so', () => {
  const { step } = apply(asked('carrier', 'connect_number'), 'connect_number', connection('connected'), {
    ...at,
    hasCampaign: false,
  })
  assert.deepEqual([step.state, step.says], ['done', 'The number is connected.'])
})

describe('what is written beside the step', () => {
  test('the campaign that has ended, and what became of a WhatsApp number', () => {
    const effects = (step: Step, reply: ProviderResponse) => apply(step, step.call ?? 'read_brand', reply, at).effects
    assert.deepEqual(effects(asked('campaign', 'deactivate_campaign'), done), [
      { kind: 'campaign_ended', id: CAMPAIGN_ID },
    ])
    assert.deepEqual(effects(asked('whatsapp', 'register_number'), done), [{ kind: 'whatsapp', event: 'registered' }])
    assert.deepEqual(effects(asked('whatsapp', 'register_number'), refused()), [{ kind: 'whatsapp', event: 'failed' }])
    assert.deepEqual(effects(asked('carrier', 'connect_number'), refused()), [])
  })
})

test('every command that is refused is for the customer, every question for the operator', () => {
  for (const call of CALLS) {
    const { state } = apply(asked('brand', call), call, refused(), at).step
    // A mail that is not sent again is nothing that the customer could correct: its answer is still waited for.
    const expected = call === 'resend_authentication' ? 'waiting' : 'correction_needed'
    assert.equal(state, /^(read|find)_/.test(call) ? 'parked' : expected, call)
  }
})

describe('D14: a number that was put into its campaign', () => {
  const carrier = aStep('carrier', { state: 'done', call: 'read_assignment' })
  const assignment = (status: NumberAssignment['status'], says: string | null = null): NumberAssignment => ({
    status,
    says,
  })
  test('stays where it is, or on its way', () => {
    for (const status of ['assigned', 'pending', 'leaving'] as const)
      assert.equal(onDropped(carrier, assignment(status)), null, status)
  })
  test('and is there no longer is to be put back', () => {
    const advice = 'Complete again to put it back, or use another number.'
    for (const [found, why] of [
      [null, 'The number is no longer in its campaign.'],
      [assignment('elsewhere'), 'The number is no longer in its campaign.'],
      [assignment('failed', 'A network took it out.'), 'A network took it out.'],
    ] as const) {
      const says = `${why} ${advice}`
      const feedback = [{ category: 'ASSIGNMENT', fields: ['sending_phone_number'], says }]
      assert.deepEqual(onDropped(carrier, found), { ...carrier, state: 'correction_needed', says, feedback })
    }
  })
})
