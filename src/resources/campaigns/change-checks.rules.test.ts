import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readBody } from '../../contract/fields/patch.ts'
import { campaignBody, deleteCampaignRequest } from './campaign.fields.ts'
import type { CampaignChange } from './campaign.rules.ts'
import { checkDeletion, readCampaign } from './change-checks.rules.ts'

const whole = {
  name: 'A',
  description: 'B',
  type: 'App',
  useCases: [{ messagingUseCaseUs: 'MARKETING', sampleMessages: ['Hello.'] }],
}
const own: CampaignChange = { isInheriting: false, current: null }
const inheriting: CampaignChange = { isInheriting: true, current: null }

interface Given {
  body: JsonObject
  change?: CampaignChange
  early?: Record<string, string[]>
  isStrict?: boolean
}

const read = ({ body, change = own, early = {}, isStrict = false }: Given) =>
  readCampaign({ reading: readBody(campaignBody, body, false), earlyProblems: early, isStrict }, change)
const deletion = ({ body, change = own, early = {}, isStrict = false }: Given) =>
  checkDeletion({ reading: readBody(deleteCampaignRequest, body, false), earlyProblems: early, isStrict }, change)

test('a campaign that may be written is read without its nulls and without what is not known', () => {
  const body = { campaign: { ...whole, helpMessage: null, mood: 'good' }, colour: 'red', sandbox: null }
  assert.deepEqual(read({ body }), whole)
})

test('a deletion needs no body, and is refused for what is not known in strict mode only', () => {
  deletion({ body: {} })
  deletion({ body: { sandbox: true, colour: 'red' } })
  assert.throws(() => deletion({ body: { colour: 'red' }, isStrict: true }), { code: 'VALIDATION_001' })
})

describe('what is refused, with every problem at once', () => {
  const inherited = 'Cannot provide campaign data when inherit_tcr_campaign is true.'
  const table: [string, Given, string[]][] = [
    ['no campaign', { body: {} }, ['campaign']],
    ['a member that is wrong', { body: { campaign: { ...whole, name: '' } } }, ['campaign.name']],
    ['what was found before', { body: { campaign: whole }, early: { sandbox: ['no'] } }, ['sandbox']],
    ['what is not known, in strict mode', { body: { campaign: whole, colour: 'red' }, isStrict: true }, ['colour']],
    [
      'all of it',
      {
        body: { campaign: { ...whole, name: '' }, colour: 'red' },
        change: inheriting,
        early: { sandbox: ['no'] },
        isStrict: true,
      },
      ['campaign', 'campaign.name', 'colour', 'sandbox'],
    ],
  ]
  for (const [what, given, members] of table) {
    test(`${what}: ${members.join(', ')}`, () => {
      assert.throws(
        () => read(given),
        (error: { code: string; details: object }) => {
          assert.deepEqual([error.code, Object.keys(error.details).sort()], ['VALIDATION_001', members])
          return true
        },
      )
    })
  }

  test('campaigns of the organization, for a change and for a deletion', () => {
    const refused = (says: string) => ({ code: 'VALIDATION_001', details: { campaign: [says] } })
    assert.throws(() => read({ body: { campaign: whole }, change: inheriting }), refused(inherited))
    const kept = 'Cannot delete a campaign when inherit_tcr_campaign is true.'
    assert.throws(() => deletion({ body: {}, change: inheriting }), refused(kept))
  })

  test('a deletion whose sandbox is no boolean', () => {
    assert.throws(() => deletion({ body: { sandbox: 'yes' } }), { code: 'VALIDATION_001' })
  })
})
