import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aRegistryCampaign } from '../../../test/kit/builders/registry.ts'
import type { CampaignForRegistry } from '../../ports/brand-registry.ts'
import { judgeCampaign } from './judge.ts'

const judge = (parts: Partial<CampaignForRegistry>) =>
  judgeCampaign(aRegistryCampaign('B000001', parts)).map(({ member }) => member)
const text = (length: number) => 'a'.repeat(length)

describe('D14: what the simulated registry refuses of a campaign', () => {
  test('nothing of one that is whole', () => {
    assert.deepEqual(judge({}), [])
    assert.deepEqual(judge({ optinKeywords: null, optoutKeywords: null, helpKeywords: null }), [])
    assert.deepEqual(judge({ usecase: 'MIXED', subUsecases: ['MARKETING', '2FA'] }), [])
  })

  const lengths: [keyof CampaignForRegistry, number, number][] = [
    ['description', 40, 4096],
    ['messageFlow', 40, 2048],
    ['optinMessage', 20, 320],
    ['optoutMessage', 20, 320],
    ['helpMessage', 20, 320],
  ]
  for (const [member, min, max] of lengths)
    test(`${member} outside of ${min} to ${max} characters`, () => {
      for (const length of [min, max]) assert.deepEqual(judge({ [member]: text(length) }), [], String(length))
      for (const length of [min - 1, max + 1])
        assert.deepEqual(judge({ [member]: text(length) }), [`campaign.${member}`], String(length))
      assert.deepEqual(judge({ [member]: null as never }), [`campaign.${member}`])
    })

  test('a length is counted in characters, not in halves of them', () => {
    assert.deepEqual(judge({ description: '😀'.repeat(20) }), ['campaign.description'])
    assert.deepEqual(judge({ helpMessage: '😀'.repeat(320) }), [])
  })

  const useCases = ['campaign.useCases']
  test('fewer than two samples, more than five, and samples of the wrong length', () => {
    const sample = text(20)
    for (const samples of [[], [sample], Array(6).fill(sample), [sample, text(19)], [sample, text(1025)]])
      assert.deepEqual(judge({ samples }), useCases, JSON.stringify(samples).slice(0, 80))
    for (const samples of [[sample, text(1024)], Array(5).fill(sample)]) assert.deepEqual(judge({ samples }), [])
  })

  test('a mixed campaign without parts, with one or with six, and machine to machine as a part', () => {
    const six = ['2FA', 'MARKETING', 'CUSTOMER_CARE', 'FRAUD_ALERT', 'SECURITY_ALERT', 'POLLING_VOTING']
    for (const subUsecases of [[], ['2FA'], six, ['2FA', 'M2M']])
      for (const usecase of ['MIXED', 'LOW_VOLUME']) assert.deepEqual(judge({ usecase, subUsecases }), useCases)
    assert.deepEqual(judge({ usecase: 'MIXED', subUsecases: six.slice(0, 5) }), [])
  })

  test('keywords of other signs, too many, in two lists, or without the word that everybody knows', () => {
    assert.deepEqual(judge({ optinKeywords: 'YES PLEASE' }), ['campaign.optinKeywords'])
    assert.deepEqual(judge({ optinKeywords: text(256) }), ['campaign.optinKeywords'])
    assert.deepEqual(judge({ optoutKeywords: 'END' }), ['campaign.optoutKeywords'])
    assert.deepEqual(judge({ helpKeywords: 'INFO' }), ['campaign.helpKeywords'])
    assert.deepEqual(judge({ helpKeywords: 'HELP,stop' }), ['campaign.helpKeywords'])
    assert.deepEqual(judge({ optinKeywords: text(255), optoutKeywords: 'stop,END', helpKeywords: 'Help' }), [])
  })
})
