import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aCompleteStoredBrand,
  aStep,
  aStoredCampaign,
  BRAND_ID,
  CAMPAIGN_ID,
  OTHER_CAMPAIGN_ID,
} from '../../../../test/kit/builders/registrations.ts'
import type { Campaign } from '../../campaigns/index.ts'
import { firstProfile, type Profile } from '../../profiles/index.ts'
import type { Registration, StepName } from '../registration.fields.ts'
import type { MappedCampaign } from './campaign-mapping.rules.ts'
import { type CompletionInput, type Configured, type Intent, intentOf } from './intent.rules.ts'

/** What a completion freezes, locks and plans (decision 21). */

const useCase = (
  messagingUseCaseUs: Campaign['useCases'][number]['messagingUseCaseUs'],
  ...sampleMessages: string[]
) => ({
  id: messagingUseCaseUs,
  messagingUseCaseUs,
  sampleMessages,
  createdAt: '2026-03-25T10:43:34+00:00',
  updatedAt: null,
})
const campaign = (parts: Partial<Campaign> = {}) =>
  aStoredCampaign({ useCases: [useCase('MARKETING', 'One.', 'Two.')], helpMessage: 'Help.', ...parts })

const profile = (parts: Partial<Profile> = {}): Profile => ({
  ...firstProfile({ id: 'p', brandId: BRAND_ID, organizationId: 'o', now: '2026-03-25T10:43:34+00:00' }),
  brand: aCompleteStoredBrand(),
  inherit_tcr_campaign: false,
  sending_phone_number: '+12025550100',
  ...parts,
})

function intended(parts: {
  profile?: Partial<Profile>
  input?: Partial<CompletionInput>
  has?: Partial<Configured>
}): Intent {
  const input: CompletionInput = {
    campaigns: [campaign()],
    organizationCampaigns: [],
    reached: [],
    registration: null,
    wabaPhoneNumberId: '1234567890',
    numbersChanged: false,
    generations: new Map(),
    declined: new Map(),
    taken: new Map(),
    ...parts.input,
  }
  const has = { mocks: false, vetting: false, carrier: true, whatsapp: true, changeableInCampaign: [], ...parts.has }
  return intentOf(profile(parts.profile), input, has)
}

const stepOf = ({ steps }: Intent, name: StepName) => steps.find(({ step }) => step === name) ?? assert.fail(name)

test('a first completion freezes and locks the brand and every campaign', () => {
  const other = campaign({ id: OTHER_CAMPAIGN_ID })
  const found = intended({ input: { campaigns: [campaign(), other] } })
  assert.deepEqual(
    [found.brand?.id, found.brand?.isOwn, found.brand?.request.reference, found.brand?.request.isMock],
    [BRAND_ID, true, BRAND_ID, false],
  )
  assert.deepEqual(
    found.campaigns.map(({ id, generation, request }) => [id, generation, request.reference]),
    [
      [CAMPAIGN_ID, 1, CAMPAIGN_ID],
      [OTHER_CAMPAIGN_ID, 1, OTHER_CAMPAIGN_ID],
    ],
  )
  assert.equal(stepOf(found, 'campaign').call, 'submit_campaign')
})

test('a profile without a brand has no intent: the prerequisites come first', () => {
  assert.throws(() => intended({ profile: { brand: null } }), /a profile without a brand is not completed/)
})

