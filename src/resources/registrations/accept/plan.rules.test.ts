import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aStep,
  BRAND_ID,
  CAMPAIGN_ID,
  OTHER_CAMPAIGN_ID,
  SNAPSHOT,
} from '../../../../test/kit/builders/registrations.ts'
import type { Step, StepName } from '../registration.fields.ts'
import { incomplete, type PlanFacts, type PlannedBrand, type PlannedCampaign, planSteps } from './plan.rules.ts'

/** The plan as a table: what is known of a profile in, the steps of a run out (contract 8.12, decision 21). */

const freshBrand: PlannedBrand = {
  id: BRAND_ID,
  isInherited: false,
  lock: null,
  tcr_brand_id: null,
  identity_status: null,
  problems: [],
  ordered: null,
  isListed: false,
}
const freshCampaign: PlannedCampaign = {
  id: CAMPAIGN_ID,
  lock: null,
  tcrCampaignId: null,
  telnyxCampaignId: null,
  sharingStatus: null,
  status: null,
  problems: [],
  isChangeable: false,
  ordered: null,
}
const EVERYTHING = { mocks: false, vetting: true, carrier: true, whatsapp: true }

/** A TCR application with a brand and a campaign of its own and both numbers, on a server with every provider. */
function facts(parts: Partial<PlanFacts> = {}): PlanFacts {
  return {
    isTcrApplication: true,
    inheritsCampaign: false,
    brand: freshBrand,
    campaigns: [freshCampaign],
    usesOtherSmsNumber: false,
    usesOtherWhatsappNumber: false,
    sendingPhoneNumber: '+12025551234',
    numberProblem: null,
    wabaPhoneNumberId: '1234567890',
    has: EVERYTHING,
    before: [],
    ...parts,
  }
}

const brand = (parts: Partial<PlannedBrand>): Partial<PlanFacts> => ({ brand: { ...freshBrand, ...parts } })
const campaign = (parts: Partial<PlannedCampaign>): Partial<PlanFacts> => ({
  campaigns: [{ ...freshCampaign, ...parts }],
})
const without = (provider: keyof PlanFacts['has']): Partial<PlanFacts> => ({
  has: { ...EVERYTHING, [provider]: false },
})

function planned(name: StepName, parts: Partial<PlanFacts> = {}): Step {
  const found = planSteps(facts(parts)).filter(({ step }) => step === name)
  assert.equal(found.length, 1, `one step ${name}`)
  return found[0] as Step
}

const PROBLEMS = [
  { field: 'brand.business.taxId', says: 'is required' },
  { field: 'brand.contact.phone', says: 'has no country' },
  { field: 'brand.business.city', says: 'is required' },
]

test('a first run does everything, in the order in which each step needs those before it', () => {
  const more = { campaigns: [freshCampaign, { ...freshCampaign, id: OTHER_CAMPAIGN_ID }] }
  assert.deepEqual(planSteps(facts(more)), [
    aStep('copy_numbers', { state: 'skipped', says: 'No number of another profile is used.' }),
    aStep('brand', { subject: BRAND_ID, call: 'submit_brand' }),
    aStep('identity', { subject: BRAND_ID, call: 'read_brand' }),
    aStep('vetting', { subject: BRAND_ID, call: 'read_vetting' }),
    aStep('campaign', { subject: CAMPAIGN_ID, call: 'submit_campaign' }),
    aStep('campaign', { subject: OTHER_CAMPAIGN_ID, call: 'submit_campaign' }),
    aStep('campaign_review', { subject: CAMPAIGN_ID, call: 'read_campaign' }),
    aStep('campaign_review', { subject: OTHER_CAMPAIGN_ID, call: 'read_campaign' }),
    aStep('carrier', { call: 'find_messaging_profile' }),
    aStep('whatsapp', { call: 'subscribe_app' }),
    aStep('status'),
  ])
})

test('where there is nothing to do, every step is there and says why', () => {
  const nothing = { isTcrApplication: false, sendingPhoneNumber: null, wabaPhoneNumberId: null }
  assert.deepEqual(
    planSteps(facts(nothing)).map(({ step, subject, state }) => [step, subject, state]),
    [
      ['copy_numbers', null, 'skipped'],
      ['brand', BRAND_ID, 'skipped'],
      ['identity', BRAND_ID, 'skipped'],
      ['vetting', BRAND_ID, 'skipped'],
      ['campaign', null, 'skipped'],
      ['campaign_review', null, 'skipped'],
      ['carrier', null, 'skipped'],
      ['whatsapp', null, 'skipped'],
      ['status', null, 'pending'],
    ],
  )
})

