import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aPacket, campaignWith, lintOf, packetWith } from '../../test/kit/builders/packet.ts'
import type { JsonObject } from '../contract/fields/json-value.ts'
import { applyPatch, isSubmittable, RULES } from './index.ts'

const brand = (section: string, members: JsonObject) => packetWith({ brand: { [section]: members } })
const contact = (members: JsonObject) => brand('contact', members)
const business = (members: JsonObject) => brand('business', members)
const [original = {}] = aPacket().campaigns as JsonObject[]
const FLOW = String(original.messageFlow)
const flow = (from: string | RegExp, to: string) => campaignWith({ messageFlow: FLOW.replace(from, to) })
const also = (sentence: string) => campaignWith({ messageFlow: `${FLOW} ${sentence}` })
const END = 'Reply STOP to opt out.'
const uses = (...entries: [string, ...string[]][]) =>
  campaignWith({
    useCases: entries.map(([messagingUseCaseUs, ...sampleMessages]) => ({ messagingUseCaseUs, sampleMessages })),
  })
const ONE = `Juniper Ridge Dental: your cleaning is on [date] at [time]. ${END}`
const TWO = `Juniper Ridge Dental: your crown has come back from the laboratory. ${END}`
const samples = (...texts: string[]) => uses(['ACCOUNT_NOTIFICATION', ...texts])
const describing = (text: string) => campaignWith({ description: `${original.description} ${text}` })
const BRAND = '/brand'
const AT = '/campaigns/0'
const SAMPLE = `${AT}/useCases/0/sampleMessages/0`

