import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { messagesPerDay } from '../../../contract/registry/volume.ts'
import type { Campaign } from '../../campaigns/index.ts'
import { SOLE_PROPRIETOR } from './brand-mapping.rules.ts'
import { mergeUseCases, pickSamples, toRegistryCampaign } from './campaign-mapping.rules.ts'

describe('use cases of a campaign', () => {
  const table: [string[], number | null, string, string[]][] = [
    [['MARKETING'], null, 'MARKETING', []],
    [['TWO_FA'], 10, '2FA', []],
    [['MARKETING', 'MARKETING'], null, 'MARKETING', []],
    [['MARKETING', 'TWO_FA'], null, 'MIXED', ['MARKETING', '2FA']],
    [['MARKETING', 'TWO_FA'], 1_999, 'LOW_VOLUME', ['MARKETING', '2FA']],
    [['MARKETING', 'TWO_FA'], 2_000, 'MIXED', ['MARKETING', '2FA']],
    [['MIXED', 'MARKETING', 'TWO_FA'], 10, 'MIXED', ['MARKETING', '2FA']],
    [['MARKETING', 'LOW_VOLUME'], null, 'LOW_VOLUME', ['MARKETING']],
    [['MIXED'], null, 'MIXED', []],
    [[], null, '', []],
  ]
  for (const [useCases, volume, usecase, subUsecases] of table) {
    test(`${useCases.join(' + ')} at ${volume} a day: ${usecase}`, () => {
      assert.deepEqual(mergeUseCases(useCases, volume), { usecase, subUsecases })
    })
  }
})

describe('samples of a campaign', () => {
  test('one of each use case in turn, five at most, none twice', () => {
    const of = (...sampleMessages: string[]) => ({ sampleMessages })
    assert.deepEqual(pickSamples([of('a1', 'a2', 'a3'), of('b1'), of('c1', 'c2', 'a1')]), [
      'a1',
      'b1',
      'c1',
      'a2',
      'c2',
    ])
    assert.deepEqual(pickSamples([of('a', 'b', 'c', 'd', 'e', 'f')]), ['a', 'b', 'c', 'd', 'e'])
  })
})

describe('the volume that a brand expects', () => {
  for (const [text, expected] of [
    ['10000', 10_000],
    ['1,500', 1_500],
    ['about a lot', null],
    ['about 500', 500],
    ['500 a day', 500],
    ['1500.00', 1_500],
    ['1.500,00', 1_500],
    ['2,000 per day', 2_000],
    ["10'000 SMS/day", 10_000],
    ['10k', 10_000],
    ['10.5k', null],
    ['60,000 messages a month', 2_000],
    ['7000 weekly', 1_000],
    ['1,000-5,000', null],
    ['2000 or 3000', null],
    ['12,34,567', null],
    ['', null],
    ['1234567890', null],
    [null, null],
  ] as const) {
    test(`${text}`, () => assert.equal(messagesPerDay(text), expected))
  }
})

const campaign = {
  id: 'b2c3d4e5-f6a7-8901-bcde-f12345678901',
  description: 'Reminders',
  useCases: [{ messagingUseCaseUs: 'TWO_FA', sampleMessages: ['Your code is {code}. Call (202) 555-0100'] }],
  messageFlow: null,
  optinKeywords: ' YES, START ,',
  optoutKeywords: null,
  helpKeywords: 'HELP',
  optinMessage: null,
  optoutMessage: null,
  helpMessage: null,
  privacyPolicyLink: 'https://acmecorp.com/privacy',
  termsAndConditionsLink: null,
} as unknown as Campaign