/** What is known, and the step that follows: its state, then its call or why it has none. */
type Row = [what: string, given: Partial<PlanFacts>, expected: string]

const vetted = aStep('vetting', { subject: BRAND_ID, state: 'done', says: 'Vetting active; score 71' })
const registered = aStep('whatsapp', { state: 'done', says: 'The number is registered.' })
const bad = { problems: PROBLEMS }
const noTcr = { isTcrApplication: false }
const allInherited = { ...brand({ isInherited: true }), inheritsCampaign: true }

const BRAND: Row[] = [
  ['no TCR application', noTcr, 'skipped: The brand is no TCR application, so no registry gets it.'],
  ['brand and campaigns of the organization', allInherited, "skipped: The organization's brand is used as it is."],
  ["the organization's brand for campaigns of its own", brand({ isInherited: true }), 'pending: submit_brand'],
  ["a brand of its own for the organization's campaigns", { inheritsCampaign: true }, 'pending: submit_brand'],
  ['a brand that the registry has', brand({ lock: 'submitted', ...bad }), 'done: The registry has the brand.'],
  [
    'an inherited brand that the registry has',
    brand({ lock: 'submitted', isInherited: true }),
    'done: The registry has the brand.',
  ],
  [
    'an inherited brand that another completion registers',
    brand({ lock: 'submitting', isInherited: true, ...bad }),
    'waiting: Another profile’s completion registers this brand.',
  ],
  ['an own brand that was locked before', brand({ lock: 'submitting' }), 'pending: submit_brand'],
  ['a brand with problems', brand(bad), 'correction_needed'],
  ['a corrected brand', brand({ tcr_brand_id: 'BABC123' }), 'pending: update_brand'],
]

const IDENTITY: Row[] = [
  ['a brand that is not registered here', noTcr, 'skipped: Only a brand that is registered here is checked.'],
  ...['VERIFIED', 'VETTED_VERIFIED', 'SELF_DECLARED'].map((status): Row => {
    const given = brand({ lock: 'submitted', identity_status: status })
    return [`a registered brand that is ${status}`, given, `done: ${status}`]
  }),
  ...['UNVERIFIED', null].map((status): Row => {
    const given = brand({ lock: 'submitted', identity_status: status })
    return [`a registered brand whose identity is ${status}`, given, 'pending: read_brand']
  }),
  ['a brand that was VERIFIED before its change', brand({ identity_status: 'VERIFIED' }), 'pending: read_brand'],
]

const VETTING: Row[] = [
  ['a server without vetting', without('vetting'), 'skipped: External vetting is not configured.'],
  ['a brand that is not registered here', noTcr, 'skipped: Only a brand that is registered here is vetted.'],
  ['a brand that came vetted', brand({ identity_status: 'VETTED_VERIFIED' }), 'done: The brand is vetted.'],
  ['a vetting of the run before', { before: [vetted] }, 'done: Vetting active; score 71'],
  ['a vetting of another brand', { before: [{ ...vetted, subject: 'another' }] }, 'pending: read_vetting'],
  ['a vetting that did not end', { before: [{ ...vetted, state: 'waiting' }] }, 'pending: read_vetting'],
  ['another step of the brand', { before: [{ ...vetted, step: 'identity' }] }, 'pending: read_vetting'],
]

const NO_CAMPAIGN: Row[] = [
  ['no TCR application', noTcr, 'skipped: The brand is no TCR application, so no registry gets a campaign.'],
  [
    "the organization's campaigns",
    { inheritsCampaign: true },
    "skipped: The organization's campaigns are used as they are.",
  ],
]

const CAMPAIGN: Row[] = [
  ...NO_CAMPAIGN,
  ['a campaign that the registry has', campaign({ lock: 'submitted', ...bad }), 'done: The registry has the campaign.'],
  ['a campaign with problems', campaign({ isChangeable: true, ...bad }), 'correction_needed'],
  [
    'a declined campaign that is changed there',
    campaign({ tcrCampaignId: 'C', isChangeable: true }),
    'pending: update_campaign',
  ],
  ['a declined campaign of TCR', campaign({ tcrCampaignId: 'C' }), 'pending: deactivate_campaign'],
  ['a declined campaign of Telnyx', campaign({ telnyxCampaignId: 'T' }), 'pending: deactivate_campaign'],
]

