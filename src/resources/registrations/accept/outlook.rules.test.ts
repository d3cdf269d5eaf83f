import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aCompleteStoredBrand,
  aCompletionInput,
  aStoredCampaign,
  BRAND_ID,
  CAMPAIGN_ID,
} from '../../../../test/kit/builders/registrations.ts'
import { firstProfile, type Profile } from '../../profiles/index.ts'
import type { Registration } from '../registration.fields.ts'
import type { CompletionInput } from './intent.rules.ts'
import { type Outlook, outlookOf } from './outlook.rules.ts'

const FEES = { brand: 4.5, revet: 4.5, vetting: 41.5, campaignReview: null }

function outlook(parts: Partial<Profile>, input: Partial<CompletionInput> = {}, vetting = false): Outlook {
  const profile: Profile = {
    ...firstProfile({ id: 'p', brandId: BRAND_ID, organizationId: 'o', now: '2026-03-25T10:43:34+00:00' }),
    status: 'incomplete',
    brand: aCompleteStoredBrand(),
    short_name: 'SALES',
    description: 'Sales',
    inherit_tcr_campaign: false,
    sending_phone_number: '+12025550100',
    ...parts,
  }
  const whole = aCompletionInput({ campaigns: [aStoredCampaign()], ...input })
  const has = { mocks: false, vetting, carrier: true, whatsapp: true, changeableInCampaign: [], registryFees: FEES }
  return outlookOf(profile, whole, has)
}

test('a profile that is ready: what is locked, who is asked, and what is charged', () => {
  assert.deepEqual(outlook({}, {}, true), {
    state: 'ready',
    problems: {},
    locks: [
      { what: 'brand', id: BRAND_ID },
      { what: 'campaign', id: CAMPAIGN_ID },
    ],
    providers: ['brand_registry', 'carrier'],
    orders: [
      { for: 'brand', subject: BRAND_ID, dollars: 4.5 },
      { for: 'vetting', subject: BRAND_ID, dollars: 41.5 },
      { for: 'campaign_review', subject: CAMPAIGN_ID, dollars: null },
    ],
  })
})

test('a corrected brand is checked again, which is charged, and a registered one is not', () => {
  const corrected = outlook({ brand: aCompleteStoredBrand({ tcr_brand_id: 'BABC123', identity_status: 'UNVERIFIED' }) })
  assert.deepEqual(
    corrected.orders.map((order) => order.for),
    ['brand_check', 'campaign_review'],
  )
  const registered = outlook({
    brand: aCompleteStoredBrand({ tcr_brand_id: 'BABC123', identity_status: 'VERIFIED', lock: 'submitted' }),
  })
  assert.deepEqual(
    [registered.orders.map((order) => order.for), registered.locks],
    [['campaign_review'], [{ what: 'campaign', id: CAMPAIGN_ID }]],
  )
})

test('what is missing is told by member, and nothing is locked or charged', () => {
  const lacking = outlook({ short_name: null, brand: null, inherit_tcr_brand: false })
  assert.deepEqual(lacking.state, 'incomplete')
  assert.deepEqual(Object.keys(lacking.problems), ['short_name', 'brand'])
  assert.deepEqual([lacking.locks, lacking.orders, lacking.providers], [[], [], []])
  const refused = outlook({
    brand: aCompleteStoredBrand({ business: { ...aCompleteStoredBrand().business, state: 'Oregon' } }),
  })
  assert.deepEqual(refused, {
    state: 'incomplete',
    problems: { 'brand.business.state': ['The registry takes a US state as its two letters.'] },
    locks: [],
    providers: [],
    orders: [],
  })
})

test('a run that is under way is joined, and a profile that is complete is left alone', () => {
  const registration = (state: Registration['state']) => ({ state, steps: [] }) as unknown as Registration
  assert.equal(outlook({}, { registration: registration('running') }).state, 'running')
  assert.equal(outlook({ status: 'approved' }).state, 'complete')
})
