import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileCheck } from '../../src/contract/fields/validator.ts'
import { brandRequest } from '../../src/resources/brands/index.ts'
import { campaignRequest } from '../../src/resources/campaigns/index.ts'
import { baseOf, CLEAN, PARAPHRASES, PARTS, packetOf, SEEDED, valueAt } from '../kit/lint-corpus.ts'

const checkBrand = compileCheck(brandRequest, 'brand')
const checkCampaign = compileCheck(campaignRequest, 'campaign')

const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id)
const isUnique = (values: readonly string[]) => new Set(values).size === values.length

/** Rules that look at a page, at stored state or at a channel that a packet does not speak of: no packet can break them. */
const NOT_IN_A_PACKET = /^(B36|B38|B40|C13|C14|C15|O05|L0[6-9]|W0[1-4]|R0[1-3])$/

describe('the corpus of the lint', () => {
  test('60 clean packets of different trades, which the API takes as they are', () => {
    assert.equal(CLEAN.length, 60)
    assert.ok(isUnique(ids(CLEAN)) && isUnique(CLEAN.map(({ trade }) => trade)))
    for (const { id, packet } of CLEAN) {
      assert.deepEqual(checkBrand(packet.brand), {}, id)
      assert.ok(packet.campaigns.length > 0, id)
      for (const campaign of packet.campaigns) assert.deepEqual(checkCampaign(campaign), {}, id)
    }
  })

  test('every use case is somewhere in the clean packets, and brands of other countries', () => {
    const used = CLEAN.flatMap(({ packet }) => packet.campaigns)
      .flatMap(({ useCases }) => useCases as { messagingUseCaseUs: string }[])
      .map(({ messagingUseCaseUs }) => messagingUseCaseUs)
    assert.equal(new Set(used).size, 13)
    const countries = new Set(CLEAN.map(({ packet }) => valueAt(packet, '/brand/business/country')))
    assert.ok(['US', 'CA', 'DE', 'FR', 'GB', 'BR', 'IN', 'JP'].every((country) => countries.has(country)))
  })

  test('no two clean packets share a sender or a flow', () => {
    const names = CLEAN.map(({ packet }) => String(valueAt(packet, '/brand/business/legalName')))
    const flows = CLEAN.flatMap(({ packet }) => packet.campaigns.map(({ messageFlow }) => String(messageFlow)))
    assert.ok(isUnique(names) && isUnique(flows))
  })

  test('one seeded packet for each rule that a packet can break', () => {
    assert.ok(isUnique(SEEDED.map(({ rule }) => rule)) && isUnique(ids(SEEDED)))
    assert.equal(SEEDED.length, 116)
    assert.deepEqual(
      SEEDED.filter(({ rule }) => NOT_IN_A_PACKET.test(rule)).map(({ rule }) => rule),
      [],
    )
  })

  test('three paraphrases for each rule that has some', () => {
    assert.ok(isUnique(ids(PARAPHRASES)))
    const counts = new Map<string, number>()
    for (const { rule } of PARAPHRASES) counts.set(rule, (counts.get(rule) ?? 0) + 1)
    assert.equal(counts.size, 38)
    assert.deepEqual([...new Set(counts.values())], [3])
  })

  test('each change of a clean packet leads somewhere and changes something', () => {
    for (const faulty of [...SEEDED, ...PARAPHRASES]) {
      const base = baseOf(faulty)
      for (const [pointer, value] of Object.entries(faulty.changes)) {
        const before = valueAt(base, pointer)
        assert.notDeepEqual(before, value, `${faulty.id} ${pointer}`)
        if (value === null) assert.notEqual(before, undefined, `${faulty.id} ${pointer}`)
        assert.deepEqual(valueAt(packetOf(faulty), pointer), value ?? undefined, `${faulty.id} ${pointer}`)
      }
    }
  })

  test('a third of each is kept aside while rules are tuned', () => {
    for (const entries of [CLEAN, SEEDED, PARAPHRASES]) {
      assert.ok(entries.every(({ part }) => PARTS.includes(part)))
      const aside = entries.filter(({ part }) => part === 'held_out').length
      assert.ok(Math.abs(aside - entries.length / 3) < 1, `${aside} of ${entries.length}`)
    }
    const rules = (part: string) => new Set(PARAPHRASES.filter((each) => each.part === part).map(({ rule }) => rule))
    assert.ok(rules('held_out').size === 38 && rules('tune').size === 38, 'one of each rule')
  })
})