const accepted = { lock: 'submitted', sharingStatus: 'ACCEPTED', status: 'ACTIVE' } as const
const REVIEW: Row[] = [
  ...NO_CAMPAIGN,
  ['mocks', { has: { ...EVERYTHING, mocks: true } }, 'skipped: A mock is not shared, so nobody reviews it.'],
  ['a campaign that was accepted', campaign(accepted), 'done: ACCEPTED'],
  ['a campaign that was given back', campaign({ ...accepted, lock: null }), 'pending: read_campaign'],
  ['a campaign under review', campaign({ ...accepted, sharingStatus: 'PENDING' }), 'pending: read_campaign'],
  ['a campaign that has ended', campaign({ ...accepted, status: 'EXPIRED' }), 'pending: read_campaign'],
]

const CARRIER: Row[] = [
  [
    'a number of another profile',
    { usesOtherSmsNumber: true },
    'skipped: The number is another profile’s, which connects it.',
  ],
  ['no number', { sendingPhoneNumber: null }, 'skipped: The profile has no sending_phone_number.'],
  ['a server without a carrier', without('carrier'), 'skipped: No carrier is configured on this server.'],
]

const WHATSAPP: Row[] = [
  [
    'a number of another profile',
    { usesOtherWhatsappNumber: true },
    'skipped: The number is another profile’s, which registers it.',
  ],
  [
    'no number of its own',
    { wabaPhoneNumberId: null },
    'skipped: The profile has no number of its own in a WhatsApp Business Account.',
  ],
  ['a server without WhatsApp', without('whatsapp'), 'skipped: WhatsApp is not configured on this server.'],
  ['a number that is registered', { before: [vetted, registered] }, 'done: The number is registered.'],
  ['a number that was refused', { before: [{ ...registered, state: 'correction_needed' }] }, 'pending: subscribe_app'],
]

const COPY: Row[] = [
  ['an SMS number of another profile', { usesOtherSmsNumber: true }, 'pending'],
  ['a WhatsApp number of another profile', { usesOtherWhatsappNumber: true }, 'pending'],
]

const TABLE: [StepName, Row[]][] = [
  ['copy_numbers', COPY],
  ['brand', BRAND],
  ['identity', IDENTITY],
  ['vetting', VETTING],
  ['campaign', CAMPAIGN],
  ['campaign_review', REVIEW],
  ['carrier', CARRIER],
  ['whatsapp', WHATSAPP],
]

describe('what each step has to do', () => {
  for (const [step, rows] of TABLE) {
    for (const [what, given, expected] of rows) {
      test(`${step}, ${what}: ${expected}`, () => {
        const { state, call, says } = planned(step, given)
        assert.equal([state, call, says].filter((word) => word !== null).join(': '), expected)
      })
    }
  }
})

describe('what a registry would refuse at once', () => {
  const feedback = [
    { category: 'INCOMPLETE', fields: ['brand.business.taxId', 'brand.business.city'], says: 'is required' },
    { category: 'INCOMPLETE', fields: ['brand.contact.phone'], says: 'has no country' },
  ]

  test('is told by what is wrong, with every member that it is wrong with', () => {
    assert.deepEqual(incomplete(PROBLEMS), feedback)
    assert.deepEqual(incomplete([]), [])
  })

  test('is the feedback of the step', () => {
    assert.deepEqual(planned('brand', brand({ problems: PROBLEMS })).feedback, feedback)
    assert.deepEqual(planned('campaign', campaign({ problems: PROBLEMS })).feedback, feedback)
  })
})

