import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aRegistryCampaign } from '../../../test/kit/builders/registry.ts'
import type { CampaignForRegistry } from '../../ports/brand-registry.ts'
import { done, unavailable } from '../../ports/outcome.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import { closedNetworks, keptUsecases, qualificationRefusals } from './campaign.ts'
import { toQualification } from './wire.ts'

const USECASES = new Map([
  ['MARKETING', true],
  ['CUSTOMER_CARE', true],
  ['M2M', false],
])

function qualification(network: object, more: object = {}) {
  const answer = {
    mnoMetadata: { 10017: { qualify: true, ...network } },
    minSubUsecases: 0,
    maxSubUsecases: 5,
    ...more,
  }
  return toQualification(answer) ?? assert.fail('no qualification')
}

describe('D11: what a registry says of a use case', () => {
  const cases: [title: string, network: object, campaign: Partial<CampaignForRegistry>, member: string | null][] = [
    ['nothing asked for', {}, {}, null],
    ['no network that takes it', { qualify: false }, {}, 'brand'],
    ['more samples than there are', { minMsgSamples: 3 }, {}, 'campaign.useCases'],
    ['as many samples as there are', { minMsgSamples: 2 }, {}, null],
    ['a help message that is missing', { reqSubscriberHelp: true }, { helpMessage: null }, 'campaign.helpMessage'],
    ['a help message', { reqSubscriberHelp: true }, {}, null],
    [
      'an opt-in that is not told',
      { reqSubscriberOptin: true },
      { optinMessage: null, messageFlow: null },
      'campaign.optinMessage',
    ],
    ['an opt-in that the flow tells', { reqSubscriberOptin: true }, { optinMessage: null }, null],
    [
      'an opt-out that is not told',
      { reqSubscriberOptout: true },
      { optoutMessage: null, optoutKeywords: null },
      'campaign.optoutMessage',
    ],
    ['no links, and there are', { noEmbeddedLink: true }, { hasEmbeddedLink: true }, 'campaign.useCases'],
    ['no links, and there are none', { noEmbeddedLink: true }, {}, null],
    ['no phone numbers, and there are', { noEmbeddedPhone: true }, { hasEmbeddedPhone: true }, 'campaign.useCases'],
    ['parts, one of which is none', {}, { usecase: 'MIXED', subUsecases: ['MARKETING', 'M2M'] }, 'campaign.useCases'],
    ['parts that are parts', {}, { usecase: 'MIXED', subUsecases: ['MARKETING', 'CUSTOMER_CARE'] }, null],
  ]
  for (const [title, network, parts, member] of cases) {
    it(`${title}: ${member === null ? 'sent' : `refused at ${member}`}`, () => {
      const refusals = qualificationRefusals(qualification(network), aRegistryCampaign('B000001', parts), USECASES)
      assert.deepEqual(
        refusals.map((refusal) => refusal.member),
        member === null ? [] : [member],
      )
    })
  }

  it('a network that takes nothing of it asks for nothing, and is told', () => {
    const both = { mnoMetadata: { 10017: { qualify: true }, 10035: { qualify: false, minMsgSamples: 5 }, 7: {} } }
    const read = toQualification(both) ?? assert.fail()
    const campaign = aRegistryCampaign('B000001')
    assert.deepEqual(qualificationRefusals(read, campaign, null), [])
    assert.deepEqual(
      closedNetworks(read, campaign).map((words) => words.split(' does not')[0]),
      ['Network 7', 'T-Mobile'],
    )
  })
})

describe("D11: the registry's list of use cases", () => {
  const session = (outcome: unknown) => {
    const asked = { times: 0 }
    const call = async () => {
      asked.times += 1
      return outcome
    }
    return { asked, session: { call } as unknown as JsonSession }
  }

  it('is read once an hour', async () => {
    let now = 0
    const { asked, session: open } = session(done(USECASES))
    const usecases = keptUsecases('enum/usecase', () => now)
    assert.equal(await usecases(open), USECASES)
    now = 3_599_999
    await usecases(open)
    assert.equal(asked.times, 1)
    now = 3_600_000
    await usecases(open)
    assert.equal(asked.times, 2)
  })

  it('that cannot be read keeps nothing back, and is asked for again', async () => {
    const { asked, session: open } = session(unavailable('service'))
    const usecases = keptUsecases('enum/usecase')
    assert.equal(await usecases(open), null)
    assert.equal(await usecases(open), null)
    assert.equal(asked.times, 2)
  })
})
