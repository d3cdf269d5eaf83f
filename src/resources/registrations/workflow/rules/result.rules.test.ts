import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addBrokenRules } from '../../../../contract/fields/rule.ts'
import { type CompletionFacts, PREREQUISITES, type ResultFacts, resultOf, statusAfter } from './result.rules.ts'

const ready: CompletionFacts = {
  shortName: 'SALES',
  description: 'Reminders',
  inheritsBrand: false,
  hasOwnBrand: true,
  hasOrganizationBrand: false,
  isTcrApplication: true,
  inheritsCampaign: false,
  ownCampaigns: 1,
  organizationCampaigns: 0,
  deadReferences: [],
}

const SENTENCES: Record<string, string> = {
  short_name: 'short_name is required to complete the profile',
  description: 'description is required to complete the profile',
  sending_phone_number_profile_id: 'sending_phone_number_profile_id names a profile that no longer exists',
  sending_whatsapp_number_profile_id: 'sending_whatsapp_number_profile_id names a profile that no longer exists',
  brand: 'brand is required to complete the profile',
  inherit_tcr_brand: 'The organization has no brand to inherit: give it one, or send a brand for the profile',
  campaign: 'A TCR application needs at least one campaign: create one for the profile',
  inherit_tcr_campaign:
    'The organization has no campaign to inherit: give it one, or set inherit_tcr_campaign to false and create one for the profile',
}

describe('what must hold before a profile is completed', () => {
  const table: [string, Partial<CompletionFacts>, string[]][] = [
    ['everything is there', {}, []],
    ['no short name', { shortName: null }, ['short_name']],
    ['no description', { description: null }, ['description']],
    ['a blank description', { description: '  ' }, ['description']],
    ['no brand of its own', { hasOwnBrand: false, isTcrApplication: false }, ['brand']],
    ['an inherited brand that is there', { inheritsBrand: true, hasOwnBrand: false, hasOrganizationBrand: true }, []],
    ['an inherited brand that is not there', { inheritsBrand: true }, ['inherit_tcr_brand']],
    ['a TCR application without a campaign', { ownCampaigns: 0 }, ['campaign']],
    ['no TCR application, no campaign', { isTcrApplication: false, ownCampaigns: 0 }, []],
    ['an inherited campaign that is there', { inheritsCampaign: true, ownCampaigns: 0, organizationCampaigns: 1 }, []],
    ['an inherited campaign that is not there', { inheritsCampaign: true }, ['inherit_tcr_campaign']],
    [
      'numbers of profiles that are gone',
      { deadReferences: ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id'] },
      ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id'],
    ],
    [
      'nothing at all',
      { shortName: null, description: null, hasOwnBrand: false, isTcrApplication: false },
      ['short_name', 'description', 'brand'],
    ],
  ]
  for (const [what, facts, members] of table) {
    test(`${what}: ${members.join(', ') || 'accepted'}`, () => {
      const details: Record<string, string[]> = {}
      addBrokenRules(PREREQUISITES, { ...ready, ...facts }, details)
      assert.deepEqual(Object.keys(details), members)
      for (const member of members) assert.deepEqual(details[member], [SENTENCES[member]])
    })
  }
})

const through: ResultFacts = {
  hasSms: true,
  hasWhatsapp: true,
  isTcrApplication: true,
  inheritsBrand: false,
  inheritsCampaign: false,
  isBrandSubmitted: true,
  areCampaignsSubmitted: true,
  hasMainDestination: false,
}

describe('the result of a run', () => {
  const table: [string, Partial<ResultFacts>, 'COMPLETED' | 'SUBMITTED'][] = [
    ['own brand and campaigns, both submitted', {}, 'COMPLETED'],
    ['one of the channels is missing', { hasSms: false }, 'COMPLETED'],
    ['the other channel is missing', { hasWhatsapp: false }, 'COMPLETED'],
    ['both channels are missing', { hasSms: false, hasWhatsapp: false }, 'SUBMITTED'],
    ['own brand, not submitted', { isBrandSubmitted: false }, 'SUBMITTED'],
    ['own campaigns, not submitted', { areCampaignsSubmitted: false }, 'SUBMITTED'],
    ['both inherited', { inheritsBrand: true, inheritsCampaign: true, isBrandSubmitted: false }, 'COMPLETED'],
    ['brand inherited, campaign not submitted', { inheritsBrand: true, areCampaignsSubmitted: false }, 'SUBMITTED'],
    ['brand inherited, campaign submitted', { inheritsBrand: true }, 'COMPLETED'],
    ['campaign inherited, brand submitted', { inheritsCampaign: true, areCampaignsSubmitted: false }, 'COMPLETED'],
    ['no TCR application', { isTcrApplication: false, isBrandSubmitted: false }, 'COMPLETED'],
    ['no TCR application, a main destination', { isTcrApplication: false, hasMainDestination: true }, 'SUBMITTED'],
    ['a TCR application with a main destination', { hasMainDestination: true }, 'COMPLETED'],
  ]
  for (const [what, facts, expected] of table) {
    test(`${what}: ${expected}`, () => assert.equal(resultOf({ ...through, ...facts }).result, expected))
  }

  const reasons: [string, Partial<ResultFacts>][] = [
    ['The registry has the brand and the campaigns.', {}],
    ['The registry does not have the brand and the campaigns yet.', { isBrandSubmitted: false }],
    ['Nothing is left to do.', { inheritsBrand: true, inheritsCampaign: true }],
    ['Nothing is left to do.', { isTcrApplication: false }],
    ['A main destination country is named: a person decides.', { isTcrApplication: false, hasMainDestination: true }],
    ['Neither an SMS nor a WhatsApp number is set up: a person decides.', { hasSms: false, hasWhatsapp: false }],
  ]
  for (const [because, facts] of reasons) {
    test(because, () => assert.equal(resultOf({ ...through, ...facts }).because, because))
  }
})

describe('the status after a run', () => {
  const table = [
    ['COMPLETED', 'incomplete', 'approved'],
    ['COMPLETED', 'rejected', 'approved'],
    ['SUBMITTED', 'incomplete', 'pending_review'],
    ['SUBMITTED', 'rejected', 'pending_review'],
    ['SUBMITTED', 'approved', 'approved'],
    ['failed', 'incomplete', 'incomplete'],
    ['failed', 'approved', 'approved'],
    ['failed', 'rejected', 'rejected'],
  ] as const
  for (const [result, before, expected] of table) {
    test(`${result} after ${before}: ${expected}`, () => assert.equal(statusAfter(result, before), expected))
  }
})