describe('what an earlier run left', () => {
  const parked = aStep('brand', {
    subject: BRAND_ID,
    state: 'parked',
    call: 'submit_brand',
    attempts: 3,
    called_at: 1_700_000_000_000,
    fee: 4.5,
    snapshot: SNAPSHOT,
    says: 'Sent 3 times without an answer.',
  })
  const known = { fee: 4.5, snapshot: SNAPSHOT }
  const lookedUp = { ...known, state: 'unknown', attempts: 3, called_at: 1_700_000_000_000 } as const
  const again = aStep('brand', { subject: BRAND_ID, call: 'submit_brand' })
  const elsewhere = brand({ isInherited: true, lock: 'submitting' })
  const waits = 'Another profile’s completion registers this brand.'

  const table: [string, Partial<Step>, Partial<PlanFacts>, Step][] = [
    ['a call whose outcome is not known is looked up', {}, {}, { ...again, ...lookedUp }],
    [
      'and it stays the call that was made',
      { call: 'revet_brand' },
      {},
      { ...again, ...lookedUp, call: 'revet_brand' },
    ],
    ['a call that may be repeated is', { call: 'update_brand' }, {}, { ...again, ...known }],
    ['a step without a call begins anew', { call: null }, {}, { ...again, ...known }],
    ['a step that was refused begins anew', { state: 'correction_needed' }, {}, { ...again, ...known }],
    ['another brand is nothing known', { subject: OTHER_CAMPAIGN_ID }, {}, again],
    ['another step is nothing known', { step: 'vetting' }, {}, again],
    [
      'what the registry has since is not looked up',
      {},
      brand({ lock: 'submitted' }),
      { ...again, ...known, call: null, state: 'done', says: 'The registry has the brand.' },
    ],
    [
      'a call of its own is looked up while another completion registers the brand, with what this one had frozen',
      {},
      elsewhere,
      { ...again, ...lookedUp, says: waits },
    ],
    [
      'what another completion registers keeps the fee alone',
      { state: 'done' },
      elsewhere,
      { ...again, fee: 4.5, state: 'waiting', call: null, says: waits },
    ],
  ]
  for (const [what, before, given, expected] of table) {
    test(what, () => {
      const found = planned('brand', { ...given, before: [{ ...parked, ...before }] })
      assert.deepEqual(found, expected)
    })
  }
})

describe('C17: a number that no 10DLC campaign takes', () => {
  const numberProblem = { field: 'sending_phone_number', says: 'It is toll-free.' }

  test('is told before anything is sent, with or without a carrier, and where the number is another profile’s', () => {
    const feedback = [{ category: 'NUMBERS', fields: ['sending_phone_number'], says: 'It is toll-free.' }]
    for (const more of [{}, { has: { ...EVERYTHING, carrier: false } }, { usesOtherSmsNumber: true }]) {
      const carrier = planSteps(facts({ numberProblem, ...more })).find(({ step }) => step === 'carrier')
      assert.deepEqual([carrier?.state, carrier?.feedback], ['correction_needed', feedback])
    }
  })
})

describe('D1: what was ordered before', () => {
  const feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: 'Wrong.' }]
  const last = { isLast: true, feedback }
  const known = { ...freshBrand, tcr_brand_id: 'BABC123', identity_status: 'UNVERIFIED' }
  const verified = { ...known, lock: 'submitted' as const, identity_status: 'VERIFIED' }
  const declined = {
    ...freshCampaign,
    tcrCampaignId: 'CABC123',
    sharingStatus: 'DECLINED' as const,
    isChangeable: true,
  }
  const named = (steps: readonly Step[], name: StepName) => steps.find(({ step }) => step === name)

  test('is looked at where the registry has exactly this', () => {
    const brand = named(planSteps(facts({ brand: { ...known, ordered: last } })), 'brand')
    assert.deepEqual([brand?.state, brand?.call], ['pending', 'read_brand'])
    const has = { ...EVERYTHING, vetting: false }
    const steps = planSteps(facts({ brand: verified, campaigns: [{ ...declined, ordered: last }], has }))
    assert.deepEqual([named(steps, 'campaign')?.state, named(steps, 'campaign')?.call], ['pending', 'read_campaign'])
  })

  test('is told again where it was not approved and the registry has something else by now', () => {
    const older = { isLast: false, feedback }
    const brand = named(planSteps(facts({ brand: { ...known, ordered: older } })), 'brand')
    assert.deepEqual([brand?.state, brand?.feedback], ['correction_needed', feedback])
  })

  test('is ordered again where a campaign comes with another brand, or with a vetting that is still to come', () => {
    const campaigns = [{ ...declined, ordered: last }]
    for (const brand of [known, verified])
      assert.equal(named(planSteps(facts({ brand, campaigns })), 'campaign')?.call, 'update_campaign')
  })

  test('and was never at the registry is submitted', () => {
    const brand = named(planSteps(facts({ brand: { ...freshBrand, ordered: last } })), 'brand')
    assert.equal(brand?.call, 'submit_brand')
    const has = { ...EVERYTHING, vetting: false }
    const steps = planSteps(facts({ brand: verified, campaigns: [{ ...freshCampaign, ordered: last }], has }))
    assert.equal(named(steps, 'campaign')?.call, 'submit_campaign')
  })
})