describe('what is locked', () => {
  const overLimit = campaign({
    id: OTHER_CAMPAIGN_ID,
    useCases: (['MARKETING', 'TWO_FA', 'M2M', 'FRAUD_ALERT', 'CUSTOMER_CARE', 'SECURITY_ALERT'] as const).map((name) =>
      useCase(name, 'x'),
    ),
  })
  const table: [string, Parameters<typeof intended>[0], brand: string | null, campaigns: string[]][] = [
    [
      'nothing, where the brand lacks something',
      { profile: { brand: aCompleteStoredBrand({ contact: {} }) } },
      null,
      [],
    ],
    ['nothing, where a campaign is refused', { input: { campaigns: [campaign(), overLimit] } }, null, []],
    [
      'not a brand that the registry has',
      { profile: { brand: aCompleteStoredBrand({ lock: 'submitted' }) } },
      null,
      [CAMPAIGN_ID],
    ],
    [
      'not a brand that is locked already',
      { profile: { brand: aCompleteStoredBrand({ lock: 'submitting' }) } },
      null,
      [CAMPAIGN_ID],
    ],
    ['no campaign that the registry has', { input: { campaigns: [campaign({ lock: 'submitted' })] } }, BRAND_ID, []],
    ['no campaign that is locked already', { input: { campaigns: [campaign({ lock: 'submitting' })] } }, BRAND_ID, []],
    ['no campaign while those of the organization serve', { profile: { inherit_tcr_campaign: true } }, BRAND_ID, []],
    ['nothing, where no registry is asked', { profile: { brand: aCompleteStoredBrand({ compliance: {} }) } }, null, []],
    [
      'not a brand whose submission is to be looked up',
      {
        input: {
          registration: {
            steps: [aStep('brand', { subject: BRAND_ID, state: 'parked', call: 'submit_brand' })],
          } as unknown as Registration,
        },
      },
      null,
      [CAMPAIGN_ID],
    ],
    [
      'not a campaign whose submission is to be looked up, though another is sent',
      {
        input: {
          campaigns: [campaign(), campaign({ id: OTHER_CAMPAIGN_ID })],
          registration: {
            steps: [aStep('campaign', { subject: CAMPAIGN_ID, state: 'parked', call: 'submit_campaign' })],
          } as unknown as Registration,
        },
      },
      BRAND_ID,
      [OTHER_CAMPAIGN_ID],
    ],
  ]
  for (const [what, given, brandId, campaigns] of table) {
    test(what, () => {
      const found = intended(given)
      assert.deepEqual([found.brand?.id ?? null, found.campaigns.map(({ id }) => id)], [brandId, campaigns])
    })
  }

  test("the organization's brand, which is not the profile's own", () => {
    const inherited = { inherit_tcr_brand: true, organizationBrand: aCompleteStoredBrand({ id: 'theirs' }) }
    const found = intended({ profile: inherited }).brand
    assert.deepEqual([found?.id, found?.isOwn], ['theirs', false])
  })
})

describe('what the requests and the plan take from the profile, its brand and the server', () => {
  test('mocks are submitted as such', () => {
    const found = intended({ has: { mocks: true } })
    assert.deepEqual([found.brand?.request.isMock, stepOf(found, 'campaign_review').state], [true, 'skipped'])
  })

  test('C18: a person without a business is told so before anything is locked', () => {
    const person = aCompleteStoredBrand({
      contact: { name: 'John Smith', phone: '+12025551234', email: 'j@acme.example', mobile_phone: '+12025551234' },
      business: { ...aCompleteStoredBrand().business, legal_name: null, entity_type: 'SOLE_PROPRIETOR' },
    })
    const alone = { brand: person, name: 'Sales Team' }
    for (const inherits of [true, false]) {
      const found = intended({ profile: { ...alone, inherit_tcr_campaign: inherits } })
      assert.deepEqual([found.brand, found.campaigns, stepOf(found, 'brand').state], [null, [], 'correction_needed'])
      assert.deepEqual(stepOf(found, 'brand').feedback[0]?.fields, ['brand.business.entityType'])
    }
  })

  test('few messages a day make a campaign of several use cases one of low volume', () => {
    const compliance = { ...aCompleteStoredBrand().compliance, expected_messaging_volume: '100' }
    const campaigns = [campaign({ useCases: [useCase('MARKETING', 'x'), useCase('M2M', 'y')] })]
    const found = intended({ profile: { brand: aCompleteStoredBrand({ compliance }) }, input: { campaigns } })
    assert.equal(found.campaigns[0]?.request.usecase, 'LOW_VOLUME')
  })

  const references: [Partial<Profile>, [StepName, string][]][] = [
    [
      {},
      [
        ['copy_numbers', 'skipped'],
        ['carrier', 'pending'],
        ['whatsapp', 'pending'],
      ],
    ],
    [
      { sending_phone_number_profile_id: 'other' },
      [
        ['copy_numbers', 'pending'],
        ['carrier', 'skipped'],
        ['whatsapp', 'pending'],
      ],
    ],
    [
      { sending_whatsapp_number_profile_id: 'other' },
      [
        ['copy_numbers', 'pending'],
        ['carrier', 'pending'],
        ['whatsapp', 'skipped'],
      ],
    ],
  ]
  for (const [given, steps] of references) {
    test(`numbers of ${Object.keys(given)[0] ?? 'its own'}`, () => {
      const found = intended({ profile: given })
      for (const [name, state] of steps) assert.equal(stepOf(found, name).state, state, name)
    })
  }

  test('what the registry has charged before is kept', () => {
    const registration = { steps: [aStep('brand', { subject: BRAND_ID, fee: 4.5 })] } as unknown as Registration
    assert.equal(stepOf(intended({ input: { registration } }), 'brand').fee, 4.5)
  })
})

