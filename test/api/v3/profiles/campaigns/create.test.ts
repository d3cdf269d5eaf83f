import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MESSAGING_USE_CASES } from '../../../../../src/resources/campaigns/campaign.fields.ts'
import type { TestOrganization } from '../../../../kit/builders/organization.ts'
import { giveBrand } from '../../../../kit/builders/organization-data.ts'
import { aCampaign, withOwnCampaigns } from '../../../../kit/builders/requests.ts'
import { everything } from '../../../../kit/everything.ts'
import { type TestApp, testApp } from '../../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../../kit/servers/client.ts'

/** The members of an answer in the published order. */
const MEMBERS = [
  'useCases',
  'tcrSyncError',
  'kycSubmissionFormId',
  'type',
  'customerId',
  'name',
  'description',
  'submittedToTCR',
  'submittedAt',
  'billedDate',
  'cost',
  'telnyxCampaignId',
  'tcrCampaignId',
  'cspId',
  'status',
  'brandId',
  'resellerId',
  'messageFlow',
  'privacyPolicyLink',
  'termsAndConditionsLink',
  'optinMessage',
  'optoutMessage',
  'helpMessage',
  'optinKeywords',
  'optoutKeywords',
  'helpKeywords',
  'upstreamCnpId',
  'sharingStatus',
  'id',
  'createdAt',
  'updatedAt',
]
const OF_THE_REGISTRY = [
  'tcrSyncError',
  'kycSubmissionFormId',
  'submittedAt',
  'billedDate',
  'cost',
  'telnyxCampaignId',
  'tcrCampaignId',
  'cspId',
  'status',
  'resellerId',
  'upstreamCnpId',
  'sharingStatus',
]
const LONG = 'x'.repeat(5001)