describe('a campaign as a registry takes it', () => {
  const at = { generation: 1, messagesPerDay: null, isSoleProprietor: false, isVolumeUnread: false }

  test('keywords without spaces, links and phone numbers in samples told apart', () => {
    const { campaign: mapped, problems } = toRegistryCampaign(campaign, at)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      [mapped.reference, mapped.usecase, mapped.optinKeywords, mapped.optoutKeywords, mapped.helpKeywords],
      [campaign.id, '2FA', 'YES,START', null, 'HELP'],
    )
    assert.deepEqual([mapped.hasEmbeddedLink, mapped.hasEmbeddedPhone], [false, true])
  })

  test('C15: a volume that is no number is told where it decides the use case, and only there', () => {
    const unread = { ...at, isVolumeUnread: true }
    const of = (...kinds: string[]) => ({
      ...campaign,
      useCases: kinds.map((messagingUseCaseUs) => ({ messagingUseCaseUs, sampleMessages: ['x'] })),
    })
    const fields = (kinds: string[], told: typeof at) =>
      toRegistryCampaign(of(...kinds) as unknown as typeof campaign, told).problems.map(({ field }) => field)
    assert.deepEqual(fields(['M2M', 'TWO_FA'], unread), ['brand.compliance.expectedMessagingVolume'])
    for (const kinds of [['M2M'], ['M2M', 'M2M'], ['MIXED', 'M2M'], ['LOW_VOLUME', 'M2M', 'TWO_FA']])
      assert.deepEqual(fields(kinds, unread), [])
    assert.deepEqual(fields(['M2M', 'TWO_FA'], at), [])
  })

  test('C3: keywords are sent in capitals, separated by commas, however the list is written', () => {
    const { campaign: mapped } = toRegistryCampaign({ ...campaign, optoutKeywords: 'stop end\nQUIT;stop' }, at)
    assert.equal(mapped.optoutKeywords, 'STOP,END,QUIT')
  })

  test('submitted anew it has another reference', () => {
    assert.equal(toRegistryCampaign(campaign, { ...at, generation: 2 }).campaign.reference, `${campaign.id}-2`)
  })

  const MANY = ['MARKETING', 'TWO_FA', 'M2M', 'FRAUD_ALERT', 'CUSTOMER_CARE', 'SECURITY_ALERT']
  const withUseCases = (names: string[]) => {
    const useCases = names.map((messagingUseCaseUs) => ({ messagingUseCaseUs, sampleMessages: ['x'] }))
    return { ...campaign, useCases } as unknown as Campaign
  }
  const field = 'campaign.useCases'

  test('more than five use cases, and any of a sole proprietor, are refused before the registry is asked', () => {
    assert.deepEqual(toRegistryCampaign(withUseCases(MANY), at).problems, [
      { field, says: 'A campaign of use case MIXED holds at most 5 use cases: split it in two.' },
    ])
    assert.deepEqual(toRegistryCampaign(withUseCases(MANY.slice(1)), at).problems, [])
    assert.deepEqual(toRegistryCampaign(campaign, { ...at, isSoleProprietor: true }).problems, [SOLE_PROPRIETOR])
  })

  test('C2: what the campaign says of itself goes before what is found, and is sent where it is so', () => {
    const of = (attributes: object) =>
      toRegistryCampaign({ ...campaign, attributes } as unknown as Campaign, at).campaign as unknown as Record<
        string,
        unknown
      >
    const said = of({ embeddedLink: true, embeddedPhone: false, ageGated: true, directLending: false })
    assert.deepEqual([said.hasEmbeddedLink, said.hasEmbeddedPhone, said.ageGated], [true, false, true])
    assert.deepEqual([Object.hasOwn(said, 'directLending'), Object.hasOwn(said, 'numberPool')], [false, false])
    const more = of({ numberPool: true, affiliateMarketing: true, directLending: true })
    assert.deepEqual([more.numberPool, more.affiliateMarketing, more.directLending], [true, true, true])
  })

  const embedded: [samples: string[], link: boolean, phone: boolean][] = [
    [['See https://acme.example'], true, false],
    [['See HTTP://acme.example'], true, false],
    [['See www.acme.example'], true, false],
    [['See {url} or {link}'], true, false],
    [['See {link}'], true, false],
    [['See awww.acme or httpx://'], false, false],
    [['Call +1'], false, false],
    [['Call (202)'], false, false],
    [['Track it at acme.com/t/123'], true, false],
    [['you earned +5 points'], false, false],
    [['call 8005551234'], false, true],
    [['Call 202-555-0100'], false, true],
    [['Call 202.555 0100'], false, true],
    [['Your code is 202-555'], false, false],
    [['Order 20-555-0100, 202-55-0100, 202-555-010, 202x555-0100 + 3, 202-555x0100'], false, false],
    [['Nothing', 'Call (202) 555-0100'], false, true],
    [['Order 202-555', '-0100 is sent'], false, false],
  ]
  for (const [samples, link, phone] of embedded) {
    test(`${samples.join(' | ')}: ${link ? 'a' : 'no'} link, ${phone ? 'a' : 'no'} phone number`, () => {
      const useCases = [{ messagingUseCaseUs: 'TWO_FA', sampleMessages: samples }]
      const { campaign: mapped } = toRegistryCampaign({ ...campaign, useCases } as unknown as Campaign, at)
      assert.deepEqual([mapped.hasEmbeddedLink, mapped.hasEmbeddedPhone], [link, phone])
    })
  }
})