describe('a campaign that the registry may have had', () => {
  const before = (): MappedCampaign => intended({}).campaigns[0]?.request ?? assert.fail('nothing is frozen')
  const beforePhones = () => {
    const { hasEmbeddedPhone: _, ...others } = before()
    return others as MappedCampaign
  }
  const tcr = { tcrCampaignId: 'C' }
  const samples = (...texts: string[]) => ({ ...tcr, useCases: [useCase('MARKETING', ...texts)] })

  interface Row {
    what: string
    stored: Partial<Campaign>
    /** How often it was frozen as something new. */
    frozen?: number
    declined?: () => MappedCampaign
    changeable?: string[]
    expected: [call: string, generation: number]
  }
  const table: Row[] = [
    { what: 'never', stored: {}, expected: ['submit_campaign', 1] },
    { what: 'never, frozen once', stored: {}, frozen: 1, expected: ['submit_campaign', 1] },
    { what: 'no longer', stored: {}, frozen: 2, declined: before, expected: ['submit_campaign', 2] },
    { what: 'from elsewhere', stored: tcr, expected: ['deactivate_campaign', 1] },
    { what: 'and nothing else is known of it', stored: tcr, frozen: 1, expected: ['deactivate_campaign', 2] },
    { what: 'Telnyx', stored: { telnyxCampaignId: 'T' }, frozen: 2, expected: ['deactivate_campaign', 3] },
    { what: 'as it still is', stored: tcr, frozen: 1, declined: before, expected: ['update_campaign', 1] },
    {
      what: 'with another text, which can be changed',
      stored: { ...tcr, description: 'New' },
      frozen: 1,
      declined: before,
      changeable: ['description'],
      expected: ['update_campaign', 1],
    },
    {
      what: 'with another text, which cannot be changed',
      stored: { ...tcr, description: 'New' },
      frozen: 1,
      declined: before,
      expected: ['deactivate_campaign', 2],
    },
    {
      what: 'with two other texts, of which one can be changed',
      stored: { ...tcr, description: 'New', messageFlow: 'New' },
      frozen: 1,
      declined: before,
      changeable: ['description'],
      expected: ['deactivate_campaign', 2],
    },
    {
      what: 'with a text that was cleared',
      stored: { ...tcr, helpMessage: null },
      frozen: 1,
      declined: before,
      changeable: ['helpMessage'],
      expected: ['deactivate_campaign', 2],
    },
    {
      what: 'with other samples',
      stored: samples('One.', 'Other.'),
      frozen: 1,
      declined: before,
      changeable: ['samples'],
      expected: ['update_campaign', 1],
    },
    {
      what: 'with fewer samples',
      stored: samples('One.'),
      frozen: 1,
      declined: before,
      changeable: ['samples'],
      expected: ['deactivate_campaign', 2],
    },
    {
      what: 'before a member was known that cannot be changed',
      stored: tcr,
      frozen: 1,
      declined: beforePhones,
      expected: ['deactivate_campaign', 2],
    },
  ]
  for (const { what, stored, frozen, declined, changeable = [], expected } of table) {
    test(`${what}: ${expected.join(' ')}`, () => {
      const found = intended({
        input: {
          campaigns: [campaign(stored)],
          generations: new Map(frozen === undefined ? [] : [[CAMPAIGN_ID, frozen]]),
          declined: new Map(declined === undefined ? [] : [[CAMPAIGN_ID, declined()]]),
        },
        has: { changeableInCampaign: changeable },
      })
      const [call, generation] = expected
      assert.equal(stepOf(found, 'campaign').call, call)
      const reference = generation === 1 ? CAMPAIGN_ID : `${CAMPAIGN_ID}-${generation}`
      assert.deepEqual(
        found.campaigns.map((one) => [one.generation, one.request.reference]),
        [[generation, reference]],
      )
    })
  }
})