describe('POST /v3/profiles/{profileId}/campaigns', () => {
  let app: TestApp
  let org: TestOrganization
  let profile: Json & { id: string }
  let path: string
  before(async () => {
    app = await testApp()
    org = await app.organization()
    profile = await org.profile(withOwnCampaigns())
    path = `/v3/profiles/${profile.id}/campaigns`
  })
  after(() => app[Symbol.asyncDispose]())

  const post = (campaign: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    org.admin.post(path, { campaign }, headers)
  const listed = async () => (await org.admin.get(path)).data as unknown as Json[]

  test('the answer has every published member in its order, what was sent, and nothing of a registry', async () => {
    const { status, data } = await post(aCampaign())
    assert.equal(status, 201)
    assert.deepEqual(Object.keys(data), MEMBERS)
    const { useCases, ...sent } = aCampaign()
    for (const [member, value] of Object.entries(sent)) assert.deepEqual(data[member], value, member)
    for (const member of OF_THE_REGISTRY) assert.equal(data[member], null, member)
    assert.deepEqual([data.submittedToTCR, data.updatedAt], [false, null])
    assert.equal(data.customerId, profile.id)
    assert.equal(data.brandId, (profile.brand as Json).id)
    assert.match(String(data.createdAt), /\+00:00$/)
    const [shown] = data.useCases as Json[]
    assert.deepEqual(shown, {
      campaignId: data.id,
      customerId: profile.id,
      ...useCases[0],
      id: shown?.id,
      createdAt: data.createdAt,
      updatedAt: null,
    })
    assert.deepEqual(Object.keys(shown ?? {}), [
      'campaignId',
      'customerId',
      'messagingUseCaseUs',
      'sampleMessages',
      'id',
      'createdAt',
      'updatedAt',
    ])
    assert.match(String(shown?.id), /^[0-9a-f-]{36}$/)
  })

  test('what may be left out may be null too, and reads null', async () => {
    const { name, description, type, useCases, ...optional } = aCampaign()
    const nulls = Object.fromEntries(Object.keys(optional).map((member) => [member, null]))
    for (const campaign of [
      { name, description, type, useCases },
      { name, description, type, useCases, ...nulls },
    ]) {
      const { status, data } = await post(campaign)
      assert.equal(status, 201)
      for (const member of Object.keys(nulls)) assert.equal(data[member], null, member)
    }
  })

  test('every use case of the published list is taken, also one twice, and more samples in all than a registry takes', async () => {
    const useCases = [...MESSAGING_USE_CASES, 'MIXED'].map((messagingUseCaseUs) => ({
      messagingUseCaseUs,
      sampleMessages: ['1', '2', '3', '4', 'x'.repeat(1024)],
    }))
    const { status, data } = await post({ ...aCampaign(), useCases })
    assert.equal(status, 201)
    const shown = data.useCases as Json[]
    assert.deepEqual(
      shown.map(({ messagingUseCaseUs, sampleMessages }) => ({ messagingUseCaseUs, sampleMessages })),
      useCases,
    )
    assert.equal(new Set(shown.map(({ id }) => id)).size, useCases.length)
  })

  const useCase = aCampaign().useCases[0]
  const REFUSED: [string, Json, Record<string, string[]>][] = [
    ['no name', { name: null }, { 'campaign.name': ['campaign.name is required'] }],
    ['an empty name', { name: '' }, { 'campaign.name': ['campaign.name is required'] }],
    ['a name of spaces', { name: '  ' }, { 'campaign.name': ['campaign.name is required'] }],
    [
      'a name that is too long',
      { name: 'x'.repeat(256) },
      { 'campaign.name': ['campaign.name must be text of at most 255 characters'] },
    ],
    ['no description', { description: undefined }, { 'campaign.description': ['campaign.description is required'] }],
    [
      'a description that is too long',
      { description: LONG },
      { 'campaign.description': ['campaign.description must be text of at most 5000 characters'] },
    ],
    ['no type', { type: '' }, { 'campaign.type': ['campaign.type is required'] }],
    ['no use cases', { useCases: null }, { 'campaign.useCases': ['campaign.useCases is required'] }],
    [
      'an empty list of use cases',
      { useCases: [] },
      { 'campaign.useCases': ['campaign.useCases must have at least one use case'] },
    ],
    [
      'use cases of another type',
      { useCases: 'MIXED' },
      { 'campaign.useCases': ['campaign.useCases must be a list of use cases'] },
    ],
    [
      'too many use cases',
      { useCases: Array.from({ length: 51 }, () => useCase) },
      { 'campaign.useCases': ['campaign.useCases must have at most 50 use cases'] },
    ],
    [
      'an unknown use case and no samples',
      { useCases: [useCase, { messagingUseCaseUs: '2FA', sampleMessages: [] }] },
      {
        'campaign.useCases[1].messagingUseCaseUs': [
          `campaign.useCases[1].messagingUseCaseUs must be one of: ${MESSAGING_USE_CASES.join(', ')}`,
        ],
        'campaign.useCases[1].sampleMessages': [
          'campaign.useCases[1].sampleMessages must be a list of 1 to 5 messages',
        ],
      },
    ],
    [
      'six samples',
      { useCases: [{ ...useCase, sampleMessages: Array(6).fill('x') }] },
      {
        'campaign.useCases[0].sampleMessages': [
          'campaign.useCases[0].sampleMessages must be a list of 1 to 5 messages',
        ],
      },
    ],
    [
      'samples that are empty, too long, null or no text',
      { useCases: [{ ...useCase, sampleMessages: ['', 'x'.repeat(1025), null, 5] }] },
      {
        'campaign.useCases[0].sampleMessages[0]': ['campaign.useCases[0].sampleMessages[0] is required'],
        'campaign.useCases[0].sampleMessages[1]': [
          'campaign.useCases[0].sampleMessages[1] must be text of at most 1024 characters',
        ],
        'campaign.useCases[0].sampleMessages[2]': [
          'campaign.useCases[0].sampleMessages[2] must be text of at most 1024 characters',
        ],
        'campaign.useCases[0].sampleMessages[3]': [
          'campaign.useCases[0].sampleMessages[3] must be text of at most 1024 characters',
        ],
      },
    ],
    [
      'keywords that are too long',
      { optinKeywords: 'x'.repeat(256), optoutKeywords: 'x'.repeat(256), helpKeywords: 'x'.repeat(256) },
      {
        'campaign.optinKeywords': ['campaign.optinKeywords must be 1 to 255 characters'],
        'campaign.optoutKeywords': ['campaign.optoutKeywords must be 1 to 255 characters'],
        'campaign.helpKeywords': ['campaign.helpKeywords must be 1 to 255 characters'],
      },
    ],
    [
      'links that are no web addresses',
      { privacyPolicyLink: 'ftp://example.com', termsAndConditionsLink: 'https://user:secret@example.com' },
      {
        'campaign.privacyPolicyLink': ['campaign.privacyPolicyLink must be a valid HTTP or HTTPS URL'],
        'campaign.termsAndConditionsLink': ['campaign.termsAndConditionsLink must be a valid HTTP or HTTPS URL'],
      },
    ],
    [
      'empty texts',
      { messageFlow: '', helpMessage: '' },
      {
        'campaign.messageFlow': ['campaign.messageFlow must be 1 to 5000 characters'],
        'campaign.helpMessage': ['campaign.helpMessage must be 1 to 1024 characters'],
      },
    ],
  ]
  test('what does not fit is refused under its own path, and nothing is written', async () => {
    const before = await everything(app)
    for (const [what, members, details] of REFUSED) {
      const reply = await post({ ...aCampaign(), ...members })
      assert.equal(reply.status, 400, `${what}: ${reply.text}`)
      const { code, message } = reply.error
      assert.deepEqual([code, message], ['VALIDATION_001', 'Request validation failed'], what)
      assert.deepEqual(reply.error.details, details, what)
    }
    assert.equal(await everything(app), before)
  })

  test('no campaign, and one that is no object, are refused together with the other members', async () => {
    for (const body of [{}, { campaign: null }, undefined]) {
      const reply = await org.admin.post(path, body)
      assert.deepEqual(reply.error.details, { campaign: ['campaign is required'] }, JSON.stringify(body))
    }
    const reply = await org.admin.post(path, { campaign: [aCampaign()], sandbox: 'yes' })
    assert.deepEqual(reply.error.details, {
      campaign: ['campaign must be an object'],
      sandbox: ['sandbox must be true or false'],
    })
  })

  test('C2: what a campaign says of itself is kept, answered where it was given, and a contradiction is told', async () => {
    const org = await app.organization()
    const { id } = await org.profile(withOwnCampaigns())
    const put = (campaign: Json) =>
      org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: { ...aCampaign(), ...campaign } })
    const plain = await put({})
    assert.equal(plain.status, 201, plain.text)
    assert.deepEqual(
      ['embeddedLink', 'ageGated', 'warnings'].filter((name) => name in plain.data),
      [],
    )
    const useCases = [{ messagingUseCaseUs: 'CUSTOMER_CARE', sampleMessages: ['Acme: track it at acme.com/t/123'] }]
    const said = await put({ useCases, embeddedLink: false, ageGated: true, numberPool: null })
    assert.deepEqual([said.data.embeddedLink, said.data.ageGated, said.data.numberPool], [false, true, undefined])
    assert.deepEqual(said.data.warnings, ['embeddedLink is false, but a sample holds: acme.com/t/123'])
    const listed = (await org.admin.get(`/v3/profiles/${id}/campaigns`)).data as unknown as Json[]
    assert.deepEqual(
      listed.map(({ ageGated }) => ageGated),
      [undefined, true],
    )
    const path = `/v3/profiles/${id}/campaigns/${said.data.id}`
    const changed = await org.admin.put(path, { campaign: { ...aCampaign(), useCases, embeddedLink: true } })
    assert.deepEqual(
      [changed.data.embeddedLink, changed.data.ageGated, changed.data.warnings],
      [true, undefined, undefined],
    )
    const wrong = await put({ directLending: 'no' })
    assert.deepEqual(wrong.error.details, {
      'campaign.directLending': ['campaign.directLending must be true or false'],
    })
  })

  test('every text that people write is refused with a card number in it, also a sample, and links may look like one', async () => {
    const card = 'Card 4111 1111 1111 1111'
    const { useCases, privacyPolicyLink, termsAndConditionsLink, ...texts } = aCampaign()
    for (const member of Object.keys(texts)) {
      const reply = await post({ ...aCampaign(), [member]: card })
      const at = `campaign.${member}`
      assert.deepEqual(reply.error.details, { [at]: [`${at} must not contain a card number`] })
    }
    const sample = await post({ ...aCampaign(), useCases: [{ ...useCases[0], sampleMessages: ['fine', card] }] })
    const at = 'campaign.useCases[0].sampleMessages[1]'
    assert.deepEqual(sample.error.details, { [at]: [`${at} must not contain a card number`] })
    const link = 'https://example.com/4111111111111111'
    const fine = await post({ ...aCampaign(), privacyPolicyLink: link, termsAndConditionsLink: link })
    assert.equal(fine.status, 201)
    assert.equal(
      app.lines.some((line) => line.includes('4111')),
      false,
    )
  })

  test('members that are not known are ignored and named, and refused in strict mode', async () => {
    const campaign = { ...aCampaign(), volume: '1000', useCases: [{ ...useCase, id: 'x' }] }
    const reply = await post(campaign)
    assert.equal(reply.status, 201)
    const named = decodeURIComponent(reply.headers['x-unknown-fields'] ?? '')
    assert.equal(named, 'campaign.useCases[0].id, campaign.volume')
    const strict = await post(campaign, { prefer: 'handling=strict' })
    assert.deepEqual(Object.keys(strict.error.details ?? {}), ['campaign.useCases[0].id', 'campaign.volume'])
  })

  test('while campaigns are inherited none is made', async () => {
    const { id } = await org.profile({ ...withOwnCampaigns(), inherit_tcr_campaign: true })
    const inheriting = `/v3/profiles/${id}/campaigns`
    const says = 'Cannot provide campaign data when inherit_tcr_campaign is true.'
    const reply = await org.admin.post(inheriting, { campaign: aCampaign() })
    assert.deepEqual([reply.status, reply.error.details], [400, { campaign: [says] }])
    const both = await org.admin.post(inheriting, { campaign: { ...aCampaign(), name: '' } })
    assert.deepEqual(both.error.details, { 'campaign.name': ['campaign.name is required'], campaign: [says] })
    assert.deepEqual((await org.admin.get(inheriting)).data, [])
  })

  test('without a brand in effect it is 404 RESOURCE_009, before the body is judged', async () => {
    const other = await app.organization()
    const { id } = await other.profile({ inherit_tcr_campaign: false })
    const without = `/v3/profiles/${id}/campaigns`
    for (const body of [{ campaign: aCampaign() }, {}]) {
      const reply = await other.admin.post(without, body)
      assert.deepEqual([reply.status, reply.error.code], [404, 'RESOURCE_009'])
    }
    await giveBrand(app, other.id)
    assert.equal((await other.admin.post(without, { campaign: aCampaign() })).status, 201)
  })

  test('in sandbox, and with a test key, it answers what would be and makes nothing', async () => {
    const before = await listed()
    const tester = await org.key(org.admin.userId ?? '', { mode: 'test' })
    for (const reply of [
      await org.admin.post(path, { campaign: aCampaign(), sandbox: true }),
      await tester.post(path, { campaign: aCampaign() }),
    ]) {
      assert.deepEqual([reply.status, reply.headers['x-sandbox']], [201, 'true'])
      assert.deepEqual(Object.keys(reply.data), MEMBERS)
    }
    assert.deepEqual(await listed(), before)
    const typo = await org.admin.post(path, { campaign: aCampaign(), Sandbox: true })
    assert.deepEqual(typo.error.details, { sandbox: ['Use sandbox instead of Sandbox'] })
  })

  test('a profile key makes one for its own profile, and for no sibling', async () => {
    const key = await org.profileKey(profile.id)
    assert.equal((await key.post(path, { campaign: aCampaign() })).status, 201)
    const sibling = await org.profile(withOwnCampaigns())
    const reply = await key.post(`/v3/profiles/${sibling.id}/campaigns`, { campaign: aCampaign() })
    assert.deepEqual([reply.status, reply.error.code], [404, 'RESOURCE_014'])
  })

  test('the version of the profile stays: a tag that was read before still holds', async () => {
    const tag = (await org.admin.get(`/v3/profiles/${profile.id}`)).headers.etag ?? ''
    assert.equal((await post(aCampaign())).status, 201)
    const reply = await org.admin.patch(`/v3/profiles/${profile.id}`, { name: 'Still' }, { 'if-match': tag })
    assert.equal(reply.status, 200)
  })
})