/** A packet for each rule that a text alone can break, and where it is found. */
const SEEDED: readonly [rule: string, pointer: string, packet: JsonObject, beside?: string][] = [
  ['B01', `${BRAND}/business/legalName`, business({ legalName: null })],
  ['B02', `${BRAND}/business/taxId`, business({ taxId: null })],
  ['B03', `${BRAND}/business/taxId`, business({ taxId: '84-291736' })],
  ['B04', `${BRAND}/business/taxId`, business({ taxId: '07-2917365' })],
  ['B05', `${BRAND}/business/taxId`, business({ taxId: '512-84-3307' })],
  ['B06', `${BRAND}/business/taxId`, business({ taxId: '12-3456789' })],
  ['B06', `${BRAND}/business/taxId`, business({ taxId: '777777777' })],
  ['B07', `${BRAND}/business/taxIdType`, business({ countryOfRegistration: 'DE' })],
  ['B07', `${BRAND}/business/taxIdType`, business({ countryOfRegistration: 'CA', taxId: '98-2917365' })],
  [
    'B08',
    `${BRAND}/business/taxId`,
    business({ taxIdType: 'ca_bn', countryOfRegistration: 'CA', taxId: '123456789RT0001' }),
  ],
  [
    'B08',
    `${BRAND}/business/taxId`,
    business({ taxIdType: 'gb_vat', countryOfRegistration: 'GB', taxId: 'XI980780685' }),
  ],
  [
    'B08',
    `${BRAND}/business/taxId`,
    business({ taxIdType: 'eu_vat', countryOfRegistration: 'NL', taxId: 'NL002455799B12' }),
  ],
  ['B42', `${BRAND}/business/taxId`, business({ taxIdType: 'ca_bn', countryOfRegistration: 'CA', taxId: '*****5007' })],
  ['B09', `${BRAND}/business/legalName`, business({ legalName: 'Whitfield Holdings LLC dba Juniper Ridge Dental' })],
  ['B10', `${BRAND}/business/legalName`, business({ legalName: 'Juniper Ridge Dental LLC,' })],
  ['B11', `${BRAND}/business/legalName`, business({ legalName: 'Juniper Ridge Dental' })],
  ['B12', `${BRAND}/business/entityType`, business({ entityType: null })],
  ['B13', `${BRAND}/business/entityType`, business({ entityType: 'SOLE_PROPRIETOR' }), 'B14'],
  [
    'B14',
    `${BRAND}/business/entityType`,
    business({ entityType: 'SOLE_PROPRIETOR', taxId: null, legalName: 'Dana Whitfield' }),
  ],
  [
    'B15',
    `${BRAND}/business/entityType`,
    business({
      entityType: 'GOVERNMENT',
      country: 'CA',
      countryOfRegistration: 'CA',
      taxIdType: null,
      state: 'BC',
      postalCode: 'V5K 0A1',
    }),
  ],
  ['B16', `${BRAND}/business/entityType`, business({ entityType: 'NON_PROFIT' })],
  [
    'B17',
    `${BRAND}/business/stockSymbol`,
    packetWith({
      brand: {
        business: { entityType: 'PUBLIC_PROFIT' },
        contact: { businessContactEmail: 'dana@juniperridgedental.com' },
      },
    }),
  ],
  [
    'B18',
    `${BRAND}/contact/businessContactEmail`,
    business({ entityType: 'PUBLIC_PROFIT', stockSymbol: 'JUNI', stockExchange: 'NASDAQ' }),
  ],
  ['B19', `${BRAND}/contact/businessContactEmail`, contact({ businessContactEmail: 'dana@otherfirm.com' })],
  ['B20', `${BRAND}/contact/email`, contact({ email: 'juniperridge@gmail.com' }), 'K13'],
  ['B21', `${BRAND}/contact/email`, contact({ email: 'dana@whitfieldgroup.com' })],
  ['B22', `${BRAND}/contact/email`, contact({ email: 'no-reply@juniperridgedental.com' })],
  ['B23', `${BRAND}/contact/phone`, contact({ phone: null })],
  ['B23', `${BRAND}/contact/phone`, contact({ phone: '541-347-5520' })],
  ['B24', `${BRAND}/contact/phone`, contact({ phone: '+15415550123' })],
  ['B24', `${BRAND}/contact/phone`, contact({ phone: '+19993475520' })],
  ['B25', `${BRAND}/contact/phoneCountryCode`, contact({ phoneCountryCode: '44' })],
  ['B26', `${BRAND}/business/street`, business({ street: 'P.O. Box 418' })],
  ['B27', `${BRAND}/business/state`, business({ state: 'Oregon' })],
  ['B28', `${BRAND}/business/postalCode`, business({ postalCode: '97701-4820' })],
  ['B29', `${BRAND}/business/postalCode`, business({ postalCode: '10001' })],
  ['B30', `${BRAND}/business/country`, business({ country: 'USA' })],
  ['B31', `${BRAND}/business/street`, business({ street: 'Larkspur Avenue '.repeat(8) })],
  ['B32', `${BRAND}/contact/role`, contact({ role: '' })],
  ['B33', `${BRAND}/business/url`, business({ url: null })],
  ['B34', `${BRAND}/business/url`, business({ url: 'http://juniperridgedental.com' })],
  ['B34', `${BRAND}/business/url`, business({ url: 'https://198.51.100.7' })],
  ['B34', `${BRAND}/business/url`, business({ url: 'https://juniper.example.com' })],
  ['B35', `${BRAND}/business/url`, business({ url: 'https://juniperridgedental.wixsite.com/home' })],
  ['B37', `${BRAND}/compliance/isTcrApplication`, brand('compliance', { destinationCountries: [{ id: 'CA' }] })],
  ['B39', `${BRAND}/contact/businessName`, contact({ businessName: 'Brightsmile' })],
  ['B41', `${BRAND}/business/city`, business({ city: null })],
  ['C01', `${AT}/description`, campaignWith({ description: 'Juniper Ridge Dental texts.' })],
  [
    'C02',
    `${AT}/description`,
    campaignWith({ description: String(original.description).replace('Juniper Ridge Dental', 'The office') }),
  ],
  [
    'C03',
    `${AT}/description`,
    campaignWith({ description: 'Juniper Ridge Dental will send notifications to customers.' }),
  ],
  ['C04', `${AT}/description`, campaignWith({ description: `${original.description} Lorem ipsum dolor sit amet.` })],
  ['C05', `${AT}/description`, describing('Messages go out on behalf of other practices.')],
  ['C06', SAMPLE, samples(`Juniper Ridge Dental: whitening is 20% off this week. ${END}`, TWO)],
  [
    'C07',
    `${AT}/description`,
    campaignWith({
      description:
        'Juniper Ridge Dental recuerda a los pacientes sus citas y les avisa cuando una corona está lista para la visita.',
    }),
  ],
  ['C08', `${AT}/useCases`, uses(['MIXED', ONE, TWO])],
  ['C09', `${AT}/useCases`, uses(['ACCOUNT_NOTIFICATION', ONE], ['ACCOUNT_NOTIFICATION', TWO])],
  [
    'C10',
    `${AT}/useCases`,
    uses([
      'POLLING_VOTING',
      `Juniper Ridge Dental: which candidate is your choice for mayor? Vote for one. ${END}`,
      `Juniper Ridge Dental survey: reply 1 to 5. ${END}`,
    ]),
  ],
  ['C11', `${AT}/useCases`, uses(['M2M', ONE, TWO])],
  [
    'C12',
    `${AT}/useCases`,
    uses([
      'HIGHER_EDUCATION',
      `Juniper Ridge Dental: your class on campus begins at nine. ${END}`,
      `Juniper Ridge Dental: the exam is on Monday. ${END}`,
    ]),
  ],
  ['C16', `${AT}/description`, describing('We also tell them of personal loans.')],
  ['C17', `${AT}/description`, describing('Guests get a glass of wine.')],
  ['C17', `${AT}/messageFlow`, campaignWith({ ageGated: true })],
  ['C18', `${AT}/description`, describing('We also sell CBD.')],
  ['C19', `${AT}/description`, describing('We also offer debt relief.')],
  ['C20', `${AT}/description`, describing('We also send emergency alerts.')],
  ['O01', `${AT}/messageFlow`, campaignWith({ messageFlow: 'They sign up.' })],
  ['O03', `${AT}/messageFlow`, flow(/https:\/\/\S+?(?=[\s.])/g, 'our website'), 'O04'],
  ['O04', `${AT}/messageFlow`, flow('https://juniperridgedental.com/texts', 'https://juniperridgedental.com')],
  [
    'O05a',
    `${AT}/messageFlow`,
    flow('https://juniperridgedental.com/texts', 'bit.ly/juniper and https://juniperridgedental.com/texts'),
  ],
  ['O06', `${AT}/messageFlow`, flow(/Juniper Ridge Dental/g, 'us')],
  ['O07', `${AT}/messageFlow`, flow('appointment texts', 'appointment notices')],
  ['O09', `${AT}/messageFlow`, flow('up to 4 messages a month are sent, that ', '')],
  ['O10', `${AT}/messageFlow`, flow('message and data rates may apply, that ', '')],
  ['O11', `${AT}/messageFlow`, flow('HELP brings help and ', '')],
  ['O12', `${AT}/messageFlow`, flow('and STOP ends the messages', '')],
  ['O13', `${AT}/messageFlow`, flow('an empty box', 'a pre-checked box')],
  ['O15', `${AT}/messageFlow`, also('Numbers are shared with our marketing partners.')],
  ['O16', `${AT}/optinKeywords`, also('They can also text SMILE to 54133.')],
  ['O16', `${AT}/messageFlow`, campaignWith({ optinKeywords: 'SMILE' })],
  ['O17', `${AT}/messageFlow`, campaignWith({ messageFlow: FLOW.replace(/"/g, '').concat(' Others agree verbally.') })],
  ['O18', `${AT}/messageFlow`, flow(/ Beside the box it links \S+ and \S+\.(?= The)/, '')],
  ['O19', `${AT}/messageFlow`, also('Consent is a condition of treatment.')],
  ['O20', `${AT}/messageFlow`, flow('appointment texts', 'calls, emails and texts')],
  [
    'K01',
    `${AT}/optinMessage`,
    campaignWith({ optinMessage: null, optinKeywords: 'SMILE', messageFlow: `${FLOW} Or they text SMILE to 54133.` }),
  ],
  ['K02', `${AT}/optoutMessage`, campaignWith({ optoutMessage: 'Unsubscribed.' }), 'K04'],
  [
    'K03',
    `${AT}/optinMessage`,
    campaignWith({ optinMessage: 'Juniper Ridge Dental: you get appointment texts. Reply STOP to end.' }),
  ],
  ['K04', `${AT}/optoutMessage`, campaignWith({ optoutMessage: 'You are unsubscribed and get no more messages.' })],
  ['K04', `${AT}/optoutMessage`, campaignWith({ optoutMessage: null })],
  [
    'K05',
    `${AT}/optoutMessage`,
    campaignWith({ optoutMessage: 'Juniper Ridge Dental: no more messages. See https://juniperridgedental.com' }),
  ],
  ['K06', `${AT}/helpMessage`, campaignWith({ helpMessage: 'Call 541-347-5520 for help with appointments.' })],
  ['K07', `${AT}/helpMessage`, campaignWith({ helpMessage: 'Juniper Ridge Dental: ask at the front desk.' })],
  ['K08', `${AT}/optoutKeywords`, campaignWith({ optoutKeywords: 'QUIT' })],
  ['K09', `${AT}/optoutKeywords`, campaignWith({ optoutKeywords: 'STOP' })],
  ['K10', `${AT}/helpKeywords`, campaignWith({ helpKeywords: 'INFO' })],
  ['K11', `${AT}/helpKeywords`, campaignWith({ helpKeywords: 'HELP; INFO' })],
  ['K12', `${AT}/helpKeywords`, campaignWith({ helpKeywords: 'HELP, QUIT' })],
  [
    'K13',
    `${AT}/helpMessage`,
    campaignWith({ helpMessage: 'Juniper Ridge Dental: write to help@otherfirm.com for help.' }),
  ],
  ['S01', `${AT}/useCases`, samples(ONE)],
  ['S02', SAMPLE, samples('Juniper Ridge', TWO)],
  [
    'S03',
    `${AT}/useCases/0`,
    uses([
      'FRAUD_ALERT',
      `Juniper Ridge Dental: see you on Monday. ${END}`,
      `Juniper Ridge Dental: the crown is back. ${END}`,
    ]),
  ],
  ['S04', SAMPLE, samples(`Your cleaning is on [date]. ${END}`, `Your crown is ready for you. ${END}`)],
  [
    'S05',
    SAMPLE,
    samples('Juniper Ridge Dental: your cleaning is on [date].', 'Juniper Ridge Dental: your crown is ready.'),
  ],
  ['S06', SAMPLE, samples(`Juniper Ridge Dental: see bit.ly/3xYz for your appointment. ${END}`, TWO)],
  [
    'S07',
    SAMPLE,
    samples(`Juniper Ridge Dental: see http://juniperridgedental.com/a for your appointment. ${END}`, TWO),
  ],
  ['S08', SAMPLE, samples(`Juniper Ridge Dental: see https://otherfirm.com/a for your appointment. ${END}`, TWO)],
  ['S09', SAMPLE, samples(`Juniper Ridge Dental: hello {{first_name}}, your cleaning is on %date%. ${END}`, TWO)],
  ['S10', `${AT}/useCases/0/sampleMessages/1`, samples(ONE, ONE)],
  [
    'S11',
    SAMPLE,
    uses([
      'TWO_FA',
      `Juniper Ridge Dental: welcome back to the patients' corner. ${END}`,
      `Juniper Ridge Dental: thank you for your visit. ${END}`,
    ]),
  ],
  ['S12', `${AT}/embeddedPhone`, samples(`Juniper Ridge Dental: call 541-347-5520 for your appointment. ${END}`, TWO)],
  ['S13', SAMPLE, samples(`Juniper Ridge Dental: “your crown is ready” for you. ${END}`, TWO)],
  ['S14', SAMPLE, samples(`Juniper Ridge Dental: your appointment is confirmed!!! ${END}`, TWO)],
  ['L01', `${AT}/privacyPolicyLink`, campaignWith({ privacyPolicyLink: null })],
  ['L02', `${AT}/termsAndConditionsLink`, campaignWith({ termsAndConditionsLink: null })],
  ['L03', `${AT}/privacyPolicyLink`, campaignWith({ privacyPolicyLink: 'http://juniperridgedental.com/privacy' })],
  [
    'L04',
    `${AT}/termsAndConditionsLink`,
    campaignWith({ termsAndConditionsLink: 'https://juniperridgedental.com/privacy' }),
  ],
  ['L05', `${AT}/privacyPolicyLink`, campaignWith({ privacyPolicyLink: 'https://docs.google.com/document/d/1' })],
  [
    'V01',
    '/profile/inherit_tcr_brand',
    packetWith({
      profile: { name: 'Larkspur Orthodontics', inherit_tcr_brand: true },
      campaigns: [
        {
          ...original,
          description:
            'Larkspur Orthodontics reminds patients of its practice of appointments, two days before each visit, and of ready braces.',
          messageFlow: FLOW.replace(/Juniper Ridge Dental/g, 'Larkspur Orthodontics'),
          optinMessage: null,
          optoutMessage: null,
          helpMessage: null,
          useCases: [
            {
              messagingUseCaseUs: 'ACCOUNT_NOTIFICATION',
              sampleMessages: [ONE, TWO].map((text) => text.replace('Juniper Ridge Dental', 'Larkspur Orthodontics')),
            },
          ],
        },
      ],
    }),
  ],
  ['V02', `${BRAND}/compliance/expectedMessagingVolume`, brand('compliance', { expectedMessagingVolume: '500' })],
  ['V03', `${BRAND}/compliance/expectedMessagingVolume`, brand('compliance', { expectedMessagingVolume: '50000' })],
  [
    'F01',
    `${BRAND}/business/taxIdType`,
    packetWith({ profile: { sending_phone_number: '+18883475520' }, brand: { business: { taxIdType: null } } }),
  ],
]

/** Rules about an absence or a state that one packet of one campaign and use case cannot show; the corpus has V05. */
const SHOWN_ELSEWHERE = new Set(['C21', 'G01', 'V04', 'V05', 'O02', 'O08', 'O14'])

describe('every rule finds what it is for', () => {
  test('a packet without a fault has no finding', () => {
    assert.deepEqual(lintOf(aPacket()).findings, [])
  })
  for (const [rule, pointer, packet, beside] of SEEDED) {
    test(`${rule} at ${pointer}`, () => {
      const { findings } = lintOf(packet)
      const found = findings.filter((finding) => finding.rule === rule)
      assert.ok(
        found.some((finding) => finding.pointer === pointer),
        JSON.stringify(findings, null, 1),
      )
      const hard = findings.filter(({ severity }) => severity === 'block' || severity === 'reject')
      const strangers = hard.map((finding) => finding.rule).filter((id) => id !== rule && id !== beside)
      assert.deepEqual(strangers, [], 'nothing hard beside its own cause')
    })
  }
  test('no rule is without a packet', () => {
    const shown = new Set(SEEDED.map(([rule]) => rule))
    assert.deepEqual(
      RULES.map(({ id }) => id).filter((id) => !shown.has(id) && !SHOWN_ELSEWHERE.has(id)),
      [],
    )
  })
})

describe('rules that need more', () => {
  const ids = (packet: JsonObject) => lintOf(packet).findings.map(({ rule }) => rule)
  test('C21: two campaigns with one description', () => {
    const { findings } = lintOf({ ...aPacket(), campaigns: [original, { ...original, name: 'Again' }] })
    assert.deepEqual(
      findings.map(({ rule, pointer }) => [rule, pointer]),
      [['C21', '/campaigns/1/description']],
    )
  })
  test('V04 and G01: by use case', () => {
    const low = uses(
      ['LOW_VOLUME', ONE],
      ['ACCOUNT_NOTIFICATION', TWO],
      ['CUSTOMER_CARE', `Juniper Ridge Dental: we answer your question today. ${END}`],
    )
    assert.ok(ids(low).includes('V04'))
    assert.ok(ids(uses(['MARKETING', ONE, TWO])).includes('G01'))
  })
  test('O14: marketing that leaves the purchase open', () => {
    const packet = uses(['MARKETING', ONE, TWO])
    const [campaign = {}] = packet.campaigns as JsonObject[]
    assert.ok(!ids(packet).includes('O14'))
    assert.ok(
      ids({ ...packet, campaigns: [{ ...campaign, messageFlow: FLOW.replace('The box is optional.', '') }] }).includes(
        'O14',
      ),
    )
  })
  test('O02 and O08: a flow that names neither a way nor a content', () => {
    const found = ids(
      campaignWith({
        messageFlow:
          'People somehow let Juniper Ridge Dental know that SMS is fine with them, whenever they feel like it.',
      }),
    )
    assert.ok(found.includes('O02') && found.includes('O08'), found.join(' '))
  })
})

describe('what a finding says', () => {
  test('no tax number is quoted, whatever is wrong with it', () => {
    for (const taxId of ['512-84-3307', '84-291736', '12-3456789', '07-2917365', '98-2917365x']) {
      const { findings } = lintOf(business({ taxId, countryOfRegistration: 'DE' }))
      assert.ok(findings.length > 0)
      assert.ok(!JSON.stringify(findings).includes(taxId), taxId)
    }
  })
  test('the fees at stake are counted once for the brand and once for each campaign', () => {
    const packet = packetWith({ brand: { business: { taxId: null, url: null } } })
    packet.campaigns = [
      { ...original, privacyPolicyLink: null, termsAndConditionsLink: null },
      { ...original, description: `${original.description} For adults.` },
    ]
    const { summary } = lintOf(packet)
    assert.deepEqual([summary.at_risk_usd, summary.cost_usd], [19.5, 34.5])
    assert.equal(isSubmittable({ summary }), false)
  })
  test('the gravest come first', () => {
    const { findings } = lintOf(
      packetWith({ brand: { business: { taxId: null, url: null, postalCode: '10001' }, contact: { role: '' } } }),
    )
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ['block', 'reject', 'warn', 'note'],
    )
  })
  test('C18 and C19 can be acknowledged, and no other rule', () => {
    const packet = describing('We also sell CBD and offer debt relief.')
    const hard = (acknowledged: string[]) => lintOf({ ...packet, acknowledged }).findings.map(({ rule }) => rule)
    assert.deepEqual(hard([]), ['C18', 'C19'])
    assert.deepEqual(hard(['C18', 'C19']), [])
    assert.deepEqual(lintOf({ ...business({ taxId: null }), acknowledged: ['B02'] }).summary.block, 1)
  })
})

describe('a fix', () => {
  const fixable = SEEDED.filter(([rule, pointer, packet]) =>
    lintOf(packet).findings.some(
      (finding) => finding.rule === rule && finding.pointer === pointer && finding.fix !== null,
    ),
  )
  test('is there wherever one value is right', () => {
    const rules = new Set(fixable.map(([rule]) => rule))
    for (const rule of [
      'B10',
      'B25',
      'B27',
      'B28',
      'B30',
      'B32',
      'B34',
      'C09',
      'K08',
      'K09',
      'K10',
      'K11',
      'L03',
      'S07',
      'S09',
      'S12',
    ])
      assert.ok(rules.has(rule), rule)
  })
  for (const [rule, pointer, packet] of fixable) {
    test(`of ${rule} takes its finding away, and brings none`, () => {
      const before = lintOf(packet).findings
      const fix = before.find((finding) => finding.rule === rule && finding.pointer === pointer)?.fix ?? {}
      const after = lintOf(applyPatch(packet, fix)).findings
      assert.deepEqual(
        after.filter((finding) => finding.rule === rule && finding.pointer === pointer),
        [],
      )
      const places = before.map((finding) => finding.rule)
      assert.deepEqual(
        after.map((finding) => finding.rule).filter((id) => !places.includes(id) && id !== 'S12'),
        [],
      )
    })
  }
})
